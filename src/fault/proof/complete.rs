//! Rollouts that are complete.

use super::look::{Look, look_for};
use super::{Prove, Proving};
use crate::cluster::{ObjectRef, Settled};
use crate::fault::FaultContext;
use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use kube::runtime::watcher;
use std::time::Duration;

/// What a complete Deployment says in its condition `Progressing`.
const COMPLETE: &str = "NewReplicaSetAvailable";

/// A revision newer than the one before is complete: all replicas are of it, and available.
#[derive(Debug, Clone)]
pub struct Complete {
    /// The Deployment or `StatefulSet`.
    pub workload: ObjectRef,
    /// Its generation before.
    pub generation: i64,
}

impl Prove for Complete {
    fn what(&self) -> String {
        format!("the new revision of {} is complete", self.workload)
    }

    fn prove<'a>(&'a self, cx: &'a FaultContext, within: Duration) -> Proving<'a> {
        let this = watcher::Config::default().fields(&format!("metadata.name={}", self.workload.name));
        if self.workload.kind == "StatefulSet" {
            return Box::pin(look_for::<StatefulSet>(cx.cluster.api(), this, within, |sets| {
                let set = sets.first().map(AsRef::as_ref);
                self.look(set.map(|set| (set.metadata.generation, set.settled().done())))
            }));
        }
        Box::pin(look_for::<Deployment>(cx.cluster.api(), this, within, |deployments| {
            let deployment = deployments.first().map(AsRef::as_ref);
            self.look(deployment.map(|deployment| (deployment.metadata.generation, complete(deployment))))
        }))
    }
}

impl Complete {
    /// Judges the generation, and how far the workload is.
    fn look(&self, now: Option<(Option<i64>, Result<(), String>)>) -> Look {
        match now {
            None => Look::NotYet(format!("{} did not exist", self.workload)),
            Some((generation, _)) if generation.is_none_or(|now| now <= self.generation) => {
                Look::NotYet(format!("{} was as before", self.workload))
            }
            Some((_, Err(why))) => Look::NotYet(format!("of {} {why}", self.workload)),
            Some((_, Ok(()))) => Look::Seen(format!("the new revision of {} is complete", self.workload)),
        }
    }
}

/// Settled, and its condition says so too.
fn complete(deployment: &Deployment) -> Result<(), String> {
    deployment.settled().done()?;
    let conditions = deployment.status.iter().flat_map(|status| status.conditions.iter().flatten());
    let mut progress = conditions.filter(|one| one.type_.as_deref() == Some("Progressing"));
    let reason = progress.next().and_then(|one| one.reason.clone());
    match reason.as_deref() {
        Some(COMPLETE) => Ok(()),
        other => Err(format!("the condition Progressing said {}", other.unwrap_or("nothing"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn only_a_newer_generation_that_is_settled_and_says_so_is_complete() {
        let deployment = |generation: i64, observed: i64, updated: i32, reason: &str| -> Deployment {
            let object: Value = json!({"metadata": {"name": "api", "generation": generation},
                "spec": {"replicas": 2, "selector": {}, "template": {}},
                "status": {"observedGeneration": observed, "replicas": 2, "updatedReplicas": updated,
                    "availableReplicas": 2,
                    "conditions": [{"type": "Progressing", "status": "True", "reason": reason}]}});
            serde_json::from_value(object).unwrap()
        };
        for (now, seen) in [
            (deployment(3, 3, 2, COMPLETE), false),
            (deployment(4, 3, 2, COMPLETE), false),
            (deployment(4, 4, 1, "ReplicaSetUpdated"), false),
            (deployment(4, 4, 2, "ReplicaSetUpdated"), false),
            (deployment(4, 4, 2, COMPLETE), true),
        ] {
            let proof = Complete { workload: ObjectRef::of(&now), generation: 3 };
            let look = proof.look(Some((now.metadata.generation, complete(&now))));
            assert_eq!(matches!(look, Look::Seen(_)), seen, "{look:?}");
        }
    }
}
