//! A cluster with controllers and no nodes: the test says what becomes of the Pods.

use playground::cluster::{Cluster, DeleteOptions, Part, Propagation};
use playground::controllers::{Controllers, start};
use playground::object;
use playground::resource::{Kind, by_kind};
use playground::selector::Selector;
use playground::store::{From, Store, Write};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

pub const SPACE: &str = "shop";
/// No wait takes longer; a test that reaches it fails.
const BOUND: Duration = Duration::from_secs(20);

pub struct Stage {
    pub cluster: Cluster,
    _controllers: Controllers,
}

pub fn kind(name: &str) -> &'static Kind {
    let versions = ["v1", "apps/v1", "batch/v1", "policy/v1", "discovery.k8s.io/v1"];
    versions.iter().find_map(|version| by_kind(version, name)).unwrap()
}

impl Stage {
    pub fn new() -> Stage {
        let cluster = Cluster::new(Store::new(64 * 1024 * 1024));
        let namespace = json!({"metadata": {"name": SPACE}});
        cluster.create(kind("Namespace"), "", namespace, Write::Commit).unwrap();
        Stage { _controllers: start(&cluster), cluster }
    }

    pub fn create(&self, name: &str, object: Value) -> Arc<Value> {
        self.cluster.create(kind(name), SPACE, object, Write::Commit).unwrap()
    }

    pub fn get(&self, kind_name: &str, name: &str) -> Option<Arc<Value>> {
        self.cluster.get(kind(kind_name), SPACE, name).ok()
    }

    pub fn list(&self, name: &str) -> Vec<Arc<Value>> {
        self.cluster.list(kind(name), Some(SPACE), &Selector::default())
    }

    pub fn edit(&self, kind_name: &str, name: &str, edit: impl FnOnce(&mut Value)) {
        let edit = |present: &mut Value| {
            edit(present);
            Ok(())
        };
        self.cluster.modify(kind(kind_name), (SPACE, name), Part::Whole, Write::Commit, edit).unwrap();
    }

    pub fn delete(&self, kind_name: &str, name: &str, propagation: Propagation) {
        let options = DeleteOptions { propagation, ..DeleteOptions::default() };
        self.cluster.delete(kind(kind_name), (SPACE, name), &options, Write::Commit).unwrap();
    }

    /// Waits until what `look` looks for is there, looking again whenever an object of a kind changes.
    pub async fn until<T>(&self, kind_name: &str, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
        let version = self.cluster.store().version();
        let mut watch = self.cluster.store().follow(kind(kind_name).id, From::After(version)).unwrap();
        let wait = async {
            loop {
                if let Some(found) = look() {
                    return found;
                }
                watch.next().await.unwrap();
            }
        };
        match tokio::time::timeout(BOUND, wait).await {
            Ok(found) => found,
            Err(elapsed) => {
                panic!("{what} did not happen ({elapsed}); there is: {:#?}", self.list(kind_name))
            }
        }
    }

    /// Waits until so many Pods are there that are not on their way out.
    pub async fn pods(&self, count: usize) -> Vec<Arc<Value>> {
        let living = || {
            let mut pods = self.list("Pod");
            pods.retain(|pod| !object::is_terminating(pod));
            (pods.len() == count).then_some(pods)
        };
        self.until("Pod", &format!("having {count} pods"), living).await
    }

    /// A Pod starts to run and becomes ready.
    pub fn ready(&self, pod: &Value) {
        let name = object::name(pod);
        let now = self.get("Pod", name).unwrap();
        if object::text(&now, "/spec/nodeName").is_empty() {
            self.cluster.bind((SPACE, name), "node-a", Write::Commit).unwrap();
        }
        self.tell(name, "Running", "True");
    }

    /// A Pod ends.
    pub fn end(&self, pod: &Value, phase: &str) {
        self.tell(object::name(pod), phase, "False");
    }

    pub fn tell(&self, name: &str, phase: &str, ready: &str) {
        let edit = |pod: &mut Value| {
            let number = name.bytes().fold(7_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
            pod["status"]["phase"] = json!(phase);
            pod["status"]["podIP"] = json!(format!("127.1.0.{number}"));
            pod["status"]["conditions"] =
                json!([{"type": "Ready", "status": ready, "lastTransitionTime": object::now()}]);
            Ok(())
        };
        self.cluster.modify(kind("Pod"), (SPACE, name), Part::Status, Write::Commit, edit).unwrap();
    }

    /// The kubelet is through with a Pod that was deleted.
    pub fn finish(&self, pod: &Value) {
        let options = DeleteOptions { grace_period_seconds: Some(0), ..DeleteOptions::default() };
        let _ = self.cluster.delete(kind("Pod"), (SPACE, object::name(pod)), &options, Write::Commit);
    }

    /// Plays the kubelet until `done`: what is new becomes ready unless `ill` says otherwise, what is deleted goes.
    pub async fn play<T>(
        &self,
        what: &str,
        ill: impl Fn(&Value) -> bool,
        mut done: impl FnMut() -> Option<T>,
    ) -> T {
        let from = From::After(self.cluster.store().version());
        let follow = |name| self.cluster.store().follow(kind(name).id, from).unwrap();
        let (mut pods, mut sets) = (follow("Pod"), follow("StatefulSet"));
        let (mut deployments, mut jobs) = (follow("Deployment"), follow("Job"));
        let wait = async {
            loop {
                for pod in self.list("Pod") {
                    if object::is_terminating(&pod) {
                        self.finish(&pod);
                    } else if pod["status"]["phase"] == "Pending" && !ill(&pod) {
                        self.ready(&pod);
                    }
                }
                if let Some(found) = done() {
                    return found;
                }
                tokio::select! {
                    change = pods.next() => drop(change.unwrap()),
                    change = sets.next() => drop(change.unwrap()),
                    change = deployments.next() => drop(change.unwrap()),
                    change = jobs.next() => drop(change.unwrap()),
                }
            }
        };
        match tokio::time::timeout(BOUND, wait).await {
            Ok(found) => found,
            Err(elapsed) => panic!("{what} did not happen ({elapsed}); there is: {:#?}", self.list("Pod")),
        }
    }

    /// The messages of all events with a reason.
    pub fn told(&self, reason: &str) -> Vec<String> {
        let events = self.list("Event").into_iter().filter(|event| event["reason"] == reason);
        events.map(|event| event["message"].as_str().unwrap().to_owned()).collect()
    }
}

pub fn template(image: &str) -> Value {
    json!({
        "metadata": {"labels": {"app": "api"}},
        "spec": {"terminationGracePeriodSeconds": 2, "containers": [{"name": "web", "image": image,
            "ports": [{"name": "http", "containerPort": 8080}]}]},
    })
}

pub fn deployment(replicas: i64) -> Value {
    json!({
        "metadata": {"name": "api", "labels": {"app": "api"}},
        "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": "api"}}, "template": template("shakedown")},
    })
}

pub fn condition<'a>(object: &'a Value, kind: &str) -> &'a Value {
    let conditions = object["status"]["conditions"].as_array();
    conditions.into_iter().flatten().find(|one| one["type"] == kind).unwrap_or(&Value::Null)
}
