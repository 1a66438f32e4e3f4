//! Pods that are gone, and others that do their work.

use super::look::{Look, look_for};
use super::{Gone, Prove, Proving};
use crate::cluster::{ObjectRef, is_ready};
use crate::fault::FaultContext;
use crate::fault::select::controller;
use k8s_openapi::api::core::v1::Pod;
use kube::runtime::watcher;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// These Pods are gone, and each of their controllers has as many ready Pods as before.
#[derive(Debug, Clone)]
pub struct Replaced {
    gone: Gone,
    /// Their controllers, by uid, and how many ready Pods each had.
    ready: BTreeMap<String, usize>,
}

impl Replaced {
    /// For the Pods that are hit, among all of the namespace as they are before.
    pub fn of(all: &[Pod], chosen: &[Pod]) -> Replaced {
        let uid = |pod: &Pod| controller(pod).map(|owner| owner.uid.clone());
        let mut ready: BTreeMap<String, usize> =
            chosen.iter().filter_map(|pod| Some((uid(pod)?, 0))).collect();
        for pod in all.iter().filter(|pod| is_ready(pod)) {
            if let Some(count) = uid(pod).and_then(|uid| ready.get_mut(&uid)) {
                *count += 1;
            }
        }
        Replaced { gone: Gone { pods: chosen.iter().map(ObjectRef::of).collect() }, ready }
    }

    fn look(&self, pods: &[Arc<Pod>]) -> Look {
        if let Some(pod) = self.gone.left(pods) {
            return Look::NotYet(format!("{pod} was still there"));
        }
        let missing = self.ready.iter().find_map(|(uid, wanted)| {
            let own =
                |pod: &&Arc<Pod>| controller(pod).is_some_and(|owner| owner.uid == *uid) && is_ready(pod);
            let ready = pods.iter().filter(own).count();
            (ready < *wanted).then(|| format!("only {ready} of {wanted} Pods were ready again"))
        });
        let count = self.gone.pods.len();
        missing
            .map_or_else(|| Look::Seen(format!("{count} gone, and as many others are ready")), Look::NotYet)
    }
}

impl Prove for Replaced {
    fn what(&self) -> String {
        "the Pods are gone and as many others are ready".to_owned()
    }

    fn prove<'a>(&'a self, cx: &'a FaultContext, within: Duration) -> Proving<'a> {
        Box::pin(look_for::<Pod>(cx.cluster.api(), watcher::Config::default(), within, |pods| {
            self.look(pods)
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::look::objects;
    use super::*;
    use serde_json::{Value, json};

    fn pod(uid: &str, ready: &str) -> Value {
        json!({
            "metadata": {"name": "store-0", "uid": uid, "ownerReferences":
                [{"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "store", "uid": "s", "controller": true}]},
            "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": ready}]},
        })
    }

    fn pods(list: &Value) -> Vec<Pod> {
        serde_json::from_value(list.clone()).unwrap()
    }

    #[test]
    fn a_pod_is_replaced_when_another_uid_is_ready_and_not_before() {
        let all = pods(&json!([pod("1", "True"), pod("2", "True")]));
        let proof = Replaced::of(&all, &all[..1]);
        for (now, seen) in [
            (json!([pod("1", "True"), pod("2", "True")]), false),
            (json!([pod("1", "False"), pod("2", "True"), pod("3", "True")]), false),
            (json!([pod("2", "True")]), false),
            (json!([pod("2", "True"), pod("3", "False")]), false),
            (json!([pod("2", "True"), pod("3", "True")]), true),
        ] {
            let look = proof.look(&objects(now.clone()));
            assert_eq!(matches!(look, Look::Seen(_)), seen, "{now}: {look:?}");
        }
    }

    #[test]
    fn neighbours_that_were_not_meant_count_as_ready_before() {
        let all = pods(&json!([pod("1", "True"), pod("2", "True"), pod("3", "True")]));
        let look = Replaced::of(&all, &all[..1]).look(&objects(json!([pod("2", "True"), pod("3", "True")])));
        assert_eq!(look, Look::NotYet("only 2 of 3 Pods were ready again".to_owned()));
    }
}
