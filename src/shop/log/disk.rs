//! The little of a file that writing a log needs.

use std::fs::File;
use std::io::{self, Write};

/// Takes bytes, and keeps them for good when asked to.
pub(in crate::shop) trait Disk: Send + 'static {
    /// Hands all of it to the system, which keeps it when this process dies, but not when the machine does.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Returns when the machine may lose its power and what was written is still there.
    fn sync(&mut self) -> io::Result<()>;
}

impl Disk for File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}
