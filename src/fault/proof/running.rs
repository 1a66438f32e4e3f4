//! Containers that were put into Pods and run.

use super::look::{Look, look_for};
use super::{Effect, Prove, Proving};
use crate::cluster::ObjectRef;
use crate::fault::FaultContext;
use k8s_openapi::api::core::v1::{ContainerState, Pod};
use kube::runtime::watcher;
use std::sync::Arc;
use std::time::Duration;

/// What cannot do its work ends at once; so long it must run to be taken for one that can.
const STEADY: Duration = Duration::from_secs(2);

/// An ephemeral container.
#[derive(Debug, Clone)]
pub struct RunningContainer {
    /// Its Pod, with its uid.
    pub pod: ObjectRef,
    /// Its name.
    pub name: String,
}

/// These ephemeral containers run, and go on doing so.
#[derive(Debug, Clone)]
pub struct Running {
    /// The containers.
    pub containers: Vec<RunningContainer>,
}

impl Prove for Running {
    fn what(&self) -> String {
        "the containers run".to_owned()
    }

    fn prove<'a>(&'a self, cx: &'a FaultContext, within: Duration) -> Proving<'a> {
        Box::pin(async move {
            let pods = || cx.cluster.api::<Pod>();
            let all = watcher::Config::default;
            let seen = look_for(pods(), all(), within, |pods| self.look(pods)).await;
            if let Effect::Unproven(_) = seen {
                return seen;
            }
            let mut ended = None;
            let end = |pods: &[Arc<Pod>]| match self.look(pods) {
                Look::Never(why) => {
                    ended = Some(why.clone());
                    Look::Never(why)
                }
                Look::Seen(what) | Look::NotYet(what) => Look::NotYet(what),
            };
            look_for(pods(), all(), STEADY, end).await;
            ended.map_or(seen, Effect::Unproven)
        })
    }
}

impl Running {
    fn look(&self, pods: &[Arc<Pod>]) -> Look {
        let mut missing = None;
        for container in &self.containers {
            match container.look(pods) {
                Look::Seen(_) => {}
                Look::NotYet(what) => missing = Some(what),
                Look::Never(why) => return Look::Never(why),
            }
        }
        let count = self.containers.len();
        missing.map_or_else(|| Look::Seen(format!("{count} containers run")), Look::NotYet)
    }
}

impl RunningContainer {
    fn look(&self, pods: &[Arc<Pod>]) -> Look {
        let RunningContainer { pod, name } = self;
        let Some(there) = pods.iter().find(|one| one.metadata.uid == pod.uid) else {
            return Look::Never(format!("{pod} is gone, and the container with it"));
        };
        match self.state(there) {
            Some(ContainerState { running: Some(_), .. }) => Look::Seen(format!("{name} runs")),
            Some(ContainerState { terminated: Some(ended), .. }) => {
                let why = ended.message.or(ended.reason).unwrap_or_default();
                Look::Never(format!(
                    "container {name} of {pod} has ended with code {}: {why}",
                    ended.exit_code
                ))
            }
            Some(ContainerState { waiting: Some(waiting), .. }) => {
                let (reason, text) =
                    (waiting.reason.unwrap_or_default(), waiting.message.unwrap_or_default());
                Look::NotYet(format!("container {name} of {pod} waits: {reason} {text}"))
            }
            _ => Look::NotYet(format!("container {name} of {pod} had not started")),
        }
    }

    fn state(&self, pod: &Pod) -> Option<ContainerState> {
        let statuses = pod.status.as_ref()?.ephemeral_container_statuses.as_ref()?;
        statuses.iter().find(|status| status.name == self.name)?.state.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::super::look::objects;
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn a_container_that_waits_may_still_run_and_one_that_has_ended_will_not() {
        let ended = json!({"terminated": {"exitCode": 2, "reason": "Error"}});
        let waits = json!({"waiting": {"reason": "ErrImagePull", "message": "no such image"}});
        for (state, expected) in [
            (Value::Null, "had not started"),
            (waits, "waits: ErrImagePull no such image"),
            (json!({"running": {}}), "1 containers run"),
            (ended, "has ended with code 2: Error"),
        ] {
            let pods = objects::<Pod>(json!([{"metadata": {"name": "a", "uid": "1"}, "status":
                {"ephemeralContainerStatuses": [{"name": "stress", "state": state, "image": "", "imageID": "",
                    "ready": false, "restartCount": 0}]}}]));
            let container =
                RunningContainer { pod: ObjectRef::of(pods[0].as_ref()), name: "stress".to_owned() };
            let running = Running { containers: vec![container] };
            let (Look::Seen(said) | Look::NotYet(said) | Look::Never(said)) = running.look(&pods);
            assert!(said.contains(expected), "{said}");
            assert!(matches!(running.look(&[]), Look::Never(_)), "a Pod that is gone does not come back");
        }
    }
}
