//! Containers whose resources were changed while they run.

use super::look::{Look, look_for};
use super::{Prove, Proving};
use crate::cluster::ObjectRef;
use crate::fault::FaultContext;
use k8s_openapi::api::core::v1::Pod;
use kube::runtime::watcher;
use std::sync::Arc;
use std::time::Duration;

/// One container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResizedContainer {
    /// Its Pod, with its uid.
    pub pod: ObjectRef,
    /// Its name.
    pub name: String,
}

/// The nodes hold these containers to a CPU limit. That requests become slower is for the gates to say.
#[derive(Debug, Clone)]
pub struct Resized {
    /// The containers.
    pub containers: Vec<ResizedContainer>,
    /// The limit, as the API server writes it.
    pub limit: String,
}

impl Prove for Resized {
    fn what(&self) -> String {
        format!("the nodes hold the containers to {} CPU", self.limit)
    }

    fn prove<'a>(&'a self, cx: &'a FaultContext, within: Duration) -> Proving<'a> {
        Box::pin(look_for::<Pod>(cx.cluster.api(), watcher::Config::default(), within, |pods| {
            self.look(pods)
        }))
    }
}

impl Resized {
    fn look(&self, pods: &[Arc<Pod>]) -> Look {
        for container in &self.containers {
            let ResizedContainer { pod, name } = container;
            let Some(there) = pods.iter().find(|one| one.metadata.uid == pod.uid) else {
                return Look::Never(format!("{pod} is gone; its successor has the limit of its template"));
            };
            let now = limit(there, name);
            if now.as_ref() != Some(&self.limit) {
                let now = now.unwrap_or_else(|| "not known".to_owned());
                let why = pending(there).map(|why| format!(": {why}")).unwrap_or_default();
                return Look::NotYet(format!("the limit of container {name} of {pod} was {now}{why}"));
            }
        }
        let (count, limit) = (self.containers.len(), &self.limit);
        Look::Seen(format!(
            "{count} containers are held to {limit} CPU; the gates say what that does to latency"
        ))
    }
}

/// The CPU limit that a container is held to.
fn limit(pod: &Pod, name: &str) -> Option<String> {
    let mut statuses = pod.status.as_ref()?.container_statuses.iter().flatten();
    let resources = statuses.find(|status| status.name == name)?.resources.as_ref()?;
    Some(resources.limits.as_ref()?.get("cpu")?.0.clone())
}

/// Why the node has not done it yet.
fn pending(pod: &Pod) -> Option<String> {
    let mut conditions = pod.status.as_ref()?.conditions.iter().flatten();
    let pending = conditions.find(|one| one.type_ == "PodResizePending" && one.status == "True")?;
    let words = [pending.reason.as_deref(), pending.message.as_deref()];
    Some(words.into_iter().flatten().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::super::look::objects;
    use super::*;
    use serde_json::json;

    #[test]
    fn the_spec_alone_proves_nothing() {
        let pod = |status: &str| {
            json!([{"metadata": {"name": "a", "uid": "1"},
                "spec": {"containers": [{"name": "web", "resources": {"limits": {"cpu": "50m"}}}]},
                "status": {"conditions": [{"type": "PodResizePending", "status": "True", "reason": "Deferred"}],
                    "containerStatuses": [{"name": "web", "image": "", "imageID": "", "ready": true,
                        "restartCount": 0, "resources": {"limits": {"cpu": status}}}]}}])
        };
        for (status, expected) in [("100m", "was 100m: Deferred"), ("50m", "1 containers are held to 50m")] {
            let pods = objects::<Pod>(pod(status));
            let container = ResizedContainer { pod: ObjectRef::of(pods[0].as_ref()), name: "web".to_owned() };
            let proof = Resized { containers: vec![container], limit: "50m".to_owned() };
            let (Look::Seen(said) | Look::NotYet(said) | Look::Never(said)) = proof.look(&pods);
            assert!(said.contains(expected), "{said}");
        }
    }
}
