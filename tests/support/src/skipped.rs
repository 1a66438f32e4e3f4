//! Saying that something was not tested.

use std::fmt::Display;
use std::io::{Write as _, stderr};

/// Says loudly that something was not tested, and why: past the capture of the harness, which `eprintln!` is not.
pub fn skipped(why: impl Display) {
    let _ = writeln!(stderr(), "\n!!! SKIPPED: {why}\n");
}
