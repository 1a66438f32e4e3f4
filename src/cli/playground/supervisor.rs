//! This program, started once more for each container.

use ::playground::node::Supervisor;
use std::ffi::OsString;

/// The hidden first argument.
const WORD: &str = "playground-supervise";

/// Whether this process was started by a playground to watch over a container.
pub(in crate::cli) fn supervises() -> bool {
    std::env::args_os().nth(1).is_some_and(|word| word == WORD)
}

/// How a playground starts it. Errors: the system does not say where this program lies.
pub(super) fn supervisor() -> std::io::Result<Supervisor> {
    Ok(Supervisor { program: std::env::current_exe()?, args: vec![OsString::from(WORD)] })
}
