//! One program in its own process group, under a supervisor.

use crate::node::mount::relocate;
use crate::node::{StopSignal, Supervisor, User};
use crate::supervise::{AS, INTERRUPT, KILL, Mode, TERMINATE, hand_over};
use std::ffi::OsString;
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf, pipe};
use tokio::process::{Child, Command};

/// What to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Program {
    /// The program and its arguments.
    pub(super) command: Vec<String>,
    /// Its whole environment.
    pub(super) env: Vec<(String, String)>,
    /// The paths of the container that have folders of their own behind them, the longest first.
    pub(super) places: Vec<(String, String)>,
    /// Where it starts.
    pub(super) folder: std::path::PathBuf,
    /// Whose rights it has, if not the playground's.
    pub(super) user: Option<User>,
    /// How it is asked to end.
    pub(super) stop: StopSignal,
}

impl Program {
    /// Another command of the same container: a probe, a hook, what `exec` asks for.
    pub(super) fn running(&self, command: &[String]) -> Program {
        let command = command.iter().map(|word| relocate(word, &self.places)).collect();
        Program { command, ..self.clone() }
    }
}

/// What becomes of its streams.
#[derive(Debug, Clone, Copy)]
pub(super) enum Streams<'a> {
    /// No input; the outputs go into this log.
    Log(&'a Path),
    /// No input; [`Process::output`] reads the outputs.
    Output,
    /// The same, and [`Process::input`] writes the input.
    Both,
}

/// The way to a program's supervisor. The program lives as long as there is one.
#[derive(Debug, Clone)]
pub(super) struct Orders(Arc<OwnedWriteHalf>);

impl Orders {
    /// Sends one order: a few bytes, which go in one piece.
    pub(super) async fn send(&self, order: &[u8]) {
        // An error means that it has ended already.
        while self.0.writable().await.is_ok() {
            match self.0.try_write(order) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                _ => return,
            }
        }
    }
}

/// A running program. Dropping it kills it and all that it started.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    orders: Orders,
    news: BufReader<OwnedReadHalf>,
    input: Option<pipe::Sender>,
}

impl Process {
    /// Starts it. Errors: the program cannot be found or executed; the supervisor cannot be started.
    pub(super) fn start(
        supervisor: &Supervisor,
        program: &Program,
        streams: Streams<'_>,
    ) -> io::Result<Process> {
        check(program)?;
        let (ours, theirs) = std::os::unix::net::UnixStream::pair()?;
        let mut command = Command::new(&supervisor.program);
        command.args(&supervisor.args).arg("--");
        let mut input = None;
        match streams {
            Streams::Log(path) => {
                command.arg(Mode::Record.as_str()).arg(path).stdout(Stdio::null()).stderr(Stdio::null());
            }
            Streams::Output => {
                command.arg(Mode::Run.as_str()).stdout(Stdio::piped()).stderr(Stdio::piped());
            }
            Streams::Both => {
                let (reader, writer) = io::pipe()?;
                hand_over(&ours, reader.as_fd())?;
                input = Some(pipe::Sender::from_owned_fd(writer.into())?);
                command.arg(Mode::Feed.as_str()).stdout(Stdio::piped()).stderr(Stdio::piped());
            }
        }
        let child = command
            .args(change_of_user(supervisor, program.user.as_ref()))
            .args(&program.command)
            .env_clear()
            .envs(program.env.iter().map(|(name, value)| (name, value)))
            .current_dir(&program.folder)
            // A Ctrl-C at the terminal is for the playground, which then ends its Pods.
            .process_group(0)
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .spawn()
            .map_err(|error| {
                let place = supervisor.program.display();
                io::Error::new(error.kind(), format!("cannot start the supervisor {place}: {error}"))
            })?;
        ours.set_nonblocking(true)?;
        let (news, orders) = UnixStream::from_std(ours)?.into_split();
        Ok(Process { child, orders: Orders(Arc::new(orders)), news: BufReader::new(news), input })
    }

    /// The process id of the program itself; `None` when it ended before it told.
    pub(super) async fn id(&mut self) -> Option<u32> {
        let mut line = String::new();
        self.news.read_line(&mut line).await.ok()?;
        line.trim().parse().ok()
    }

    /// Asks the group to end.
    pub(super) async fn stop(&mut self, signal: StopSignal) {
        let order = match signal {
            StopSignal::Terminate => TERMINATE,
            StopSignal::Interrupt => INTERRUPT,
        };
        self.orders.send(&[order]).await;
    }

    /// Ends the group.
    pub(super) async fn kill(&mut self) {
        self.orders.send(&[KILL]).await;
    }

    /// The way to its supervisor.
    pub(super) fn orders(&self) -> Orders {
        self.orders.clone()
    }

    /// The process id of its supervisor; `None` when that was seen to end.
    pub(super) fn supervisor(&self) -> Option<u32> {
        self.child.id()
    }

    /// Waits for its end, when nothing of it is left: the exit code, 128 + n after signal n. Safe to cancel.
    pub(super) async fn wait(&mut self) -> i32 {
        match self.child.wait().await {
            // A supervisor that was itself killed takes the program with it.
            Ok(status) => status.code().unwrap_or(137),
            Err(_) => 137,
        }
    }

    /// Its input, once, when it was started with [`Streams::Both`].
    pub(super) fn input(&mut self) -> Option<pipe::Sender> {
        self.input.take()
    }

    /// What it prints, once, unless it was started with a log.
    pub(super) fn output(
        &mut self,
    ) -> (Option<tokio::process::ChildStdout>, Option<tokio::process::ChildStderr>) {
        (self.child.stdout.take(), self.child.stderr.take())
    }
}

/// What to put before a command for it to run as `user`.
fn change_of_user(supervisor: &Supervisor, user: Option<&User>) -> Vec<OsString> {
    let Some(user) = user else { return Vec::new() };
    let program = std::iter::once(supervisor.program.clone().into_os_string());
    let role = ["--".to_owned(), AS.to_owned(), user.uid.to_string(), user.gid.to_string()];
    program.chain(supervisor.args.iter().cloned()).chain(role.map(OsString::from)).collect()
}

/// Finds out early, and in words, that the program cannot be started.
fn check(program: &Program) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let name = program.command.first().map(String::as_str).unwrap_or_default();
    let runs = |path: &Path| {
        path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
    };
    let found = if name.contains('/') {
        runs(&program.folder.join(name))
    } else {
        let path = program.env.iter().rev().find(|(key, _)| key == "PATH").map_or("", |(_, path)| path);
        !name.is_empty() && std::env::split_paths(path).any(|folder| runs(&folder.join(name)))
    };
    if found {
        return Ok(());
    }
    let why = format!(
        "exec: \"{name}\": executable file not found (looked on this machine, in PATH for a bare name)"
    );
    Err(io::Error::new(io::ErrorKind::NotFound, why))
}
