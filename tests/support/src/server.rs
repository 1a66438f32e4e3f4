//! Database servers of this machine, each in a folder and on a port of its own, gone with the test.

use crate::processes::descendants;
use crate::skipped;
use rustix::process::{Pid, Signal, kill_process};
use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// What takes longer hangs.
const PATIENCE: Duration = Duration::from_mins(3);

/// A server that can be killed and started again on its data.
#[derive(Debug)]
pub struct Server {
    program: PathBuf,
    args: Vec<String>,
    folder: TempDir,
    user: Option<(u32, u32)>,
    /// The port that was free for it.
    pub port: u16,
    environment: Vec<(String, String)>,
    process: Option<Child>,
}

impl Server {
    /// A server that is not started yet; `None`, loudly, where its program is missing.
    pub fn new(program: &str, user: Option<(u32, u32)>) -> Option<Server> {
        let Some(program) = installed(program) else {
            skipped(format_args!("{program} is not installed on this machine"));
            return None;
        };
        let folder = tempfile::tempdir().expect("the machine does as it is told");
        if let Some((uid, gid)) = user {
            chown(folder.path(), Some(uid), Some(gid)).expect("the machine does as it is told");
        }
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))
            .expect("the machine does as it is told");
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .expect("the machine does as it is told")
            .local_addr()
            .expect("the machine does as it is told")
            .port();
        Some(Server { program, args: Vec::new(), folder, user, port, environment: Vec::new(), process: None })
    }

    /// The folder of its data.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// With this variable in the environment of the server and of the programs beside it.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.environment.push((name.to_owned(), value.into()));
    }

    /// A program beside the server's own, run to its end as the server's user; gives what it says.
    pub fn tool(&self, name: &str, args: &[&str]) -> String {
        let path = installed(name).unwrap_or_else(|| panic!("no {name} beside the server"));
        let output = self.command(&path).args(args).output().expect("the machine does as it is told");
        let [out, err] =
            [&output.stdout, &output.stderr].map(|said| String::from_utf8_lossy(said).into_owned());
        assert!(output.status.success(), "{name} {args:?}: {err}");
        out
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.folder()).stdin(Stdio::null());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        if let Some((uid, gid)) = self.user {
            command.uid(uid).gid(gid);
        }
        command
    }

    /// Starts it with these arguments and waits until its port is open. One that ends by itself is started again: after a
    /// kill, a process that it was about to start may hold its memory for a moment longer.
    pub fn start(&mut self, args: &[String]) {
        self.args = args.to_vec();
        self.process = Some(self.spawn());
        let begun = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            assert!(
                begun.elapsed() < PATIENCE,
                "{}",
                fs::read_to_string(self.folder().join("log")).expect("the machine does as it is told")
            );
            sleep(Duration::from_millis(10));
            let ended = self.process.as_mut().map(Child::try_wait);
            if matches!(ended, Some(Ok(Some(_)))) {
                sleep(Duration::from_millis(200));
                self.process = Some(self.spawn());
            }
        }
    }

    fn spawn(&self) -> Child {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.folder().join("log"))
            .expect("the machine does as it is told");
        let mut command = self.command(&self.program);
        command.args(&self.args).stdout(log.try_clone().expect("the machine does as it is told")).stderr(log);
        command.spawn().expect("the machine does as it is told")
    }

    /// Starts it again as it was.
    pub fn start_again(&mut self) {
        self.start(&self.args.clone());
    }

    fn root(&self) -> Pid {
        Pid::from_child(self.process.as_ref().expect("it was started"))
    }

    /// Ends it and every process below it at once; they cannot do anything about it.
    pub fn kill(&mut self) {
        let Some(mut process) = self.process.take() else { return };
        let below = descendants(process.id());
        process.kill().expect("the machine does as it is told");
        for pid in below.into_iter().filter_map(|pid| Pid::from_raw(pid.cast_signed())) {
            // It may have ended by itself meanwhile.
            let _ = kill_process(pid, Signal::KILL);
        }
        process.wait().expect("the machine does as it is told");
    }

    /// Makes it stand still; a server of one process.
    pub fn stop(&self) {
        kill_process(self.root(), Signal::STOP).expect("the machine does as it is told");
    }

    /// Lets it go on.
    pub fn go_on(&self) {
        kill_process(self.root(), Signal::CONT).expect("the machine does as it is told");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A user other than root, where we are root: some servers refuse to run as root.
pub fn unprivileged() -> Option<(u32, u32)> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").expect("the machine does as it is told");
    let ids = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields =
            line.split(':').skip(2).map(|field| field.parse().expect("the machine does as it is told"));
        fields.next().zip(fields.next())
    };
    ids("postgres").or_else(|| ids("nobody"))
}

/// A program in the folders of Debian's PostgreSQL, the newest first, in `PATH`, or among those of the administrator.
fn installed(name: &str) -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = versions.map(|entry| entry.path().join("bin")).collect();
    folders.sort();
    folders.reverse();
    folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    folders.push("/usr/sbin".into());
    folders.into_iter().map(|folder| folder.join(name)).find(|path| path.is_file())
}
