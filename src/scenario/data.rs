//! Data files of a scenario (rows, bodies, certificates), read once and kept but for long bodies, and the hash over all that a scenario is.

use crate::source::{Files, Located, Problem, ReadError, read_bytes};
use crate::transport::{Content, FileContent};
use sha2::{Digest, Sha256};
use std::cell::RefCell;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The largest data file; rows are kept in memory during the run.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// A longer body is not kept in memory: it is read piece by piece whenever it is sent.
const LONGEST_KEPT: u64 = 1024 * 1024;
/// How much of such a body is in memory while its hash is made.
const PIECE: usize = 64 * 1024;

/// Reads data files and remembers their hashes in order of reading.
#[derive(Debug)]
pub(super) struct DataFiles<'f> {
    files: &'f Files,
    hashes: RefCell<Vec<[u8; 32]>>,
}

impl<'f> DataFiles<'f> {
    /// For the files that name the data.
    pub(super) fn new(files: &'f Files) -> DataFiles<'f> {
        DataFiles { files, hashes: RefCell::default() }
    }

    /// A file that is part of what the scenario does.
    pub(super) fn read(&self, named: &Located<String>) -> Result<Vec<u8>, Problem> {
        let bytes = self.read_unhashed(named)?;
        self.hashes.borrow_mut().push(Sha256::digest(&bytes).into());
        Ok(bytes)
    }

    /// A file that requests carry. A long one is read for its hash alone.
    pub(super) fn read_body(&self, named: &Located<String>) -> Result<Content, Problem> {
        let (path, name) = (self.path(named), self.files.name_beside(named.mark.file, named));
        let failed = |error| ReadError::Io { name: name.clone(), error }.problem(named.mark);
        match std::fs::metadata(&path) {
            Ok(about) if about.is_file() && about.len() > LONGEST_KEPT => {
                self.hashes.borrow_mut().push(hash(&path).map_err(failed)?);
                Ok(Content::File(FileContent::new(path, name, &about).into()))
            }
            _ => self.read(named).map(Content::from),
        }
    }

    /// A file that belongs to the place where the scenario runs, such as a key.
    pub(super) fn read_unhashed(&self, named: &Located<String>) -> Result<Vec<u8>, Problem> {
        let file = named.mark.file;
        let path = self.files.beside(file, named);
        read_bytes(&path, &self.files.name_beside(file, named), MAX_BYTES)
            .map_err(|error| error.problem(named.mark))
    }

    /// Where a file lies that is named in the scenario.
    pub(super) fn path(&self, named: &Located<String>) -> PathBuf {
        self.files.beside(named.mark.file, named)
    }

    /// The hash over the scenario, its includes and its data. The names of the files are not part of it, so that a
    /// scenario that was moved is the same scenario.
    pub(super) fn hash(&self) -> String {
        let mut whole = Sha256::new();
        for file in self.files.all() {
            whole.update(Sha256::digest(file.text.as_bytes()));
        }
        for hash in self.hashes.borrow().iter() {
            whole.update(hash);
        }
        whole.finalize().iter().fold(String::new(), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

fn hash(path: &Path) -> io::Result<[u8; 32]> {
    let (mut file, mut whole, mut piece) = (File::open(path)?, Sha256::new(), vec![0; PIECE]);
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(whole.finalize().into()),
            read => whole.update(&piece[..read]),
        }
    }
}
