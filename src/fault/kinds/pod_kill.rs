//! Pods are deleted.

use crate::cluster::{ObjectRef, Right};
use crate::fault::select::{HowMany, Pods, everyone, grace_seconds, victims};
use crate::fault::{Deed, FaultContext, FaultKind, Plan, Planning, caution, proof, rights};
use crate::units::{Ratio, Span};
use k8s_openapi::api::core::v1::Pod;
use schemars::JsonSchema;
use serde::Deserialize;
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
        let mut needed = self.pods.rights(namespace);
        needed.extend(rights(namespace, "", "pods", &["watch", "delete"]));
        needed
    }

    fn plan<'a>(&'a self, cx: &'a FaultContext) -> Planning<'a> {
        Box::pin(async move {
            let how_many = HowMany { count: self.count, percent: self.percent, leave: self.leave };
            let all = everyone(cx).await?;
            let chosen = self.pods.choose(cx, how_many).await?;
            let grace = grace_seconds(self.grace).unwrap_or(0);
            let deed = |pod: &Pod| Deed::Delete { pod: ObjectRef::of(pod), grace: Some(grace) };
            Ok(Plan {
                victims: victims(&chosen)?,
                deeds: chosen.iter().map(deed).collect(),
                proof: Arc::new(proof::Replaced::of(&all, &chosen)),
                warnings: caution::replicas(&all, &chosen),
            })
        })
    }
}
