//! The supervisor's work.

use crate::entrypoint;
use crate::procfs;
use crate::supervise::become_program::{r#become, become_as};
use crate::supervise::handover::take_over;
use crate::supervise::log_file::LogFile;
use crate::supervise::orders::{AS, INTERRUPT, LIMIT, Mode, TERMINATE};
use crate::supervise::pump::Pump;
use crate::throttle::Throttle;
use rustix::io::Errno;
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, WaitIdStatus, kill_process, kill_process_group, set_child_subreaper,
    waitid,
};
use std::ffi::OsString;
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};

/// The exit code of a program that could not be started.
const CANNOT_START: u8 = 127;

/// Does the work of a supervisor, for the `main` of the binary that [`crate::node::Supervisor`] names.
///
/// Call it first, with nothing else running. Its exit code is that of the program, or 128 + n when signal n
/// ended it, as containers have it.
pub fn supervise() -> ExitCode {
    let all: Vec<OsString> = std::env::args_os().skip(1).collect();
    let Some(split) = all.iter().position(|arg| arg == "--") else {
        return failed(
            "a supervisor needs `-- MODE COMMAND`; it is started by the playground, not by people",
        );
    };
    let (own, rest) = (&all[..split], &all[split + 1..]);
    let Some((mode, command)) = rest.split_first() else {
        return failed("a supervisor needs a mode after `--`");
    };
    if mode == "become" {
        return failed(&r#become(command).to_string());
    }
    if mode == AS {
        return failed(&become_as(command).to_string());
    }
    if mode == entrypoint::MODE {
        return failed(&entrypoint::enter(command).to_string());
    }
    let Some(mode) = Mode::read(mode) else {
        return failed("a supervisor needs `run`, `record` or `feed` after `--`");
    };
    run(own, mode, command).unwrap_or_else(|error| failed(&error.to_string()))
}

fn failed(why: &str) -> ExitCode {
    let _ = writeln!(io::stderr(), "playground: {why}");
    ExitCode::from(CANNOT_START)
}

fn run(own: &[OsString], mode: Mode, command: &[OsString]) -> io::Result<ExitCode> {
    // Processes whose parents end come to the supervisor, so that it finds all of them at the end.
    set_child_subreaper(Some(rustix::process::getpid()))?;
    let mut socket = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    let (child, pump) = spawn(own, mode, command, &socket)?;
    let Some(main) = Pid::from_raw(i32::try_from(child.id()).unwrap_or(0)) else {
        return Err(io::Error::other("the process has no id"));
    };
    // Should the playground be gone already, the reader finds the end of the socket.
    let _ = writeln!(socket, "{main}");
    std::thread::spawn(move || obey(&mut socket, main));
    let code = wait(main)?;
    sweep();
    if let Some(pump) = pump {
        pump.finish();
    }
    Ok(ExitCode::from(code))
}

/// Starts the program with its streams. Nothing of them stays open here but what the pump reads.
fn spawn(
    own: &[OsString],
    mode: Mode,
    command: &[OsString],
    socket: &UnixStream,
) -> io::Result<(Child, Option<Pump>)> {
    let become_it = |command: &[OsString]| {
        let mut start = Command::new("/proc/self/exe");
        start.args(own).args(["--", "become"]).args(command).stdin(Stdio::null()).process_group(0);
        start
    };
    match mode {
        Mode::Run => Ok((become_it(command).spawn()?, None)),
        Mode::Feed => Ok((become_it(command).stdin(take_over(socket)?).spawn()?, None)),
        Mode::Record => {
            let (path, command) =
                command.split_first().ok_or_else(|| io::Error::other("no log was named"))?;
            let log = LogFile::open(Path::new(path))?;
            let ((stdout, out), (stderr, err)) = (io::pipe()?, io::pipe()?);
            let child = become_it(command).stdout(out).stderr(err).spawn()?;
            Ok((child, Some(Pump::start(log, stdout, stderr)?)))
        }
    }
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
