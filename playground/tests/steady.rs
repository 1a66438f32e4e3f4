//! Nothing grows while Pods come and go.
#![expect(clippy::unwrap_used, reason = "part of the tests")]

mod story;

use playground::cluster::Part;
use playground::node::{HostPrograms, NodeOptions};
use playground::resource::by_kind;
use playground::selector::Selector;
use playground::store::Write;
use playground::{Options, Playground, Upkeep};
use serde_json::json;
use std::time::{Duration, Instant};
use story::*;

const REPLICAS: usize = 10;

/// What a playground takes while nothing happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Holdings {
    tasks: usize,
    descriptors: usize,
    folders: usize,
}

/// A Deployment, and the Service `web` over it, whose Pods come and go.
struct Churn {
    playground: Playground,
}

impl Churn {
    async fn start(history: usize) -> Churn {
        let mut options = NodeOptions::new(supervisor());
        options.host_programs = HostPrograms::Allowed;
        let upkeep = Upkeep::Whole(options);
        let playground = Playground::start(Options { upkeep, history }).await.unwrap();
        let churn = Churn { playground };
        let labels = json!({"app": "web"});
        let probe = json!({"httpGet": {"path": "/", "port": 8080}, "periodSeconds": 1});
        let template =
            json!({"metadata": {"labels": labels}, "spec": server(json!({"readinessProbe": probe}))});
        let spec = json!({"replicas": 0, "selector": {"matchLabels": labels}, "template": template});
        churn.create("apps/v1", "Deployment", json!({"metadata": {"name": "web"}, "spec": spec}));
        let spec = json!({"type": "NodePort", "selector": labels, "ports": [{"port": 8080}]});
        churn.create("v1", "Service", json!({"metadata": {"name": "web"}, "spec": spec}));
        churn
    }

    fn create(&self, version: &str, kind: &str, object: serde_json::Value) {
        let kind = by_kind(version, kind).unwrap();
        self.playground.cluster().create(kind, "default", object, Write::Commit).unwrap();
    }

    fn pods(&self) -> Vec<std::sync::Arc<serde_json::Value>> {
        let kind = by_kind("v1", "Pod").unwrap();
        self.playground.cluster().list(kind, Some("default"), &Selector::default())
    }

    fn scale(&self, replicas: usize) {
        let kind = by_kind("apps/v1", "Deployment").unwrap();
        let scaled = self.playground.cluster().modify(
            kind,
            ("default", "web"),
            Part::Whole,
            Write::Commit,
            |deployment| {
                deployment["spec"]["replicas"] = json!(replicas);
                Ok(())
            },
        );
        scaled.unwrap();
    }

    /// All Pods come, serve, and go.
    async fn round(&self) {
        self.scale(REPLICAS);
        let ready = || self.pods().iter().filter(|pod| is_ready(pod)).count() == REPLICAS;
        eventually("all are ready", async || ready()).await;
        let hosts = playground::service::hosts(self.playground.cluster());
        let line = hosts.lines().find(|line| line.contains(" web.default ")).unwrap();
        let (address, _) = line.split_once(' ').unwrap();
        let service = format!("{address}:8080").parse().unwrap();
        eventually("the service answers", async || get(service, "/").await.is_ok()).await;
        self.scale(0);
        eventually("all are gone", async || self.pods().is_empty()).await;
    }

    /// What is held once nothing has changed for a while: the last Pods are being cleared away.
    async fn holdings(&self) -> Holdings {
        let now = || Holdings {
            tasks: tokio::runtime::Handle::current().metrics().num_alive_tasks(),
            descriptors: std::fs::read_dir("/proc/self/fd").unwrap().count(),
            folders: std::fs::read_dir(self.playground.folder().join("pods")).unwrap().count(),
        };
        let mut last = (now(), Instant::now());
        eventually("it is quiet", async || {
            if now() != last.0 {
                last = (now(), Instant::now());
            }
            last.1.elapsed() > Duration::from_secs(1)
        })
        .await;
        last.0
    }
}

/// The memory of this process that is its own, in KiB.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("RssAnon:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tasks_descriptors_folders_and_memory_stay_as_they_are() {
    // A history so short that it is full after the first rounds: of each resource 256 changes are kept in any case,
    // which takes longest for those that change least.
    let churn = Churn::start(16 * 1024).await;
    for _ in 0..24 {
        churn.round().await;
    }
    let (before, memory_before) = (churn.holdings().await, memory());
    for _ in 0..6 {
        churn.round().await;
    }
    assert_eq!(churn.holdings().await, before);
    assert_eq!(before.folders, 0);
    // The same again would be as much as was there; what is left over of 60 Pods in each of the two halves.
    let grown = memory().saturating_sub(memory_before);
    assert!(grown < 8 * 1024, "{grown} KiB more than {memory_before} KiB");
}

/// By hand: `cargo test -p playground --test steady -- --ignored --nocapture`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes ten minutes"]
async fn memory_stays_bounded_for_ten_minutes() {
    let minutes = std::env::var("MINUTES").map_or(10, |text| text.parse().unwrap());
    let churn = Churn::start(Options::default().history).await;
    let begun = Instant::now();
    let mut marks: Vec<u64> = Vec::new();
    let (mut rounds, mut before) = (0, None);
    while begun.elapsed() < Duration::from_mins(minutes) {
        churn.round().await;
        rounds += 1;
        if begun.elapsed() > Duration::from_secs(30) * (u32::try_from(marks.len()).unwrap() + 1) {
            let (holdings, events) = (churn.holdings().await, by_kind("v1", "Event").unwrap());
            let events = churn.playground.cluster().list(events, None, &Selector::default()).len();
            marks.push(memory());
            println!("{rounds} rounds, {} KiB, {events} events, {holdings:?}", memory());
            assert_eq!(*before.get_or_insert(holdings), holdings);
            assert!(events < 4_000);
        }
    }
    let half = marks[marks.len() / 2];
    let last = *marks.last().unwrap();
    assert!(last < half + half / 5, "memory still grows: {marks:?} KiB");
}
