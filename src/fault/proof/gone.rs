//! Pods that are gone.

use super::look::{Look, look_for};
use super::{Prove, Proving};
use crate::cluster::ObjectRef;
use crate::fault::FaultContext;
use k8s_openapi::api::core::v1::Pod;
use kube::runtime::watcher;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// These Pods are gone; others may have their names.
#[derive(Debug, Clone)]
pub struct Gone {
    /// The Pods, with their uids.
    pub pods: Vec<ObjectRef>,
}

impl Prove for Gone {
    fn what(&self) -> String {
        "the Pods are gone".to_owned()
    }

    fn prove<'a>(&'a self, cx: &'a FaultContext, within: Duration) -> Proving<'a> {
        Box::pin(look_for::<Pod>(cx.cluster.api(), watcher::Config::default(), within, |pods| {
            self.look(pods)
        }))
    }
}

impl Gone {
    fn look(&self, pods: &[Arc<Pod>]) -> Look {
        match self.left(pods) {
            Some(pod) => Look::NotYet(format!("{pod} was still there")),
            None => Look::Seen(format!("{} gone", self.pods.len())),
        }
    }

    /// One that is still there.
    pub(super) fn left(&self, pods: &[Arc<Pod>]) -> Option<&ObjectRef> {
        let there: BTreeSet<&str> = pods.iter().filter_map(|pod| pod.metadata.uid.as_deref()).collect();
        self.pods.iter().find(|pod| pod.uid.as_deref().is_some_and(|uid| there.contains(uid)))
    }
}
