//! The only place that writes to stdout and stderr, but for what renews itself at a terminal. The macros of the standard
//! library panic where nobody listens any more; a disk that is full or a terminal that is gone must never end a run.

use super::Failure;
use std::fmt::Display;
use std::io::{self, Write};

/// Says a line to people, on stderr. Where it cannot be said, nothing else happens: nobody is left to be told of that.
pub(super) fn tell(line: impl Display) {
    // In one piece, so that the lines of two threads do not mix.
    let line = format!("{line}\n");
    let _ = anstream::stderr().lock().write_all(line.as_bytes());
}

/// Prints a text that was asked for, on stdout.
pub(super) fn print(text: impl Display) -> Result<(), Failure> {
    to_stdout(|out| write!(out, "{text}"))
}

/// Writes to stdout what was asked for. Who closes a pipe has read enough: that is no failure.
pub(super) fn to_stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(|source| Failure::Report { path: "standard output".into(), source }),
    }
}
