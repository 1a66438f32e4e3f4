//! What the stories share: a small cluster, waiting by watching, requests by hand.
#![expect(dead_code, reason = "each story uses its part")]
#![expect(
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    reason = "part of the tests, and brief in them"
)]

use playground::Home;
use playground::cluster::{Cluster, DeleteOptions};
use playground::node::{HostPrograms, NodeOptions, Nodes, Supervisor};
use playground::resource::by_kind;
use playground::selector::Selector;
use playground::service::Services;
use playground::store::{ChangeKind, From, Store, Write};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// No story waits longer for anything.
pub const PATIENCE: Duration = Duration::from_secs(30);
pub const BINARY: &str = env!("CARGO_BIN_EXE_playground");

pub struct Story {
    pub cluster: Cluster,
    pub nodes: Nodes,
    pub services: Services,
    pub home: Home,
}

pub fn supervisor() -> Supervisor {
    Supervisor { program: BINARY.into(), args: vec!["supervise".into()] }
}

impl Story {
    pub fn new() -> Story {
        let mut options = NodeOptions::new(supervisor());
        options.host_programs = HostPrograms::Allowed;
        options.back_off = Duration::from_millis(100);
        Story::with(options)
    }

    pub fn with(options: NodeOptions) -> Story {
        let cluster = Cluster::new(Store::new(1 << 24));
        let namespaces = by_kind("v1", "Namespace").unwrap();
        cluster.create(namespaces, "", json!({"metadata": {"name": "n"}}), Write::Commit).unwrap();
        let home = Home::create().unwrap();
        let nodes = playground::node::start(&cluster, &home, options).unwrap();
        let services = playground::service::start(&cluster);
        Story { cluster, nodes, services, home }
    }

    pub fn create(&self, version: &str, kind: &str, object: Value) -> Arc<Value> {
        self.cluster.create(by_kind(version, kind).unwrap(), "n", object, Write::Commit).unwrap()
    }

    pub fn pod(&self, name: &str, spec: Value) -> Arc<Value> {
        self.create("v1", "Pod", json!({"metadata": {"name": name, "labels": {"app": name}}, "spec": spec}))
    }

    pub fn delete(&self, name: &str, grace: i64) {
        let options = DeleteOptions { grace_period_seconds: Some(grace), ..DeleteOptions::default() };
        self.cluster.delete(by_kind("v1", "Pod").unwrap(), ("n", name), &options, Write::Commit).unwrap();
    }

    /// Every state of the Pod from now (or from its beginning) until `wanted`, which is the last of them.
    pub async fn until(&self, name: &str, wanted: impl Fn(&Value) -> bool) -> Vec<Arc<Value>> {
        let kind = by_kind("v1", "Pod").unwrap();
        let mut watch = self.cluster.follow(kind, Some("n"), Selector::default(), From::Present).unwrap();
        let mut seen: Vec<Arc<Value>> = Vec::new();
        let search = async {
            loop {
                let sight = watch.next().await.unwrap();
                let object = &sight.change.object;
                if object["metadata"]["name"] == name && sight.kind != ChangeKind::Deleted {
                    seen.push(Arc::clone(object));
                    if wanted(object) {
                        return;
                    }
                }
            }
        };
        let found = tokio::time::timeout(PATIENCE, search).await.is_ok();
        assert!(found, "{name} did not become as wanted; last: {:#?}", seen.last());
        seen
    }

    /// The Pod's states until its object is gone.
    pub async fn until_gone(&self, name: &str) -> Vec<Arc<Value>> {
        let kind = by_kind("v1", "Pod").unwrap();
        let mut watch = self.cluster.follow(kind, Some("n"), Selector::default(), From::Present).unwrap();
        if self.cluster.get(kind, "n", name).is_err() {
            return Vec::new();
        }
        let mut seen: Vec<Arc<Value>> = Vec::new();
        let search = async {
            loop {
                let sight = watch.next().await.unwrap();
                if sight.change.object["metadata"]["name"] == name {
                    seen.push(Arc::clone(&sight.change.object));
                    if sight.kind == ChangeKind::Deleted {
                        return;
                    }
                }
            }
        };
        let gone = tokio::time::timeout(PATIENCE, search).await.is_ok();
        assert!(gone, "{name} did not go; last: {:#?}", seen.last());
        seen
    }

