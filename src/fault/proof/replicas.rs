//! Replicas that follow a wish.

use super::look::{Look, look_for};
use super::{Prove, Proving};
use crate::cluster::ObjectRef;
use crate::fault::FaultContext;
use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use kube::runtime::watcher;
use std::time::Duration;

/// The workload's controller has seen the new number, and as many replicas are there, all ready.
#[derive(Debug, Clone)]
pub struct Replicas {
    /// The Deployment or `StatefulSet`.
    pub workload: ObjectRef,
    /// Its generation before.
    pub generation: i64,
    /// The number.
    pub wanted: u32,
}

impl Prove for Replicas {
    fn what(&self) -> String {
        format!("{} has {} replicas, all ready", self.workload, self.wanted)
    }

    fn prove<'a>(&'a self, cx: &'a FaultContext, within: Duration) -> Proving<'a> {
        let this = watcher::Config::default().fields(&format!("metadata.name={}", self.workload.name));
        if self.workload.kind == "StatefulSet" {
            return Box::pin(look_for::<StatefulSet>(cx.cluster.api(), this, within, |sets| {
                let status = sets.first().and_then(|set| set.status.as_ref());
                let now = |status: &k8s_openapi::api::apps::v1::StatefulSetStatus| {
                    (status.observed_generation, status.replicas, status.ready_replicas.unwrap_or(0))
                };
                self.look(status.map(now))
            }));
        }
        Box::pin(look_for::<Deployment>(cx.cluster.api(), this, within, |deployments| {
            let status = deployments.first().and_then(|deployment| deployment.status.as_ref());
            let now = |status: &k8s_openapi::api::apps::v1::DeploymentStatus| {
                let (all, ready) = (status.replicas.unwrap_or(0), status.ready_replicas.unwrap_or(0));
                (status.observed_generation, all, ready)
            };
            self.look(status.map(now))
        }))
    }
}

impl Replicas {
    /// Judges the generation that the controller has seen, the replicas, and the ready ones among them.
    fn look(&self, now: Option<(Option<i64>, i32, i32)>) -> Look {
        let wanted = i32::try_from(self.wanted).unwrap_or(i32::MAX);
        let seen = now.filter(|(generation, ..)| generation.is_some_and(|seen| seen > self.generation));
        match seen {
            None => Look::NotYet(format!("the controller of {} had not seen the change", self.workload)),
            Some((_, all, ready)) if (all, ready) == (wanted, wanted) => {
                Look::Seen(format!("{} has {wanted} replicas", self.workload))
            }
            Some((_, all, ready)) => {
                Look::NotYet(format!("{} had {all} replicas, {ready} ready", self.workload))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::proof::look::objects;
    use serde_json::json;

    #[test]
    fn the_old_status_proves_nothing() {
        let nodes: Vec<std::sync::Arc<StatefulSet>> = objects(json!([{"metadata": {"name": "store"}}]));
        let proof = |wanted| Replicas { workload: ObjectRef::of(nodes[0].as_ref()), generation: 4, wanted };
        for (wanted, now, seen) in [
            (0, None, false),
            (0, Some((Some(4), 0, 0)), false),
            (0, Some((Some(5), 1, 0)), false),
            (0, Some((Some(5), 0, 0)), true),
            (3, Some((Some(5), 3, 2)), false),
            (3, Some((Some(6), 3, 3)), true),
        ] {
            assert_eq!(matches!(proof(wanted).look(now), Look::Seen(_)), seen, "{wanted}: {now:?}");
        }
    }
}
