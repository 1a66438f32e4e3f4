//! The image `postgres`.

use crate::entrypoint::POSTGRES;
use crate::images::name::{Version, version_of};
use crate::images::programs::{self, Software};
use crate::images::script::{becoming, entrypoint};
use crate::node::{Container, ImageFolder, ImageSource, Launch, StopSignal, User};
use std::path::{Path, PathBuf};

/// `PostgreSQL` of this machine as the official image `postgres`.
///
/// `POSTGRES_PASSWORD`, `_USER`, `_DB`, `_HOST_AUTH_METHOD`, `_INITDB_ARGS` (split at spaces), `_INITDB_WALDIR`, each
/// also with `_FILE`, `PGDATA` and `/docker-entrypoint-initdb.d` (`.sql` and `.sh`) mean what they mean there. The
/// database is in the volume at `/var/lib/postgresql/data` (or above it). A container is asked to end by SIGINT
/// (fast shutdown). `PostgreSQL` refuses to run as root: a playground of root starts the containers, with all that
/// runs in them, as the user `postgres`, or else `nobody`.
#[derive(Debug, Clone)]
pub struct Postgres {
    folders: Option<Vec<PathBuf>>,
}

const SOFTWARE: Software = Software {
    name: "PostgreSQL",
    programs: &["postgres", "initdb", "psql", "pg_isready"],
    hint: "on Debian and Ubuntu: apt-get install postgresql",
};
const SCRIPTS: &str = "/docker-entrypoint-initdb.d";
/// A socket's path has at most 107 bytes.
const LONGEST: usize = 107;

impl Default for Postgres {
    fn default() -> Postgres {
        Postgres::new()
    }
}

impl Postgres {
    /// Where distributions put it, the newest first, then `PATH`.
    pub fn new() -> Postgres {
        Postgres { folders: None }
    }

    /// From these folders only.
    pub fn from_folders(folders: Vec<PathBuf>) -> Postgres {
        Postgres { folders: Some(folders) }
    }

    fn launch(&self, image: &str, wanted: Version, container: &Container) -> Result<Launch, String> {
        let programs = match &self.folders {
            Some(folders) => SOFTWARE.find(image, wanted, folders),
            None => SOFTWARE.find(image, wanted, &installed()),
        }?;
        let user = rustix::process::geteuid().is_root().then(unprivileged).transpose();
        let user = user.map_err(|why| format!("failed to pull image \"{image}\": {why}"))?;
        let folder = |path: &str, name| ImageFolder { path: path.to_owned(), name, scripts: Vec::new() };
        let mut folders = vec![
            folder("/usr/local/bin", "bin"),
            folder("/var/lib/postgresql", "db"),
            folder("/var/run/postgresql", "run"),
        ];
        let sockets = container.place("/var/run/postgresql", &folders);
        if sockets.len() + "/i/.s.PGSQL.00000".len() > LONGEST {
            return Err(format!(
                "failed to pull image \"{image}\": the path of the server's socket in {sockets} is longer than the \
                 {LONGEST} bytes that a socket's path may have; set TMPDIR to a shorter folder"
            ));
        }
        let bin = container.place("/usr/local/bin", &folders);
        folders[0].scripts = scripts(container, &programs, &bin, &sockets);
        let path = format!(
            "{bin}:{}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            programs.display()
        );
        let env = [
            ("PATH", path.as_str()),
            ("PGDATA", "/var/lib/postgresql/data"),
            ("PGHOST", &sockets),
            ("LANG", "C.UTF-8"),
        ];
        Ok(Launch {
            entrypoint: vec![format!("{bin}/docker-entrypoint.sh")],
            args: vec!["postgres".to_owned()],
            env: env.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            folders,
            working_dir: None,
            user,
            stop: StopSignal::Interrupt,
        })
    }
}

impl ImageSource for Postgres {
    fn resolve(&self, image: &str, container: &Container) -> Option<Result<Launch, String>> {
        let wanted = version_of(image, "postgres")?;
        Some(self.launch(image, wanted, container))
    }
}

/// The programs of the image. `postgres` gets the address and the socket's folder as its last arguments, so that they
/// hold; `pg_ctl` starts that `postgres`; `gosu USER COMMAND` has nothing to change any more.
fn scripts(container: &Container, programs: &Path, bin: &str, sockets: &str) -> Vec<(String, String)> {
    let program = |name: &str| programs.join(name).display().to_string();
    let here = [
        "-c".to_owned(),
        format!("listen_addresses={}", container.address),
        "-c".to_owned(),
        format!("unix_socket_directories={sockets}"),
    ];
    let below = |path: &str| path == SCRIPTS || path.starts_with(&format!("{SCRIPTS}/"));
    let init = container.mounts.iter().filter(|(path, _)| below(path)).map(|(_, place)| place.clone());
    let words = [POSTGRES.to_owned(), programs.display().to_string(), sockets.to_owned()];
    let words: Vec<String> = words.into_iter().chain(init).collect();
    let scripts = [
        ("docker-entrypoint.sh", entrypoint(&container.supervisor, &words)),
        ("postgres", becoming(&[program("postgres")], &here)),
        ("pg_ctl", becoming(&[program("pg_ctl")], &["-p".to_owned(), format!("{bin}/postgres")])),
        ("gosu", "#!/bin/sh\nshift\nexec \"$@\"\n".to_owned()),
    ];
    scripts.map(|(name, text)| (name.to_owned(), text)).to_vec()
}

fn unprivileged() -> Result<User, String> {
    User::first_of(&["postgres", "nobody"]).ok_or_else(|| {
        "PostgreSQL refuses to run as root, and this machine has neither a user postgres nor nobody to run it as; \
         add one (useradd --system postgres), or start the playground as another user than root"
            .to_owned()
    })
}

/// The folders of Debian and Red Hat, by version, then `PATH`.
fn installed() -> Vec<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = Vec::new();
    for (parent, prefix) in [("/usr/lib/postgresql", ""), ("/usr", "pgsql-")] {
        for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
            let version = entry.file_name().to_str().and_then(|name| name.strip_prefix(prefix)?.parse().ok());
            versions.extend(version.map(|version| (version, entry.path().join("bin"))));
        }
    }
    versions.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    versions.into_iter().map(|(_, folder)| folder).chain(programs::path()).collect()
}