    pub fn events(&self, name: &str) -> Vec<String> {
        let all = self.cluster.list(by_kind("v1", "Event").unwrap(), Some("n"), &Selector::default());
        let own = all.iter().filter(|event| event["involvedObject"]["name"] == name);
        own.map(|event| event["reason"].as_str().unwrap().to_owned()).collect()
    }
}

/// A Pod's spec with one container of the test program serving on port 8080.
pub fn server(more: Value) -> Value {
    let mut container =
        json!({"name": "web", "image": format!("process:{BINARY}"), "args": ["serve", "8080"]});
    for (key, value) in more.as_object().unwrap() {
        container[key] = value.clone();
    }
    json!({"containers": [container], "terminationGracePeriodSeconds": 5})
}

/// A Pod's spec with one container that runs a shell script.
pub fn shell(script: &str, policy: &str) -> Value {
    let container = json!({"name": "sh", "image": "process:/bin/sh", "args": ["-c", script]});
    json!({"containers": [container], "restartPolicy": policy})
}

/// The same, ready once the script has made the file `up`.
pub fn shell_ready_when_up(script: &str) -> Value {
    let mut spec = shell(script, "Always");
    let probe = json!({"exec": {"command": ["/bin/sh", "-c", "test -f up"]}, "periodSeconds": 1});
    spec["containers"][0]["readinessProbe"] = probe;
    spec
}

pub fn condition(pod: &Value, name: &str) -> String {
    let list = pod["status"]["conditions"].as_array().into_iter().flatten();
    let found = list.into_iter().find(|one| one["type"] == name);
    found.map(|one| one["status"].as_str().unwrap().to_owned()).unwrap_or_default()
}

pub fn is_ready(pod: &Value) -> bool {
    condition(pod, "Ready") == "True"
}

pub fn state(pod: &Value) -> &Value {
    &pod["status"]["containerStatuses"][0]["state"]
}

pub fn address(pod: &Value, port: u16) -> SocketAddr {
    SocketAddr::new(pod["status"]["podIP"].as_str().unwrap().parse().unwrap(), port)
}

/// The process id of the Pod's first container.
pub fn pid(pod: &Value) -> u32 {
    let id = pod["status"]["containerStatuses"][0]["containerID"].as_str().unwrap();
    id.strip_prefix("process://").unwrap().parse().unwrap()
}

/// Whether there is such a process, not counting one that has ended and only waits to be cleared away.
pub fn lives(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().next()).is_some_and(|state| state != "Z")
}

/// Looks until `wanted` holds; for what has no watch.
pub async fn eventually(what: &str, mut wanted: impl AsyncFnMut() -> bool) {
    let search = async {
        while !wanted().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, search).await.is_ok(), "not within {PATIENCE:?}: {what}");
}

/// One request on an open connection: the code and the body.
pub async fn ask(stream: &mut TcpStream, path: &str) -> std::io::Result<(u16, String)> {
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()).await?;
    let mut text = Vec::new();
    loop {
        if stream.read_buf(&mut text).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let now = String::from_utf8_lossy(&text).into_owned();
        let Some((head, body)) = now.split_once("\r\n\r\n") else { continue };
        let length: usize = head.rsplit(": ").next().unwrap().parse().unwrap();
        if body.len() >= length {
            return Ok((head[9..12].parse().unwrap(), body.to_owned()));
        }
    }
}

pub async fn get(at: SocketAddr, path: &str) -> std::io::Result<(u16, String)> {
    ask(&mut TcpStream::connect(at).await?, path).await
}
