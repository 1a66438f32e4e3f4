//! A zone is lost.

use super::drain::leaves;
use crate::cluster::{ObjectRef, Right};
use crate::fault::nodes::Nodes;
use crate::fault::quarantine::{Direction, Quarantine, cut_rights, holes};
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
    /// They are killed at once, as when the zone's power fails.
    #[default]
    Kill,
    /// They live and are cut off from the network, as when the zone's links fail.
    Quarantine,
}

/// The zone takes no new Pods, and all Pods of the namespace in it are lost: killed, or cut off. Other namespaces keep
/// theirs; only their new Pods go elsewhere meanwhile.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ZoneOutage {
    /// The zone: what the nodes have in their label `topology.kubernetes.io/zone`.
    pub zone: String,
    /// How its Pods are lost: `kill`, or `quarantine`.
    #[serde(default)]
    pub mode: ZoneMode,
}

impl FaultKind for ZoneOutage {
    fn name(&self) -> &'static str {
        "zone_outage"
    }

    fn rights(&self, namespace: &str) -> Vec<Right> {
        let mut needed = cluster_rights("", "nodes", &["get", "list", "watch", "patch"]);
        needed.extend(rights(namespace, "", "pods", &["list"]));
        needed.extend(match self.mode {
            ZoneMode::Kill => rights(namespace, "", "pods", &["watch", "delete"]),
            ZoneMode::Quarantine => cut_rights(namespace),
        });
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
            hit.extend(victims(&chosen)?);
            let loss = self.mode.of(cx, &chosen).await?;
            warnings.extend(loss.warnings);
            Ok(Plan {
                victims: hit,
                deeds: nodes.cordons().into_iter().chain(loss.deeds).collect(),
                proof: Arc::new(proof::All(vec![closed, loss.proof])),
                warnings,
            })
        })
    }
}

/// What becomes of the zone's Pods.
struct Loss {
    deeds: Vec<Deed>,
    proof: Arc<dyn Prove>,
    warnings: Vec<String>,
}

impl ZoneMode {
    async fn of(self, cx: &FaultContext, pods: &[Pod]) -> Result<Loss, Refusal> {
        match self {
            ZoneMode::Kill => {
                let kill = |pod: &Pod| Deed::Delete { pod: ObjectRef::of(pod), grace: Some(0) };
                let gone = proof::Gone { pods: pods.iter().map(ObjectRef::of).collect() };
                let deeds = pods.iter().map(kill).collect();
                Ok(Loss { deeds, proof: Arc::new(gone), warnings: Vec::new() })
            }
            ZoneMode::Quarantine => {
                let (name, direction) = (cx.own_name("quarantine"), Direction::Both);
                let deeds = Quarantine { name: &name, ports: &[], direction }.deeds(pods);
                let parted = proof::Parted::of(pods, &[], direction).await;
                Ok(Loss { deeds, proof: Arc::new(parted), warnings: holes(cx, pods, direction).await? })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_way_asks_only_for_its_own_rights() {
        let needs = |mode: &str| -> Vec<String> {
            let kind: ZoneOutage = serde_json::from_value(json!({"zone": "a", "mode": mode})).unwrap();
            kind.rights("shop").iter().map(|right| format!("{} {}", right.verb, right.resource)).collect()
        };
        let (kill, cut) = (needs("kill"), needs("quarantine"));
        for (right, kills, cuts) in [
            ("delete pods", true, false),
            ("patch pods", false, true),
            ("create networkpolicies", false, true),
            ("delete networkpolicies", false, true),
            ("patch nodes", true, true),
        ] {
            let has = |all: &[String]| all.iter().any(|one| one == right);
            assert_eq!((has(&kill), has(&cut)), (kills, cuts), "{right}");
        }
    }
}
