//! Which entrypoint is meant.

use crate::entrypoint::{initialise, postgres, redis};
use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

/// The word after the supervisor's `--`.
pub(crate) const MODE: &str = "entrypoint";
/// `postgres BIN SOCKETS SCRIPT… -- ARG…`: the folder of the server's programs, the folder for its socket, what to
/// run on a new database, then what the container was given.
pub(crate) const POSTGRES: &str = "postgres";
/// `redis -- ARG…`
pub(crate) const REDIS: &str = "redis";
/// `redis-server PROGRAM ADDRESS FOLDER PATH=FOLDER… -- ARG…`: the server, the Pod's address, a folder for a
/// configuration with other paths, the paths of the image that are elsewhere.
pub(crate) const REDIS_SERVER: &str = "redis-server";

/// Why a container of such an image ends before its program starts.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EntrypointError {
    /// The script that called is not one of ours.
    #[error("this entrypoint is called by the images of the playground only, with their words")]
    Words,
    /// `PostgreSQL`.
    #[error(transparent)]
    Initialise(#[from] initialise::InitialiseError),
    /// A program.
    #[error("cannot start {program}: {error}")]
    Start {
        /// Its name.
        program: String,
        /// What the system says.
        error: io::Error,
    },
}

/// Does what the image's entrypoint does and becomes the server; returns only when that fails.
pub(crate) fn enter(words: &[OsString]) -> EntrypointError {
    let Some(split) = words.iter().position(|word| word == "--") else { return EntrypointError::Words };
    let (own, args) = (&words[..split], &words[split + 1..]);
    match own.split_first() {
        Some((name, own)) if name == POSTGRES => postgres::enter(own, args),
        Some((name, [])) if name == REDIS => redis::enter(args),
        Some((name, own)) if name == REDIS_SERVER => redis::serve(own, args),
        _ => EntrypointError::Words,
    }
}

/// The command of the container: its arguments belong to `server` if they begin with one that is not a program.
pub(super) fn command(server: &str, args: &[OsString], is_option: impl Fn(&str) -> bool) -> Vec<OsString> {
    let first = args.first().map(|arg| arg.to_string_lossy());
    let server = first.is_none_or(|first| is_option(&first)).then(|| OsString::from(server));
    server.into_iter().chain(args.iter().cloned()).collect()
}

/// Becomes the program.
pub(super) fn replace(command: &[OsString]) -> EntrypointError {
    let Some((program, args)) = command.split_first() else { return EntrypointError::Words };
    let error = Command::new(program).args(args).exec();
    EntrypointError::Start { program: program.to_string_lossy().into_owned(), error }
}
