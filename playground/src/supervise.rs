//! The process between the playground and a container: it makes sure that no program outlives the playground.
//!
//! The embedding binary is started anew as `program args… -- run command…`; its `main` hands over to
//! [`supervise`]. Standard input is a socket to the playground: the supervisor writes the process id of the
//! container on it, then reads orders: the single bytes [`TERMINATE`], [`INTERRUPT`] and [`KILL`], and [`limit`].
//! The end of the socket, which the kernel
//! brings about however the playground dies, means kill. Should the supervisor itself be killed, the container's
//! first process dies with it (`PR_SET_PDEATHSIG`, set in a step of its own before the program takes over).
//!
//! The same binary plays two more parts inside containers: `-- as UID GID command…` gives up the rights of root,
//! and `-- entrypoint …` does what the entrypoints of some images do ([`crate::entrypoint`]).

use crate::entrypoint;
use crate::procfs;
use crate::throttle::Throttle;
use rustix::io::Errno;
use rustix::process::{
    Gid, Pid, Signal, Uid, WaitId, WaitIdOptions, WaitIdStatus, kill_process, kill_process_group,
    set_child_subreaper, set_parent_process_death_signal, waitid,
};
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};
use std::ffi::OsString;
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitCode, Stdio};

/// Send SIGTERM to the container's process group.
pub(crate) const TERMINATE: u8 = b'T';
/// Send SIGINT to it.
pub(crate) const INTERRUPT: u8 = b'I';
/// Send SIGKILL to it.
pub(crate) const KILL: u8 = b'K';
/// Keep it to a share of the CPU; the number follows.
const LIMIT: u8 = b'L';
/// Run a command as another user.
pub(crate) const AS: &str = "as";
/// The exit code of a program that could not be started.
const CANNOT_START: u8 = 127;

/// The order to keep the container to so many millicores of CPU, 0 for as many as it likes.
pub(crate) fn limit(millicores: u32) -> [u8; 5] {
    let [a, b, c, d] = millicores.to_be_bytes();
    [LIMIT, a, b, c, d]
}

/// Does the work of a supervisor, for the `main` of the binary that [`crate::node::Supervisor`] names.
///
/// Call it first, with nothing else running. Its exit code is that of the program, or 128 + n when signal n
/// ended it, as containers have it.
pub fn supervise() -> ExitCode {
    let all: Vec<OsString> = std::env::args_os().skip(1).collect();
    let Some(split) = all.iter().position(|arg| arg == "--") else {
        return failed("a supervisor needs `-- run COMMAND`; it is started by the playground, not by people");
    };
    let (own, rest) = (&all[..split], &all[split + 1..]);
    match rest.split_first() {
        Some((mode, command)) if mode == "run" => {
            run(own, command).unwrap_or_else(|error| failed(&error.to_string()))
        }
        Some((mode, command)) if mode == "become" => failed(&r#become(command).to_string()),
        Some((mode, command)) if mode == AS => failed(&r#as(command).to_string()),
        Some((mode, words)) if mode == entrypoint::MODE => failed(&entrypoint::enter(words).to_string()),
        _ => failed("a supervisor needs `run` or `become` after `--`"),
    }
}

fn failed(why: &str) -> ExitCode {
    let _ = writeln!(io::stderr(), "playground: {why}");
    ExitCode::from(CANNOT_START)
}

/// Turns this process into the program, tied to the life of its parent.
fn r#become(command: &[OsString]) -> io::Error {
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
fn r#as(words: &[OsString]) -> io::Error {
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

fn run(own: &[OsString], command: &[OsString]) -> io::Result<ExitCode> {
    // Processes whose parents end come to the supervisor, so that it finds all of them at the end.
    set_child_subreaper(Some(rustix::process::getpid()))?;
    let mut socket = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    let child = Command::new("/proc/self/exe")
        .args(own)
        .args(["--", "become"])
        .args(command)
        .stdin(Stdio::null())
        .process_group(0)
        .spawn()?;
    let Some(main) = Pid::from_raw(i32::try_from(child.id()).unwrap_or(0)) else {
        return Err(io::Error::other("the process has no id"));
    };
    // Should the playground be gone already, the reader finds the end of the socket.
    let _ = writeln!(socket, "{main}");
    std::thread::spawn(move || obey(&mut socket, main));
    let code = wait(main)?;
    sweep();
    Ok(ExitCode::from(code))
}

/// Passes on what the playground orders, until the end of the socket, and keeps the limit between the orders. A
/// signal that cannot be sent has nobody to reach any more.
fn obey(socket: &mut UnixStream, main: Pid) {
    let mut throttle = Throttle::default();
    let mut byte = [0];
    loop {
        if socket.set_read_timeout(throttle.pause()).is_err() {
            break;
        }
        match socket.read(&mut byte) {
            Ok(1) => match byte[0] {
                TERMINATE | INTERRUPT => {
                    let signal = if byte[0] == TERMINATE { Signal::TERM } else { Signal::INT };
                    let _ = kill_process_group(main, signal);
                    throttle.release();
                }
                LIMIT => {
                    let mut number = [0; 4];
                    // It was sent in one piece with the byte before.
                    if socket.read_exact(&mut number).is_err() {
                        break;
                    }
                    throttle.set(u32::from_be_bytes(number));
                }
                _ => drop(kill_process_group(main, Signal::KILL)),
            },
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
                ) => {}
            Ok(_) | Err(_) => break,
        }
        throttle.look();
    }
    let _ = kill_process_group(main, Signal::KILL);
}

/// Waits for the first process, clearing away others that end before it. What is left of its group is killed
/// while its id cannot yet be another's.
fn wait(main: Pid) -> io::Result<u8> {
    let peek = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    // Any end wakes; where the kernel lists no children, only that of the first process does.
    let any = if procfs::children("self").contains(&main) { WaitId::All } else { WaitId::Pid(main) };
    loop {
        match waitid(any.clone(), peek) {
            Err(Errno::INTR) => continue,
            other => other?,
        };
        if waitid(WaitId::Pid(main), peek | WaitIdOptions::NOHANG)?.is_some() {
            let _ = kill_process_group(main, Signal::KILL);
            let status = waitid(WaitId::Pid(main), WaitIdOptions::EXITED)?;
            return Ok(status.as_ref().map_or(u8::MAX, exit_code));
        }
        for other in procfs::children("self").into_iter().filter(|pid| *pid != main) {
            let _ = waitid(WaitId::Pid(other), WaitIdOptions::EXITED | WaitIdOptions::NOHANG);
        }
    }
}

fn exit_code(status: &WaitIdStatus) -> u8 {
    let code = status.exit_status().or_else(|| status.terminating_signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX)
}

/// Kills every process that is left below this one, also those that left the group.
fn sweep() {
    loop {
        let left = procfs::children("self");
        if left.is_empty() {
            return;
        }
        for pid in left {
            let _ = kill_process(pid, Signal::KILL);
            let _ = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED);
        }
    }
}
