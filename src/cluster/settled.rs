//! When a workload is as its manifest wishes: every replica of the newest revision, ready, and no other left.

use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};

/// How far a workload is.
#[derive(Debug, PartialEq, Eq)]
pub enum Progress {
    /// As wished.
    Done,
    /// Not yet; how far it is, in words.
    Underway(String),
    /// Its controller has given it up; why, in its words.
    Stuck(String),
}

impl Progress {
    /// `Ok` when it is as wished; otherwise how far it is, or why it goes no further, in words.
    pub fn done(self) -> Result<(), String> {
        match self {
            Progress::Done => Ok(()),
            Progress::Underway(how_far) | Progress::Stuck(how_far) => Err(how_far),
        }
    }
}

/// What `kubectl rollout status` waits for.
pub trait Settled {
    /// How far it is.
    fn settled(&self) -> Progress;
}

impl Settled for Deployment {
    fn settled(&self) -> Progress {
        let wanted = self.spec.replicas.unwrap_or(1);
        let status = self.status.clone().unwrap_or_default();
        if status.observed_generation < self.metadata.generation {
            return unseen();
        }
        let condition = |kind: &str, state: &str| {
            let all = status.conditions.iter().flatten();
            let mut such =
                all.filter(|one| one.type_.as_deref() == Some(kind) && one.status.as_deref() == Some(state));
            such.next().map(|one| one.message.clone().unwrap_or_default())
        };
        if let Some(message) = condition("Progressing", "False") {
            return Progress::Stuck(message);
        }
        // It may be allowed in a moment: an account or a quota may come.
        if let Some(message) = condition("ReplicaFailure", "True") {
            return Progress::Underway(message);
        }
        progress(wanted, status.updated_replicas, status.replicas, status.available_replicas)
    }
}

impl Settled for StatefulSet {
    fn settled(&self) -> Progress {
        let wanted = self.spec.replicas.unwrap_or(1);
        let status = self.status.clone().unwrap_or_default();
        if status.observed_generation < self.metadata.generation {
            return unseen();
        }
        progress(wanted, status.updated_replicas, Some(status.replicas), status.available_replicas)
    }
}

fn unseen() -> Progress {
    Progress::Underway("its controller has not seen it yet".to_owned())
}

fn progress(wanted: i32, updated: Option<i32>, all: Option<i32>, available: Option<i32>) -> Progress {
    let (updated, all, available) = (updated.unwrap_or(0), all.unwrap_or(0), available.unwrap_or(0));
    if updated < wanted {
        Progress::Underway(format!("{updated} of {wanted} replicas are of the newest revision"))
    } else if all > updated {
        Progress::Underway(format!("{} replicas of an older revision are left", all - updated))
    } else if available < wanted {
        Progress::Underway(format!("{available} of {wanted} replicas are available"))
    } else {
        Progress::Done
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_deployment_is_settled_when_all_replicas_are_new_and_available() {
        let underway = |why: &str| Progress::Underway(why.to_owned());
        let table = [
            (json!({"observedGeneration": 1}), underway("its controller has not seen it yet")),
            (json!({"observedGeneration": 2}), underway("0 of 3 replicas are of the newest revision")),
            (
                json!({"observedGeneration": 2, "updatedReplicas": 3, "replicas": 4}),
                underway("1 replicas of an older revision are left"),
            ),
            (
                json!({"observedGeneration": 2, "updatedReplicas": 3, "replicas": 3}),
                underway("0 of 3 replicas are available"),
            ),
            (
                json!({"observedGeneration": 2, "updatedReplicas": 3, "replicas": 3, "availableReplicas": 3}),
                Progress::Done,
            ),
            (
                json!({"observedGeneration": 2, "conditions": [
                    {"type": "ReplicaFailure", "status": "True", "message": "no account"}]}),
                underway("no account"),
            ),
            (
                json!({"observedGeneration": 2, "conditions": [
                    {"type": "Progressing", "status": "False", "message": "it has timed out"}]}),
                Progress::Stuck("it has timed out".to_owned()),
            ),
        ];
        for (status, expected) in table {
            let object = json!({"metadata": {"generation": 2}, "spec": {"replicas": 3, "selector": {},
                "template": {}}, "status": status});
            let deployment: Deployment = serde_json::from_value(object).unwrap();
            assert_eq!(deployment.settled(), expected, "{status}");
        }
    }
}
