//! Pods are evicted.

use crate::cluster::{ObjectRef, Right};
use crate::fault::select::{HowMany, Pods, everyone, grace_seconds, victims};
use crate::fault::{Deed, FaultContext, FaultKind, Plan, Planning, caution, proof, rights};
use crate::units::{Ratio, Span};
use k8s_openapi::api::core::v1::Pod;
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

/// Pods are asked to go, as a node asks that is to be emptied. A disruption budget may refuse that, which is a finding
/// and not a failure of the run.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Evict {
    /// Which: a label selector such as `app=api`, or a map with `labels`, `names`, `owner`, `node` or `zone`.
    pub pods: Pods,
    /// How many of them; all when neither this nor `percent` is given.
    pub count: Option<u32>,
    /// Which share of them, rounded up.
    pub percent: Option<Ratio>,
    /// So many ready ones are left alone.
    #[serde(default)]
    pub leave: u32,
    /// How long they may take to end; their own grace period when it is left out.
    pub grace: Option<Span>,
}

impl FaultKind for Evict {
    fn name(&self) -> &'static str {
        "evict"
    }

    fn rights(&self, namespace: &str) -> Vec<Right> {
        let mut needed = self.pods.rights(namespace);
        needed.extend(rights(namespace, "", "pods", &["watch"]));
        needed.extend(rights(namespace, "", "pods/eviction", &["create"]));
        needed.extend(caution::budget_rights(namespace));
        needed
    }

    fn plan<'a>(&'a self, cx: &'a FaultContext) -> Planning<'a> {
        Box::pin(async move {
            let how_many = HowMany { count: self.count, percent: self.percent, leave: self.leave };
            let all = everyone(cx).await?;
            let chosen = self.pods.choose(cx, how_many).await?;
            let mut warnings = caution::budgets(cx, &chosen).await?;
            warnings.extend(caution::replicas(&all, &chosen));
            let grace = grace_seconds(self.grace);
            let deed = |pod: &Pod| Deed::Evict { pod: ObjectRef::of(pod), grace };
            Ok(Plan {
                victims: victims(&chosen)?,
                deeds: chosen.iter().map(deed).collect(),
                proof: Arc::new(proof::Replaced::of(&all, &chosen)),
                warnings,
            })
        })
    }
}
