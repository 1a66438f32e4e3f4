//! The order log: an append-only file that is the truth about which orders were taken.
//!
//! `record` is the form of one record, `checksum` what guards it, `replay` reads a file back, `file` opens it for one
//! process, `commit` appends for many at once, `disk` is the little of a file that this needs. Nothing here knows what an
//! order is: a record is bytes.

mod checksum;
mod commit;
mod disk;
mod file;
mod record;
mod replay;

pub(super) use commit::Log;
pub use commit::{Fsync, LogFailed};
pub use file::LogError;
pub(super) use file::open;
pub(super) use record::Record;
pub(super) use replay::End;
