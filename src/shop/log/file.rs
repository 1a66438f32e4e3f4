//! The file of a log: opened for one process, read back, cut where a crash has torn it.

use super::replay::{End, ReplayError, replay};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The file's name in the data folder.
const NAME: &str = "orders.log";

/// What the file begins with: whose it is, and the version of its form.
const MAGIC: &[u8; 16] = b"shakedown-log 1\n";

/// Why a log could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The system does not let us.
    #[error("cannot keep orders in {path}: {source}; give a folder that this user may write")]
    Folder {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Somebody else has it.
    #[error(
        "{path} is in use by another process; one log has one store: end the other, or give another folder"
    )]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// A file of this name that is no log.
    #[error("{path} is no order log of this version; move it away, or give another folder")]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// Records in the middle are wrong.
    #[error(
        "{path}: {why}, and acknowledged orders follow it; nothing was changed. Restore the file from a backup, or cut \
         it there to go on without them: truncate -s {size}"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where, and how.
        why: String,
        /// The bytes that are sound.
        size: u64,
    },
}

/// Opens the log of a folder, which is made when it is not there, gives every record to `take`, and cuts what is torn.
/// The file is this process's alone until it is closed; it stands at its end.
pub(in crate::shop) fn open(
    folder: &Path,
    take: impl FnMut(&[u8]) -> Result<(), String>,
) -> Result<(File, End), LogError> {
    let path = folder.join(NAME);
    let failed = |source| LogError::Folder { path: path.clone(), source };
    fs::create_dir_all(folder).map_err(failed)?;
    let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
    let mut file = opened.map_err(failed)?;
    file.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => LogError::InUse { path: path.clone() },
        TryLockError::Error(source) => failed(source),
    })?;
    begin(&mut file, folder)
        .map_err(failed)?
        .then_some(())
        .ok_or(LogError::Foreign { path: path.clone() })?;
    let end = replay(BufReader::new(&file), take).map_err(|error| match error {
        ReplayError::Read(source) => failed(source),
        ReplayError::Damaged { at } | ReplayError::Strange { at, .. } => {
            LogError::Damaged { path: path.clone(), why: error.to_string(), size: MAGIC.len() as u64 + at }
        }
    })?;
    cut(&mut file, MAGIC.len() as u64 + end.whole, end.torn).map_err(failed)?;
    Ok((file, end))
}

/// Reads the first bytes, or writes them into a file that is new or whose first write was torn. `false` when they are
/// not those of a log.
fn begin(file: &mut File, folder: &Path) -> io::Result<bool> {
    let mut first = Vec::new();
    file.take(MAGIC.len() as u64).read_to_end(&mut first)?;
    if first == MAGIC {
        return Ok(true);
    }
    if !MAGIC.starts_with(&first) {
        return Ok(false);
    }
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(MAGIC)?;
    file.sync_all()?;
    // The folder's entry is as much a part of the file as its content.
    File::open(folder)?.sync_all()?;
    Ok(true)
}

/// Ends the file after its whole records, before anything new is written after them.
fn cut(file: &mut File, size: u64, torn: u64) -> io::Result<()> {
    if torn > 0 {
        file.set_len(size)?;
        file.sync_all()?;
    }
    file.seek(SeekFrom::Start(size)).map(drop)
}

#[cfg(test)]
mod tests {
    use super::super::record::Record;
    use super::*;

    fn read(folder: &Path) -> Result<(Vec<String>, End), LogError> {
        let mut records = Vec::new();
        let (_, end) = open(folder, |content| {
            records.push(String::from_utf8_lossy(content).into_owned());
            Ok(())
        })?;
        Ok((records, end))
    }

    fn append(folder: &Path, records: &[&str]) {
        let (mut file, _) = open(folder, |_| Ok(())).unwrap();
        for record in records {
            file.write_all(Record::new(record.as_bytes()).unwrap().bytes()).unwrap();
        }
    }

    #[test]
    fn a_torn_record_is_cut_and_the_log_goes_on_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/orders.log");
        let data = path.parent().unwrap();
        append(data, &["one", "two"]);
        let size = fs::metadata(&path).unwrap().len();
        File::options().write(true).open(&path).unwrap().set_len(size - 1).unwrap();
        let (records, end) = read(data).unwrap();
        assert_eq!((records, end.torn), (vec!["one".to_owned()], 10));
        append(data, &["three"]);
        assert_eq!(read(data).unwrap().0, ["one", "three"]);
    }

    #[test]
    fn a_log_has_one_process() {
        let folder = tempfile::tempdir().unwrap();
        let first = open(folder.path(), |_| Ok(())).unwrap();
        assert!(matches!(read(folder.path()), Err(LogError::InUse { .. })));
        drop(first);
        assert!(read(folder.path()).is_ok());
    }

    #[test]
    fn damage_in_the_middle_is_said_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        append(folder.path(), &["one", "two"]);
        let path = folder.path().join(NAME);
        let mut bytes = fs::read(&path).unwrap();
        bytes[MAGIC.len() + 9] ^= 1;
        fs::write(&path, &bytes).unwrap();
        let error = read(folder.path()).unwrap_err().to_string();
        assert!(
            error.contains("the record at byte 0 is damaged") && error.ends_with("truncate -s 16"),
            "{error}"
        );
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }

    #[test]
    fn a_foreign_file_is_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        for (content, foreign) in
            [("hello", true), ("shakedown-log 2\nx", true), ("shake", false), ("", false)]
        {
            fs::write(folder.path().join(NAME), content).unwrap();
            let error = matches!(read(folder.path()), Err(LogError::Foreign { .. }));
            assert_eq!(error, foreign, "{content}");
        }
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        let error = read(&folder.path().join("file/data")).unwrap_err().to_string();
        assert!(error.contains("file/data/orders.log") && error.contains("may write"), "{error}");
    }
}
