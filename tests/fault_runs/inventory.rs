//! Everything that is in a cluster, as far as somebody has written it and nobody counts it up.

use crate::stage::{SHOP, Stage};
use kube::api::{Api, DynamicObject, ListParams};
use kube::discovery::{Discovery, Scope, verbs};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What the cluster itself makes anew for what changes: Pods and revisions have other names afterwards.
const DERIVED: [&str; 6] =
    ["Pod", "ReplicaSet", "ControllerRevision", "EndpointSlice", "Endpoints", "PodMetrics"];
/// What is history, and stays.
const HISTORY: &str = "Event";
/// What nodes renew.
const HEARTBEAT: &str = "kube-node-lease";

/// Everything that is in a cluster.
pub struct Inventory {
    /// What somebody has written, by kind and name.
    pub written: BTreeMap<String, Value>,
    /// Pods that are up, by the kind and name of their owner without what is drawn.
    pub pods: BTreeMap<String, usize>,
    /// Objects that say of themselves that a run made or changed them.
    pub marked: Vec<String>,
}

impl Inventory {
    /// As it is now.
    pub async fn take(stage: &Stage) -> Inventory {
        let client = stage.cluster.client().clone();
        let known = Discovery::new(client.clone()).run().await.unwrap();
        let mut inventory = Inventory { written: BTreeMap::new(), pods: BTreeMap::new(), marked: Vec::new() };
        for (resource, can) in known.groups().flat_map(kube::discovery::ApiGroup::recommended_resources) {
            let ours =
                can.scope == Scope::Namespaced || ["Node", "Namespace"].contains(&resource.kind.as_str());
            if !ours || !can.supports_operation(verbs::LIST) || resource.kind == HISTORY {
                continue;
            }
            let api: Api<DynamicObject> = Api::all_with(client.clone(), &resource);
            for object in api.list(&ListParams::default()).await.unwrap().items {
                if object.metadata.namespace.as_deref() != Some(HEARTBEAT) {
                    inventory.add(&resource.kind, &serde_json::to_value(object).unwrap());
                }
            }
        }
        inventory
    }

    fn add(&mut self, kind: &str, object: &Value) {
        let meta = &object["metadata"];
        let text = |field: &str| meta[field].as_str().unwrap_or_default().to_owned();
        let name = format!("{} {kind}/{}", text("namespace"), text("name"));
        let marks = ["labels", "annotations"].map(|map| meta[map].as_object().cloned().unwrap_or_default());
        let ours = |key: &&String| key.starts_with("shakedown.dev/") && *key != "shakedown.dev/allow";
        if marks.iter().flat_map(|map| map.keys()).any(|key| ours(&key)) {
            self.marked.push(name.clone());
        }
        if kind == "Pod" && text("namespace") == SHOP {
            let ready = object["status"]["conditions"].as_array().into_iter().flatten();
            let ready = ready.filter(|one| one["type"] == "Ready").all(|one| one["status"] == "True");
            let state = if ready && meta["deletionTimestamp"].is_null() { "ready" } else { "not ready" };
            let app = meta["labels"]["app"].as_str().unwrap_or_default();
            *self.pods.entry(format!("{app}, {state}")).or_default() += 1;
        }
        if DERIVED.contains(&kind) {
            return;
        }
        let mut image = object.clone();
        image.as_object_mut().unwrap().remove("status");
        let metadata = image["metadata"].as_object_mut().unwrap();
        for counted in ["resourceVersion", "generation", "managedFields"] {
            metadata.remove(counted);
        }
        if let Some(notes) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
            notes.remove("deployment.kubernetes.io/revision");
        }
        if metadata.get("annotations") == Some(&json!({})) {
            metadata.remove("annotations");
        }
        self.written.insert(name, image);
    }

    /// What is not as it was `before`, in words; empty when all is.
    pub fn differs(&self, before: &Inventory) -> Vec<String> {
        let names: std::collections::BTreeSet<&String> =
            self.written.keys().chain(before.written.keys()).collect();
        let changed = names.into_iter().filter(|name| self.written.get(*name) != before.written.get(*name));
        let text = |value: Option<&Value>| value.map_or("absent".to_owned(), Value::to_string);
        let mut all: Vec<String> = changed
            .map(|name| {
                let [is, was] = [self, before].map(|one| text(one.written.get(name)));
                format!("{name} is {is} and was {was}")
            })
            .collect();
        if self.pods != before.pods {
            all.push(format!("the Pods are {:?} and were {:?}", self.pods, before.pods));
        }
        all.extend(self.marked.iter().map(|name| format!("{name} is marked")));
        all
    }
}
