//! A zone is lost.

use super::drain::leaves;
use crate::cluster::{ObjectRef, Right};
use crate::fault::nodes::Nodes;
use crate::fault::select::{everyone, victims};
use crate::fault::{
    Deed, FaultContext, FaultKind, Plan, Planning, Prove, Refusal, caution, cluster_rights, proof, rights,
};
use k8s_openapi::api::core::v1::Pod;
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;

/// How the Pods of the zone are lost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ZoneMode {
    /// They are killed at once.
    #[default]
    Kill,
}

/// The zone takes no new Pods, and all Pods of the namespace in it are lost, as when its power fails. Other namespaces
/// keep theirs; only their new Pods go elsewhere meanwhile.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ZoneOutage {
    /// The zone: what the nodes have in their label `topology.kubernetes.io/zone`.
    pub zone: String,
    /// How its Pods are lost: `kill`.
    #[serde(default)]
    pub mode: ZoneMode,
}

impl FaultKind for ZoneOutage {
    fn name(&self) -> &'static str {
        "zone_outage"
    }

    fn rights(&self, namespace: &str) -> Vec<Right> {
        let mut needed = cluster_rights("", "nodes", &["get", "list", "watch", "patch"]);
        needed.extend(rights(namespace, "", "pods", &["list", "watch", "delete"]));
        needed
    }

    fn check(&self, _lasts: Option<Duration>) -> Result<(), String> {
        if self.zone.is_empty() { Err("name the zone: `zone: eu-1a`".to_owned()) } else { Ok(()) }
    }

    fn plan<'a>(&'a self, cx: &'a FaultContext) -> Planning<'a> {
        Box::pin(async move {
            let zone = Nodes { zone: Some(self.zone.clone()), ..Nodes::default() };
            let nodes = zone.find(cx).await?;
            let all = everyone(cx).await?;
            let chosen: Vec<Pod> = all.iter().filter(|pod| leaves(pod, &nodes)).cloned().collect();
            if chosen.is_empty() {
                let what = format!("no Pod of namespace {} in {}", cx.cluster.namespace(), self.zone);
                return Err(Refusal::NoVictims { what, resource: "pods" });
            }
            let mut warnings = nodes.cautions();
            warnings.extend(caution::replicas(&all, &chosen));
            let mut hit = nodes.victims();
            let closed: Arc<dyn Prove> = Arc::new(proof::Unschedulable {
                nodes: hit.iter().map(|node| node.object.clone()).collect(),
            });
            let gone: Arc<dyn Prove> =
                Arc::new(proof::Gone { pods: chosen.iter().map(ObjectRef::of).collect() });
            hit.extend(victims(&chosen)?);
            let ZoneMode::Kill = self.mode;
            let kills = chosen.iter().map(|pod| Deed::Delete { pod: ObjectRef::of(pod), grace: Some(0) });
            Ok(Plan {
                victims: hit,
                deeds: nodes.cordons().into_iter().chain(kills).collect(),
                proof: Arc::new(proof::All(vec![closed, gone])),
                warnings,
            })
        })
    }
}
