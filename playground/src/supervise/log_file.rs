//! The log of one run of a container: a file, and the one before it once it has become too large.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The size in bytes at which a file is full, as with a kubelet.
const FULL: u64 = 10 * 1024 * 1024;

/// Where a full log is kept until the next one is full.
pub(crate) fn rotated(path: &Path) -> PathBuf {
    path.with_extension("log.1")
}

/// A log that is written. It takes up to twice the size of a full file.
#[derive(Debug)]
pub(super) struct LogFile {
    path: PathBuf,
    file: File,
    size: u64,
    full: u64,
}

impl LogFile {
    pub(super) fn open(path: &Path) -> io::Result<LogFile> {
        LogFile::with_size(path, FULL)
    }

    fn with_size(path: &Path, full: u64) -> io::Result<LogFile> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        let size = file.metadata()?.len();
        Ok(LogFile { path: path.to_owned(), file, size, full })
    }

    /// Appends whole entries.
    pub(super) fn write(&mut self, entries: &[u8]) -> io::Result<()> {
        let length = entries.len() as u64;
        if self.size > 0 && self.size + length > self.full {
            std::fs::rename(&self.path, rotated(&self.path))?;
            self.file = OpenOptions::new().create(true).append(true).open(&self.path)?;
            self.size = 0;
        }
        self.file.write_all(entries)?;
        self.size += length;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_entries_are_kept_in_two_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("0.log");
        let mut log = LogFile::with_size(&path, 10).unwrap();
        for entry in ["one\n", "two\n", "three\n", "four\n", "five\n", "six\n"] {
            log.write(entry.as_bytes()).unwrap();
        }
        assert_eq!(std::fs::read_to_string(rotated(&path)).unwrap(), "four\nfive\n");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "six\n");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
