//! Rollouts that stop at a bad revision.

use super::look::{Look, look_for};
use super::{Prove, Proving};
use crate::cluster::{is_ready, waits_for};
use crate::fault::FaultContext;
use k8s_openapi::api::core::v1::{Pod, TCPSocketAction};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use kube::runtime::watcher;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// How a Pod of the bad revision is known, and what ails it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    /// An image that cannot be pulled.
    Image(String),
    /// A readiness probe of a port where nobody listens.
    Readiness {
        /// The port.
        port: i32,
    },
}

/// A Pod of the bad revision is there and is not ready, while the old ones serve.
#[derive(Debug, Clone)]
pub struct Stuck {
    /// The uids of the Pods before.
    pub old: BTreeSet<String>,
    /// So many of them must still be ready.
    pub serving: usize,
    /// The container that has it.
    pub container: String,
    /// What is wrong with the new revision.
    pub flaw: Flaw,
}

impl Prove for Stuck {
    fn what(&self) -> String {
        format!("a Pod of the bad revision does not become ready, and {} old ones are", self.serving)
    }

    fn prove<'a>(&'a self, cx: &'a FaultContext, within: Duration) -> Proving<'a> {
        Box::pin(look_for::<Pod>(cx.cluster.api(), watcher::Config::default(), within, |pods| {
            self.look(pods)
        }))
    }
}

impl Stuck {
    fn look(&self, pods: &[Arc<Pod>]) -> Look {
        let is_old = |pod: &Pod| pod.metadata.uid.as_ref().is_some_and(|uid| self.old.contains(uid));
        let ready = pods.iter().filter(|pod| is_old(pod) && is_ready(pod)).count();
        let Some(bad) = pods.iter().find(|pod| !is_old(pod) && self.has_flaw(pod)) else {
            return Look::NotYet("no Pod of the bad revision was there".to_owned());
        };
        let name = bad.metadata.name.as_deref().unwrap_or_default();
        let Some(trouble) = self.trouble(bad) else {
            return Look::NotYet(format!("Pod/{name} of the bad revision had not come to its trouble"));
        };
        if ready < self.serving {
            return Look::NotYet(format!("only {ready} of {} old Pods were ready", self.serving));
        }
        Look::Seen(format!("Pod/{name} is not ready: {trouble}; {ready} old ones are"))
    }

    fn has_flaw(&self, pod: &Pod) -> bool {
        let mut containers = pod.spec.iter().flat_map(|spec| &spec.containers);
        let container = containers.find(|container| container.name == self.container);
        container.is_some_and(|container| match &self.flaw {
            Flaw::Image(image) => container.image.as_ref() == Some(image),
            Flaw::Readiness { port } => {
                let probe = container.readiness_probe.as_ref().and_then(|probe| probe.tcp_socket.as_ref());
                matches!(probe, Some(TCPSocketAction { port: IntOrString::Int(at), .. }) if at == port)
            }
        })
    }

    /// What it complains of, when that is the flaw.
    fn trouble(&self, pod: &Pod) -> Option<String> {
        match &self.flaw {
            Flaw::Image(_) => waits_for(pod).filter(|why| {
                ["ErrImage", "ImagePull", "InvalidImage"].iter().any(|known| why.starts_with(known))
            }),
            Flaw::Readiness { .. } => {
                let mut statuses = pod.status.as_ref()?.container_statuses.iter().flatten();
                let runs =
                    statuses.find(|status| status.name == self.container)?.state.as_ref()?.running.is_some();
                (runs && !is_ready(pod)).then(|| "it runs, and its readiness probe fails".to_owned())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::look::objects;
    use super::*;
    use serde_json::{Value, json};

    fn pod(uid: &str, container: &Value, state: &Value, ready: &str) -> Value {
        json!({"metadata": {"name": uid, "uid": uid}, "spec": {"containers": [container]},
            "status": {"conditions": [{"type": "Ready", "status": ready}], "containerStatuses":
                [{"name": "web", "state": state, "image": "", "imageID": "", "ready": false, "restartCount": 0}]}})
    }

    fn stuck(flaw: Flaw) -> Stuck {
        Stuck { old: ["old".to_owned()].into(), serving: 1, container: "web".to_owned(), flaw }
    }

    #[test]
    fn a_bad_image_is_seen_when_its_pull_fails_and_old_pods_serve() {
        let (good, bad) = (json!({"name": "web", "image": "good"}), json!({"name": "web", "image": "bad"}));
        let (runs, waits) = (json!({"running": {}}), |reason: &str| json!({"waiting": {"reason": reason}}));
        let old = |ready: &str| pod("old", &good, &runs, ready);
        for (now, seen) in [
            (json!([old("True")]), false),
            (json!([old("True"), pod("new", &bad, &waits("ContainerCreating"), "False")]), false),
            (json!([old("True"), pod("new", &good, &waits("ErrImagePull"), "False")]), false),
            (json!([old("False"), pod("new", &bad, &waits("ErrImagePull"), "False")]), false),
            (json!([old("True"), pod("new", &bad, &waits("ErrImagePull"), "False")]), true),
            (json!([old("True"), pod("new", &bad, &waits("ImagePullBackOff"), "False")]), true),
        ] {
            let look = stuck(Flaw::Image("bad".to_owned())).look(&objects(now.clone()));
            assert_eq!(matches!(look, Look::Seen(_)), seen, "{now}: {look:?}");
        }
    }

    #[test]
    fn a_pod_that_only_starts_is_not_taken_for_one_that_fails_its_probe() {
        let probed = |port: i32| json!({"name": "web", "readinessProbe": {"tcpSocket": {"port": port}}});
        let runs = json!({"running": {}});
        let old = pod("old", &probed(80), &runs, "True");
        for (new, seen) in [
            (pod("new", &probed(80), &runs, "False"), false),
            (pod("new", &probed(1), &json!({"waiting": {}}), "False"), false),
            (pod("new", &probed(1), &runs, "False"), true),
        ] {
            let look = stuck(Flaw::Readiness { port: 1 }).look(&objects(json!([old, new])));
            assert_eq!(matches!(look, Look::Seen(_)), seen, "{look:?}");
        }
    }
}
