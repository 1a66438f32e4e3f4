//! The step between the supervisor and the program: this process turns into it.

use rustix::process::{Gid, Signal, Uid, set_parent_process_death_signal};
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};
use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

/// Turns this process into the program, tied to the life of its parent.
pub(super) fn r#become(command: &[OsString]) -> io::Error {
    let Some((program, args)) = command.split_first() else {
        return io::Error::other("no command was given");
    };
    if let Err(error) = set_parent_process_death_signal(Some(Signal::KILL)) {
        return error.into();
    }
    let error = Command::new(program).args(args).exec();
    io::Error::new(error.kind(), format!("cannot start {}: {error}", program.display()))
}

/// Gives up the rights of root and becomes the program. The change of user ends the tie to the parent, so it is
/// made again.
pub(super) fn become_as(words: &[OsString]) -> io::Error {
    let [uid, gid, command @ ..] = words else { return io::Error::other("`as` needs UID GID COMMAND") };
    let number = |word: &OsString| word.to_str().and_then(|word| word.parse::<u32>().ok());
    let Some((uid, gid)) = number(uid).zip(number(gid)) else {
        return io::Error::other("`as` needs the numbers of a user and a group");
    };
    let (uid, gid) = (Uid::from_raw(uid), Gid::from_raw(gid));
    // There is one thread only.
    let changed = set_thread_groups(&[gid])
        .and_then(|()| set_thread_res_gid(gid, gid, gid))
        .and_then(|()| set_thread_res_uid(uid, uid, uid));
    match changed {
        Ok(()) => r#become(command),
        Err(error) => {
            io::Error::new(io::Error::from(error).kind(), format!("cannot change the user: {error}"))
        }
    }
}
