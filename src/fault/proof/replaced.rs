//! Pods that are gone, and others that do their work.

use super::{Effect, Prove, Proving};
use crate::cluster::{ObjectRef, is_ready};
use crate::fault::FaultContext;
use futures_util::StreamExt as _;
use k8s_openapi::api::core::v1::Pod;
use kube::runtime::{WatchStreamExt as _, reflector, watcher};
use std::collections::BTreeSet;
use std::pin::pin;
use std::time::Duration;

/// These Pods are gone, and each of their controllers has as many ready Pods as before.
#[derive(Debug, Clone)]
pub struct Replaced {
    /// The Pods, with their uids.
    pub pods: Vec<ObjectRef>,
    /// Their controllers, by uid, and how many ready Pods each had.
    pub ready: Vec<(String, usize)>,
}

impl Prove for Replaced {
    fn what(&self) -> String {
        "the Pods are gone and as many others are ready".to_owned()
    }

    fn prove<'a>(&'a self, cx: &'a FaultContext, within: Duration) -> Proving<'a> {
        Box::pin(async move {
            let (reader, writer) = reflector::store();
            let pods = watcher(cx.cluster.api::<Pod>(), watcher::Config::default()).default_backoff();
            let mut changes = pin!(reflector::reflector(writer, pods));
            let mut missing = "the Pods could not be watched".to_owned();
            let seen = async {
                while changes.next().await.is_some() {
                    // Before the first list is complete the store is empty, and nothing can be said.
                    if reader.wait_until_ready().await.is_err() {
                        continue;
                    }
                    match self.missing(&reader.state()) {
                        None => return,
                        Some(what) => missing = what,
                    }
                }
            };
            let count = self.pods.len();
            match tokio::time::timeout(within, seen).await {
                Ok(()) => Effect::Proven(format!("{count} gone, and as many others are ready")),
                Err(_) => Effect::Unproven(format!("within {} s {missing}", within.as_secs())),
            }
        })
    }
}

impl Replaced {
    /// What is not yet as it has to be.
    fn missing(&self, pods: &[std::sync::Arc<Pod>]) -> Option<String> {
        let there: BTreeSet<&str> = pods.iter().filter_map(|pod| pod.metadata.uid.as_deref()).collect();
        let left = self.pods.iter().find(|pod| pod.uid.as_deref().is_some_and(|uid| there.contains(uid)));
        if let Some(pod) = left {
            return Some(format!("{pod} was still there"));
        }
        self.ready.iter().find_map(|(controller, wanted)| {
            let own = |pod: &&std::sync::Arc<Pod>| {
                let owners = pod.metadata.owner_references.iter().flatten();
                owners.into_iter().any(|owner| &owner.uid == controller) && is_ready(pod)
            };
            let ready = pods.iter().filter(own).count();
            (ready < *wanted).then(|| format!("only {ready} of {wanted} Pods were ready again"))
        })
    }
}
