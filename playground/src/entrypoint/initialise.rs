//! A new `PostgreSQL` database, as the variables of the image ask for it.

use crate::entrypoint::scripts::scripts;
use crate::entrypoint::variables::Wanted;
use rustix::process::{Pid, Signal, kill_process};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

/// Why there is no database.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InitialiseError {
    /// Nobody shall run one without a password by mistake.
    #[error(
        "Database is uninitialized and superuser password is not specified: set POSTGRES_PASSWORD (or \
         POSTGRES_PASSWORD_FILE) to one that is not empty, or POSTGRES_HOST_AUTH_METHOD=trust to let everybody \
         in without any"
    )]
    NoPassword,
    /// Two ways to say the same.
    #[error("both {0} and {0}_FILE are set; set one of them")]
    Twice(String),
    /// No PGDATA.
    #[error("PGDATA is not set; remove the empty variable from the manifest")]
    NoFolder,
    /// A file or folder.
    #[error("{}: {error}", path.display())]
    File {
        /// Where.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// A program of the server.
    #[error("{program} {status}; what it printed above says why")]
    Program {
        /// Its name, or a script's.
        program: String,
        /// How it ended.
        status: ExitStatus,
    },
    /// A script of a kind that the image would run.
    #[error("the playground does not unpack {}; put a plain .sql file into the volume", .0.display())]
    Packed(PathBuf),
}

/// What it takes.
pub(super) struct Initialise {
    /// The folder of the server's programs.
    pub(super) programs: PathBuf,
    /// The folder for the socket of the server that runs meanwhile.
    pub(super) sockets: PathBuf,
    /// Scripts, and folders of scripts, to run once.
    pub(super) scripts: Vec<PathBuf>,
    /// The options of the server.
    pub(super) options: Vec<OsString>,
}

impl Initialise {
    pub(super) fn unless_there_is_one(&self) -> Result<(), InitialiseError> {
        let folder = std::env::var_os("PGDATA").filter(|path| !path.is_empty()).map(PathBuf::from);
        let folder = folder.ok_or(InitialiseError::NoFolder)?;
        fs::create_dir_all(&folder).map_err(at(&folder))?;
        if fs::metadata(folder.join("PG_VERSION")).is_ok_and(|file| file.len() > 0) {
            say("there is a database already; nothing is initialised");
            return Ok(());
        }
        let wanted = Wanted::from_environment()?;
        fs::create_dir_all(&self.sockets).map_err(at(&self.sockets))?;
        self.make(&folder, &wanted)?;
        admit(&folder.join("pg_hba.conf"), &wanted.method)?;
        let mut server = self.start()?;
        let made = self.wait(&mut server).and_then(|()| self.fill(&wanted));
        let ended = stop(&mut server).map_err(at(&self.programs.join("postgres")));
        made?;
        ensure("postgres", ended?)?;
        say("the database is initialised; the server starts");
        Ok(())
    }

    fn program(&self, name: &str) -> Command {
        Command::new(self.programs.join(name))
    }

    fn make(&self, folder: &Path, wanted: &Wanted) -> Result<(), InitialiseError> {
        let secret = self.sockets.join("password");
        let mut initdb = self.program("initdb");
        initdb.arg("-D").arg(folder).args(["--auth-local=trust", "--username", &wanted.user]);
        if wanted.password.is_empty() {
            initdb.arg("--auth-host=trust");
        } else {
            let method = if wanted.method == "md5" { "md5" } else { "scram-sha-256" };
            let mut file = fs::OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(&secret)
                .map_err(at(&secret))?;
            writeln!(file, "{}", wanted.password).map_err(at(&secret))?;
            initdb.arg(format!("--auth-host={method}")).arg("--pwfile").arg(&secret);
        }
        let outcome = run("initdb", initdb.args(&wanted.options));
        // It may never have been made.
        let _ = fs::remove_file(&secret);
        outcome
    }

    /// A server that nobody but this container reaches.
    fn start(&self) -> Result<Child, InitialiseError> {
        let mut sockets = OsString::from("unix_socket_directories=");
        sockets.push(&self.sockets);
        let mut server = self.program("postgres");
        server.args(&self.options).args(["-c", "listen_addresses=", "-p", &port(), "-c"]).arg(sockets);
        server.stdin(Stdio::null()).spawn().map_err(at(&self.programs.join("postgres")))
    }

