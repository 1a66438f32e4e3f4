//! The entrypoint of `postgres`: a new database first, if there is none, then the server.

use crate::entrypoint::enter::{EntrypointError, command, replace};
use crate::entrypoint::initialise::Initialise;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Options with which the server says something and ends.
const QUESTIONS: [&str; 5] = ["-?", "--help", "--version", "-V", "--describe-config"];

/// The folder, in that of the socket, for the socket of the server that nobody is to reach yet.
const INITIAL: &str = "i";

pub(super) fn enter(own: &[OsString], args: &[OsString]) -> EntrypointError {
    let [programs, sockets, scripts @ ..] = own else { return EntrypointError::Words };
    let command = command("postgres", args, |first| first.starts_with('-'));
    let question = command.iter().any(|arg| QUESTIONS.iter().any(|question| arg == question));
    if command.first().is_some_and(|program| program == "postgres") && !question {
        let database = Initialise {
            programs: PathBuf::from(programs),
            // Not where probes look: the Pod is not ready before the real server is.
            sockets: Path::new(sockets).join(INITIAL),
            scripts: scripts.iter().map(PathBuf::from).collect(),
            options: command[1..].to_vec(),
        };
        if let Err(error) = database.unless_there_is_one() {
            return error.into();
        }
    }
    replace(&command)
}
