//! Nodes take no new Pods.

use crate::cluster::Right;
use crate::fault::nodes::{Nodes, takes_pods};
use crate::fault::{Deed, FaultContext, FaultKind, Plan, Planning, Refusal, cluster_rights, proof};
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;

/// Nodes take no new Pods; those that are there stay. It touches all tenants of the nodes: their new Pods too go
/// elsewhere.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cordon {
    /// Which: a label selector such as `pool=batch`, or a map with `labels`, `names` or `zone`.
    pub nodes: Nodes,
}

impl FaultKind for Cordon {
    fn name(&self) -> &'static str {
        "cordon"
    }

    fn rights(&self, _namespace: &str) -> Vec<Right> {
        cluster_rights("", "nodes", &["get", "list", "watch", "patch"])
    }

    fn check(&self, _lasts: Option<Duration>) -> Result<(), String> {
        self.nodes.check()
    }

    fn plan<'a>(&'a self, cx: &'a FaultContext) -> Planning<'a> {
        Box::pin(async move {
            let mut chosen = self.nodes.find(cx).await?;
            let warnings = chosen.cautions();
            chosen.nodes.retain(takes_pods);
            let deeds: Vec<Deed> = chosen.cordons();
            if deeds.is_empty() {
                let what = format!("all {} are cordoned already", self.nodes);
                return Err(Refusal::NoVictims { what, resource: "nodes" });
            }
            let victims = chosen.victims();
            let nodes = victims.iter().map(|victim| victim.object.clone()).collect();
            Ok(Plan { victims, deeds, proof: Arc::new(proof::Unschedulable { nodes }), warnings })
        })
    }
}