    fn wait(&self, server: &mut Child) -> Result<(), InitialiseError> {
        let here = self.programs.join("pg_isready");
        loop {
            let mut ask = self.program("pg_isready");
            ask.arg("-q").arg("-h").arg(&self.sockets).args(["-p", &port()]);
            if ask.status().map_err(at(&here))?.success() {
                return Ok(());
            }
            if let Some(status) = server.try_wait().map_err(at(&here))? {
                return Err(InitialiseError::Program { program: "postgres".to_owned(), status });
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn fill(&self, wanted: &Wanted) -> Result<(), InitialiseError> {
        if wanted.database != "postgres" {
            let create = "SELECT format('CREATE DATABASE %I', :'name') \\gexec\n";
            let mut psql = self.psql(&wanted.user, "postgres");
            psql.arg("--set").arg(format!("name={}", wanted.database)).stdin(Stdio::piped());
            let mut child = psql.spawn().map_err(at(&self.programs.join("psql")))?;
            let written = child.stdin.take().map_or(Ok(()), |mut input| input.write_all(create.as_bytes()));
            let status = child.wait().map_err(at(&self.programs.join("psql")))?;
            ensure("psql (CREATE DATABASE)", status)?;
            written.map_err(at(&self.programs.join("psql")))?;
        }
        scripts(&self.scripts)?.iter().try_for_each(|script| self.run_script(script, wanted))
    }

    fn run_script(&self, script: &Path, wanted: &Wanted) -> Result<(), InitialiseError> {
        let name = script.display().to_string();
        match script.extension().and_then(OsStr::to_str) {
            Some("sql") => {
                say(&format!("running {name}"));
                run(&name, self.psql(&wanted.user, &wanted.database).arg("-f").arg(script))
            }
            Some("sh") => {
                say(&format!("running {name}"));
                let mode = script.metadata().map_err(at(script))?.permissions().mode();
                let mut command = if mode & 0o111 == 0 { Command::new("bash") } else { Command::new(script) };
                wanted.tell(command.args((mode & 0o111 == 0).then_some(script)).env("PGHOST", &self.sockets));
                run(&name, &mut command)
            }
            Some("gz" | "xz" | "zst") => Err(InitialiseError::Packed(script.to_owned())),
            _ => {
                say(&format!("{name} is neither .sql nor .sh and is left out"));
                Ok(())
            }
        }
    }

    fn psql(&self, user: &str, database: &str) -> Command {
        let mut psql = self.program("psql");
        psql.args(["-v", "ON_ERROR_STOP=1", "--no-psqlrc", "--no-password", "-h"]).arg(&self.sockets);
        psql.args(["-p", &port(), "--username", user, "--dbname", database]);
        psql
    }
}

/// In a container, who comes by the loopback interface is inside and needs no password. Here everybody comes by it,
/// so the lines that `initdb` writes for it go; the image's own line for everybody else remains.
fn admit(file: &Path, method: &str) -> Result<(), InitialiseError> {
    let text = fs::read_to_string(file).map_err(at(file))?;
    fs::write(file, admitting(&text, method)).map_err(at(file))
}

fn admitting(hba: &str, method: &str) -> String {
    let is_loopback =
        |line: &str| line.starts_with("host") && (line.contains("127.0.0.1/32") || line.contains("::1/128"));
    let ours = format!("\nhost all all all {method}");
    let kept = hba.lines().filter(|line| !is_loopback(line)).chain([ours.as_str()]);
    kept.flat_map(|line| [line, "\n"]).collect()
}

fn port() -> String {
    std::env::var("PGPORT").unwrap_or_else(|_| "5432".to_owned())
}

fn stop(server: &mut Child) -> io::Result<ExitStatus> {
    if let Some(pid) = i32::try_from(server.id()).ok().and_then(Pid::from_raw) {
        // An error means that it has ended already.
        let _ = kill_process(pid, Signal::INT);
    }
    server.wait()
}

fn run(name: &str, command: &mut Command) -> Result<(), InitialiseError> {
    let program = PathBuf::from(command.get_program());
    ensure(name, command.stdin(Stdio::null()).status().map_err(at(&program))?)
}

fn ensure(program: &str, status: ExitStatus) -> Result<(), InitialiseError> {
    if status.success() {
        return Ok(());
    }
    Err(InitialiseError::Program { program: program.to_owned(), status })
}

pub(super) fn at(path: &Path) -> impl Fn(io::Error) -> InitialiseError {
    move |error| InitialiseError::File { path: path.to_owned(), error }
}

/// To the container's log. One that cannot be written to is no reason not to go on.
fn say(what: &str) {
    let _ = writeln!(io::stdout(), "playground: {what}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_let_in_without_a_password_by_the_loopback_interface() {
        let before = "local all all trust\n# host x 127.0.0.1/32\nhost all all 127.0.0.1/32 trust\n\
                      host replication all ::1/128 trust\n";
        let after = "local all all trust\n# host x 127.0.0.1/32\n\nhost all all all md5\n";
        assert_eq!(admitting(before, "md5"), after);
    }
}
