//! Saying past the capture of the harness, which `eprintln!` is not, what somebody has to know of a test that passed.

use std::fmt::Display;
use std::io::{Write as _, stderr};

/// Says loudly that something was not tested, and why.
pub fn skipped(why: impl Display) {
    loudly(format_args!("SKIPPED: {why}"));
}

pub(crate) fn loudly(what: impl Display) {
    let _ = writeln!(stderr(), "\n!!! {what}\n");
}
