//! `shakedown worker`: drives the users of a run. Hidden: a run starts it, and hands it what to do over its standard
//! input, which is a socket.

use super::Failure;
use crate::engine::users;
use crate::run::Exit;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How many threads drive the users
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    threads: u16,
}

/// Serves until the users are gone, or whoever started it is.
pub(super) fn obey(args: &Args) -> Result<Exit, Failure> {
    let system = |source| Failure::System { what: "drive users", source };
    let stream = UnixStream::from(std::io::stdin().as_fd().try_clone_to_owned().map_err(system)?);
    if stream.peer_addr().is_err() {
        return Err(Failure::Usage("`worker` is for `shakedown run`, which starts it by itself".to_owned()));
    }
    users::serve(stream, args.threads.into()).map_err(system)?;
    Ok(Exit::Pass)
}
