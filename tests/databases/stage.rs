//! A playground with databases, and their own clients beside it.

use shakedown::cluster::{Access, Cluster};
use std::cell::RefCell;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use support::{Ended, Program, Running};
use tokio::runtime::Runtime;

/// Nothing is waited for longer than this.
const PATIENCE: Duration = Duration::from_secs(90);

pub struct Stage {
    pub program: Program,
    pub cluster: Cluster,
    pub runtime: Runtime,
    _playground: Running,
    _home: Program,
}

fn binary() -> Program {
    Program::at(env!("CARGO_BIN_EXE_shakedown"))
}

fn repository(path: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path).to_str().unwrap().to_owned()
}

impl Stage {
    /// With these folders of `playground/manifests`, ready.
    pub fn with(folders: &[&str]) -> Stage {
        let home = binary();
        let folders: Vec<String> =
            folders.iter().map(|folder| repository(&format!("playground/manifests/{folder}"))).collect();
        let manifests = folders.iter().flat_map(|folder| ["--manifests", folder]);
        let args: Vec<&str> = ["playground", "up", "-n", "shop"].into_iter().chain(manifests).collect();
        let playground = home.start(&args);
        let kubeconfig = playground.prints("export KUBECONFIG=");
        playground.says("all that was applied is ready");
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let access =
            Access { kubeconfig: Some((&kubeconfig).into()), context: None, namespace: Some("shop".into()) };
        let cluster = runtime.block_on(Cluster::connect(&access)).unwrap();
        let program = binary().with("KUBECONFIG", &kubeconfig);
        Stage { program, cluster, runtime, _playground: playground, _home: home }
    }

    /// `http://HOST:PORT` of a Service.
    pub fn url(&self, service: &str) -> String {
        self.runtime.block_on(self.cluster.service_url(service)).unwrap()
    }

    /// Runs a scenario of `scenarios/databases/` against a Service of the shop.
    pub fn run(&self, scenario: &str, service: &str) -> Ended {
        let path = repository(&format!("scenarios/databases/{scenario}.yaml"));
        self.program.run(&["run", &path, "--yes", "--target", &self.url(service)])
    }

    /// One statement as a superuser, on a fresh connection through a Service; an error is what psql prints.
    pub fn sql(&self, service: &str, database: &str, statement: &str) -> Result<String, String> {
        let mut psql = Command::new("psql");
        psql.env("PGPASSWORD", "change-me").env("PGCONNECT_TIMEOUT", "5");
        psql.args(["-XAtqw", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", database, "-c", statement]);
        psql.args(["-h", &self.host(service)]);
        answer(psql)
    }

    /// One command to Redis, likewise.
    pub fn redis(&self, service: &str, words: &[&str]) -> Result<String, String> {
        let mut cli = Command::new("redis-cli");
        cli.env("REDISCLI_AUTH", "change-me").args(["-e", "-h", &self.host(service)]).args(words);
        answer(cli)
    }

    fn host(&self, service: &str) -> String {
        let url = self.url(service);
        let host = url.trim_start_matches("http://").rsplit_once(':').map(|(host, _)| host.to_owned());
        host.unwrap_or_else(|| panic!("no host in {url}"))
    }
}

fn answer(mut client: Command) -> Result<String, String> {
    let output = client.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

/// Asks until the answer is as expected.
pub fn becomes(what: &str, expected: &str, ask: impl Fn() -> Result<String, String>) {
    let begun = Instant::now();
    loop {
        let answer = ask();
        if answer.as_deref() == Ok(expected) {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "waited in vain: {what}: {answer:?}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Asks until there is an answer: a server on a busy machine may be unready for a moment.
pub fn answered(ask: impl Fn() -> Result<String, String>) -> String {
    let last = RefCell::new(String::new());
    becomes("an answer", "yes", || {
        ask().map(|answer| {
            *last.borrow_mut() = answer;
            "yes".to_owned()
        })
    });
    last.into_inner()
}

/// Whether the server of a package and its client are installed; says loudly when nothing is tested.
pub fn has(package: &str, client: &str) -> bool {
    let installed = |program: &str| Command::new(program).arg("--version").output().is_ok();
    let server = match package {
        "postgresql" => Path::new("/usr/lib/postgresql").is_dir() || installed("postgres"),
        server => installed(server),
    };
    let found = server && installed(client);
    if !found {
        support::skipped(format_args!(
            "a story about {package}, which is not installed (apt-get install {package}); nothing was tested"
        ));
    }
    found
}
