//! When a workload is as its manifest wishes: every replica of the newest revision, ready, and no other left.

use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};

/// What `kubectl rollout status` waits for.
pub trait Settled {
    /// `Ok` when it is as wished; otherwise how far it is, in words.
    fn settled(&self) -> Result<(), String>;
}

impl Settled for Deployment {
    fn settled(&self) -> Result<(), String> {
        let wanted = self.spec.replicas.unwrap_or(1);
        let status = self.status.clone().unwrap_or_default();
        if status.observed_generation < self.metadata.generation {
            return Err("its controller has not seen it yet".to_owned());
        }
        let stuck = status.conditions.iter().flatten().find(|condition| {
            let is = |kind: &str, status: &str| {
                condition.type_.as_deref() == Some(kind) && condition.status.as_deref() == Some(status)
            };
            is("ReplicaFailure", "True") || is("Progressing", "False")
        });
        if let Some(condition) = stuck {
            return Err(condition.message.clone().unwrap_or_default());
        }
        progress(wanted, status.updated_replicas, status.replicas, status.available_replicas)
    }
}

impl Settled for StatefulSet {
    fn settled(&self) -> Result<(), String> {
        let wanted = self.spec.replicas.unwrap_or(1);
        let status = self.status.clone().unwrap_or_default();
        if status.observed_generation < self.metadata.generation {
            return Err("its controller has not seen it yet".to_owned());
        }
        progress(wanted, status.updated_replicas, Some(status.replicas), status.available_replicas)
    }
}

fn progress(
    wanted: i32,
    updated: Option<i32>,
    all: Option<i32>,
    available: Option<i32>,
) -> Result<(), String> {
    let (updated, all, available) = (updated.unwrap_or(0), all.unwrap_or(0), available.unwrap_or(0));
    if updated < wanted {
        Err(format!("{updated} of {wanted} replicas are of the newest revision"))
    } else if all > updated {
        Err(format!("{} replicas of an older revision are left", all - updated))
    } else if available < wanted {
        Err(format!("{available} of {wanted} replicas are available"))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_deployment_is_settled_when_all_replicas_are_new_and_available() {
        let table = [
            (json!({"observedGeneration": 1}), Err("has not seen")),
            (json!({"observedGeneration": 2}), Err("0 of 3 replicas are of")),
            (
                json!({"observedGeneration": 2, "updatedReplicas": 3, "replicas": 4}),
                Err("1 replicas of an older"),
            ),
            (
                json!({"observedGeneration": 2, "updatedReplicas": 3, "replicas": 3}),
                Err("0 of 3 replicas are av"),
            ),
            (
                json!({"observedGeneration": 2, "updatedReplicas": 3, "replicas": 3, "availableReplicas": 3}),
                Ok(()),
            ),
            (
                json!({"observedGeneration": 2, "conditions": [
                    {"type": "Progressing", "status": "False", "message": "it has timed out"}]}),
                Err("timed out"),
            ),
        ];
        for (status, expected) in table {
            let object = json!({"metadata": {"generation": 2}, "spec": {"replicas": 3, "selector": {},
                "template": {}}, "status": status});
            let deployment: Deployment = serde_json::from_value(object).unwrap();
            match (deployment.settled(), expected) {
                (Ok(()), Ok(())) => {}
                (Err(why), Err(part)) => assert!(why.contains(part), "{why}"),
                other => panic!("{status}: {other:?}"),
            }
        }
    }
}
