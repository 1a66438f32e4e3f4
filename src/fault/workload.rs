//! Workloads with replicas.

use super::{FaultContext, Refusal, rights};
use crate::cluster::{ObjectRef, Right};
use serde_json::Value;

/// A Deployment or a `StatefulSet` of the namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workload {
    kind: &'static str,
    name: String,
}

impl Workload {
    /// A Deployment.
    pub fn deployment(name: &str) -> Workload {
        Workload { kind: "Deployment", name: name.to_owned() }
    }

    /// The one that is named. Errors: none is, or both are.
    pub fn of(deployment: Option<&str>, statefulset: Option<&str>) -> Result<Workload, String> {
        match (deployment, statefulset) {
            (Some(name), None) => Ok(Workload::deployment(name)),
            (None, Some(name)) => Ok(Workload { kind: "StatefulSet", name: name.to_owned() }),
            _ => Err("name one workload: `deployment: api`, or `statefulset: store`".to_owned()),
        }
    }

    /// What changing it until it is undone needs beside that: notes on a Deployment are copied to its `ReplicaSet`s.
    pub fn rights_of_notes(&self, namespace: &str) -> Vec<Right> {
        match self.kind {
            "Deployment" => rights(namespace, "apps", "replicasets", &["list", "patch"]),
            _ => Vec::new(),
        }
    }

    /// These verbs on its kind.
    pub fn rights(&self, namespace: &str, verbs: &[&'static str]) -> Vec<Right> {
        rights(namespace, "apps", self.resource(), verbs)
    }

    /// The object. Errors: there is none.
    pub async fn read(&self, cx: &FaultContext) -> Result<(ObjectRef, Value), Refusal> {
        let namespace = cx.cluster.namespace();
        let mut object = ObjectRef {
            api_version: "apps/v1".to_owned(),
            kind: self.kind.to_owned(),
            namespace: Some(namespace.to_owned()),
            name: self.name.clone(),
            uid: None,
        };
        let Some(present) = cx.cluster.present(&object).await? else {
            let what = format!("no {object} in namespace {namespace}");
            return Err(Refusal::NoVictims { what, resource: self.resource() });
        };
        object.uid = present["metadata"]["uid"].as_str().map(ToOwned::to_owned);
        Ok((object, present))
    }

    fn resource(&self) -> &'static str {
        if self.kind == "Deployment" { "deployments" } else { "statefulsets" }
    }
}

/// The replicas that a workload wants.
pub fn replicas(object: &Value) -> u32 {
    object["spec"]["replicas"].as_u64().map_or(1, |replicas| u32::try_from(replicas).unwrap_or(u32::MAX))
}

/// How often a workload's wishes were changed.
pub fn generation(object: &Value) -> i64 {
    object["metadata"]["generation"].as_i64().unwrap_or(0)
}

/// Errors: its rollout is paused, so that a change of its template would do nothing.
pub fn check_rolls(object: &Value, workload: &ObjectRef) -> Result<(), Refusal> {
    let kubectl = format!("kubectl rollout resume deployment/{}", workload.name);
    match object["spec"]["paused"].as_bool() {
        Some(true) => {
            Err(Refusal::Unfit(format!("{workload} is paused and rolls nothing out; `{kubectl}` first")))
        }
        _ => Ok(()),
    }
}
