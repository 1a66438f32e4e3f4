//! Pods are deleted.

use crate::cluster::{ObjectRef, Right, is_ready};
use crate::fault::select::{HowMany, Pods, victims};
use crate::fault::{Deed, FaultContext, FaultKind, Plan, Planning, proof, rights};
use crate::units::{Ratio, Span};
use k8s_openapi::api::core::v1::Pod;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Pods are deleted, at once or with their grace period.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PodKill {
    /// Which: a label selector such as `app=api`, or a map with `labels`, `names`, `owner`, `node` or `zone`.
    pub pods: Pods,
    /// How many of them; all when neither this nor `percent` is given.
    pub count: Option<u32>,
    /// Which share of them, rounded up.
    pub percent: Option<Ratio>,
    /// So many ready ones are left alone.
    #[serde(default)]
    pub leave: u32,
    /// How long they may take to end: a crash is `0s`, which is what is meant when it is left out.
    pub grace: Option<Span>,
}

impl FaultKind for PodKill {
    fn name(&self) -> &'static str {
        "pod_kill"
    }

    fn rights(&self, namespace: &str) -> Vec<Right> {
        rights(namespace, "", "pods", &["get", "list", "watch", "delete"])
    }

    fn plan<'a>(&'a self, cx: &'a FaultContext) -> Planning<'a> {
        Box::pin(async move {
            let how_many = HowMany { count: self.count, percent: self.percent, leave: self.leave };
            let all = self.pods.find(cx).await?;
            let chosen = self.pods.choose(cx, how_many).await?;
            let victims = victims(&chosen)?;
            let grace =
                self.grace.map_or(0, |grace| u32::try_from(grace.get().as_secs()).unwrap_or(u32::MAX));
            let deed = |pod: &Pod| Deed::Delete { pod: ObjectRef::of(pod), grace: Some(grace) };
            let mut warnings = Vec::new();
            if chosen.len() == all.len() {
                warnings.push(format!("all {} of them are hit: nothing is left to take over", all.len()));
            }
            Ok(Plan {
                deeds: chosen.iter().map(deed).collect(),
                proof: Arc::new(proof::Replaced {
                    pods: victims.iter().map(|victim| victim.object.clone()).collect(),
                    ready: ready_of_controllers(&all, &chosen),
                }),
                victims,
                warnings,
            })
        })
    }
}

/// The controllers of the chosen Pods, and how many ready Pods each has now.
fn ready_of_controllers(all: &[Pod], chosen: &[Pod]) -> Vec<(String, usize)> {
    let controller = |pod: &Pod| {
        let mut owners = pod.metadata.owner_references.iter().flatten();
        owners.find(|owner| owner.controller == Some(true)).map(|owner| owner.uid.clone())
    };
    let mut ready: BTreeMap<String, usize> =
        chosen.iter().filter_map(|pod| Some((controller(pod)?, 0))).collect();
    for pod in all.iter().filter(|pod| is_ready(pod)) {
        if let Some(count) = controller(pod).and_then(|uid| ready.get_mut(&uid)) {
            *count += 1;
        }
    }
    ready.into_iter().collect()
}
