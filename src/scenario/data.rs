//! Data files of a scenario (rows, bodies, certificates), read once, and the hash over all that a scenario is.

use crate::source::{Files, Located, Problem, read_bytes};
use sha2::{Digest, Sha256};
use std::cell::RefCell;
use std::fmt::Write as _;
use std::path::PathBuf;

/// The largest data file; rows are kept in memory during the run.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

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
