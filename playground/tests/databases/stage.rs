//! A cluster with controllers and the images of databases, and their command-line clients.

use crate::story::{Story, eventually, is_ready, pid, supervisor};
use futures_util::StreamExt as _;
use playground::api::LogRequest;
use playground::controllers::Controllers;
use playground::images::{Postgres, Redis};
use playground::node::{HostPrograms, NodeOptions, Supervisor};
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::process::Command;

pub struct Stage {
    pub story: Story,
    _controllers: Controllers,
}

impl Stage {
    pub fn new() -> Stage {
        Stage::supervised_by(supervisor())
    }

    pub fn supervised_by(supervisor: Supervisor) -> Stage {
        let mut options = NodeOptions::new(supervisor);
        options.host_programs = HostPrograms::Allowed;
        options.back_off = Duration::from_millis(100);
        options.images = vec![Arc::new(Postgres::new()), Arc::new(Redis::new())];
        let story = Story::with(options);
        let controllers = playground::controllers::start(&story.cluster);
        Stage { story, _controllers: controllers }
    }

    /// Creates the objects of a manifest of this repository, all but the shop's.
    pub fn apply(&self, manifest: &str) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("manifests").join(manifest);
        let text = std::fs::read_to_string(path).unwrap();
        for mut object in serde_saphyr::from_multiple::<Value>(&text).unwrap() {
            let text = |key: &str| object[key].as_str().unwrap().to_owned();
            let (version, kind) = (text("apiVersion"), text("kind"));
            if kind == "Service" {
                // An address that no other test has.
                let [a, b, ..] = uuid::Uuid::new_v4().into_bytes();
                object["spec"]["clusterIP"] = json!(format!("127.97.{a}.{}", b.max(1)));
            }
            self.story.create(&version, &kind, object);
        }
    }

    /// Waits until the Pod is ready, after so many restarts.
    pub async fn ready(&self, name: &str, restarts: u64) -> Arc<Value> {
        let wanted =
            |pod: &Value| is_ready(pod) && pod["status"]["containerStatuses"][0]["restartCount"] == restarts;
        self.story.until(name, wanted).await.pop().unwrap()
    }

    /// Deletes the Pod with no grace and waits until its successor is ready.
    pub async fn replace(&self, name: &str, old: &Value) -> Arc<Value> {
        self.story.delete(name, 0);
        let other = |pod: &Value| is_ready(pod) && pod["metadata"]["uid"] != old["metadata"]["uid"];
        self.story.until(name, other).await.pop().unwrap()
    }

    /// What the Pod's container printed in the run before this one.
    pub async fn previous_log(&self, pod: &Arc<Value>) -> String {
        let container = pod["spec"]["containers"][0]["name"].as_str().unwrap().to_owned();
        let request = LogRequest { container, previous: true, ..LogRequest::default() };
        let pieces = self.story.nodes.agent().logs(Arc::clone(pod), request).await.unwrap();
        String::from_utf8(pieces.collect::<Vec<_>>().await.concat()).unwrap()
    }
}

/// Kills the first process of the Pod's first container.
pub fn kill(pod: &Value) {
    end(pid(pod));
}

/// Kills a process.
pub fn end(pid: u32) {
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
}

/// A Pod's spec with one container and a probe that runs in it.
pub fn spec(image: &str, container: Value, probe: Value) -> Value {
    let mut all = json!({"name": "db", "image": image});
    for (key, value) in container.as_object().unwrap() {
        all[key] = value.clone();
    }
    all["readinessProbe"] = json!({"exec": {"command": probe}, "periodSeconds": 1});
    json!({"containers": [all], "terminationGracePeriodSeconds": 60})
}

/// One statement as somebody outside of the Pod; an error is what the client prints.
pub async fn sql(pod: &Value, password: &str, database: &str, statement: &str) -> Result<String, String> {
    let mut psql = client("psql");
    psql.env("PGPASSWORD", password).args([
        "-XAtqw",
        "-v",
        "ON_ERROR_STOP=1",
        "-U",
        "postgres",
        "-p",
        "5432",
    ]);
    psql.args(["-h", pod["status"]["podIP"].as_str().unwrap(), "-d", database, "-c", statement]);
    answer(psql).await
}

/// One command to Redis, likewise.
pub async fn redis(pod: &Value, password: &str, words: &[&str]) -> Result<String, String> {
    let mut cli = client("redis-cli");
    cli.env("REDISCLI_AUTH", password)
        .args(["-h", pod["status"]["podIP"].as_str().unwrap(), "-e"])
        .args(words);
    answer(cli).await
}

fn client(name: &str) -> Command {
    Command::new(find(name).unwrap_or_else(|| name.into()))
}

async fn answer(mut client: Command) -> Result<String, String> {
    let output = client.kill_on_drop(true).output().await.unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

/// Asks until the answer is as expected: what a replica knows comes later.
pub async fn soon(what: &str, expected: &str, mut ask: impl AsyncFnMut() -> Result<String, String>) {
    eventually(what, async || ask().await.is_ok_and(|answer| answer == expected)).await;
}

fn find(program: &str) -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = versions.map(|version| version.path().join("bin")).chain(std::env::split_paths(&path));
    folders.map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Whether the programs are installed; says loudly that a story is left out when they are not.
pub fn has(program: &str, package: &str) -> bool {
    let found = find(program).is_some();
    if !found {
        // Past the capture of the test harness.
        let _ = writeln!(
            std::io::stderr(),
            "\n!!! SKIPPED: a story about {package}: {program} is not installed (apt-get install {package}); \
             nothing was tested\n"
        );
    }
    found
}
