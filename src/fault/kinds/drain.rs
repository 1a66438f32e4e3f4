//! Nodes are emptied of the namespace's Pods.

use crate::cluster::{ObjectRef, Right};
use crate::fault::nodes::{Chosen, Nodes, name};
use crate::fault::select::{controller, everyone, grace_seconds, victims};
use crate::fault::{
    Deed, FaultContext, FaultKind, Plan, Planning, Prove, Refusal, caution, cluster_rights, proof, rights,
};
use crate::units::Span;
use k8s_openapi::api::core::v1::Pod;
use kube::api::ListParams;
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;

/// As many Pods that stay are named; more are counted.
const NAMED: usize = 20;

/// Nodes take no new Pods, and all Pods of the namespace on them are evicted. Pods of other namespaces stay.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Drain {
    /// Which: a label selector such as `pool=batch`, or a map with `labels`, `names` or `zone`.
    pub nodes: Nodes,
    /// How long the Pods may take to end; their own grace period when it is left out.
    pub grace: Option<Span>,
}

impl FaultKind for Drain {
    fn name(&self) -> &'static str {
        "drain"
    }

    /// The Pods of the whole cluster are listed to say which stay.
    fn rights(&self, namespace: &str) -> Vec<Right> {
        let mut needed = cluster_rights("", "nodes", &["get", "list", "watch", "patch"]);
        needed.extend(cluster_rights("", "pods", &["list"]));
        needed.extend(rights(namespace, "", "pods", &["watch"]));
        needed.extend(rights(namespace, "", "pods/eviction", &["create"]));
        needed.extend(caution::budget_rights(namespace));
        needed
    }

    fn check(&self, _lasts: Option<Duration>) -> Result<(), String> {
        self.nodes.check()
    }

    fn plan<'a>(&'a self, cx: &'a FaultContext) -> Planning<'a> {
        Box::pin(async move {
            let nodes = self.nodes.find(cx).await?;
            let everywhere = cx.cluster.api_all::<Pod>();
            let params = ListParams::default();
            let listed = everywhere.list(&params);
            let everywhere = cx.cluster.call("list the pods of all namespaces", listed).await?.items;
            let all = everyone(cx).await?;
            let chosen: Vec<Pod> = all.iter().filter(|pod| leaves(pod, &nodes)).cloned().collect();
            if chosen.is_empty() {
                let what = format!("no Pod of namespace {} on {}", cx.cluster.namespace(), self.nodes);
                return Err(Refusal::NoVictims { what, resource: "pods" });
            }
            let mut warnings = nodes.cautions();
            warnings.extend(staying(&everywhere, &chosen, &nodes));
            warnings.extend(caution::budgets(cx, &chosen).await?);
            warnings.extend(caution::replicas(&all, &chosen));
            let mut hit = nodes.victims();
            let closed: Arc<dyn Prove> = Arc::new(proof::Unschedulable {
                nodes: hit.iter().map(|node| node.object.clone()).collect(),
            });
            let gone: Arc<dyn Prove> =
                Arc::new(proof::Gone { pods: chosen.iter().map(ObjectRef::of).collect() });
            hit.extend(victims(&chosen)?);
            let grace = grace_seconds(self.grace);
            let evictions = chosen.iter().map(|pod| Deed::Evict { pod: ObjectRef::of(pod), grace });
            Ok(Plan {
                victims: hit,
                deeds: nodes.cordons().into_iter().chain(evictions).collect(),
                proof: Arc::new(proof::All(vec![closed, gone])),
                warnings,
            })
        })
    }
}

fn is_on(pod: &Pod, nodes: &Chosen) -> bool {
    let node = pod.spec.as_ref().and_then(|spec| spec.node_name.as_deref());
    node.is_some_and(|node| nodes.nodes.iter().any(|one| name(one) == node))
}

/// Whether a Pod has ended, so that nothing of it is on a node any more.
fn has_ended(pod: &Pod) -> bool {
    let phase = pod.status.as_ref().and_then(|status| status.phase.as_deref());
    matches!(phase, Some("Succeeded" | "Failed"))
}

/// As `kubectl drain` does: a `DaemonSet` would make its Pod again at once, on the same node.
pub(super) fn leaves(pod: &Pod, nodes: &Chosen) -> bool {
    let of_daemon = controller(pod).is_some_and(|owner| owner.kind == "DaemonSet");
    let annotations = pod.metadata.annotations.as_ref();
    let is_mirror = annotations.is_some_and(|all| all.contains_key("kubernetes.io/config.mirror"));
    is_on(pod, nodes) && !of_daemon && !is_mirror && !has_ended(pod)
}

/// The Pods that stay on the nodes.
fn staying(everywhere: &[Pod], chosen: &[Pod], nodes: &Chosen) -> Option<String> {
    let is_chosen = |pod: &Pod| chosen.iter().any(|one| one.metadata.uid == pod.metadata.uid);
    let stay = everywhere.iter().filter(|pod| is_on(pod, nodes) && !is_chosen(pod) && !has_ended(pod));
    let names: Vec<String> = stay
        .map(|pod| {
            let (namespace, name) = (pod.metadata.namespace.as_deref(), pod.metadata.name.as_deref());
            format!("{}/{}", namespace.unwrap_or_default(), name.unwrap_or_default())
        })
        .collect();
    let more = names.len().saturating_sub(NAMED);
    let end = if more > 0 { format!(" and {more} more") } else { String::new() };
    let listed = names[..names.len() - more].join(", ");
    (!names.is_empty()).then(|| format!("{} Pods stay on the nodes: {listed}{end}", names.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use k8s_openapi::api::core::v1::Node;
    use serde_json::{Value, json};

    fn pod(namespace: &str, name: &str, node: &str, more: &Value) -> Pod {
        let owner = more["owner"].as_str().unwrap_or("ReplicaSet");
        serde_json::from_value(json!({
            "metadata": {"namespace": namespace, "name": name, "uid": name, "annotations": more["annotations"],
                "ownerReferences": [{"apiVersion": "apps/v1", "kind": owner, "name": "x", "uid": "x", "controller": true}]},
            "spec": {"containers": [], "nodeName": node}, "status": {"phase": more["phase"]},
        }))
        .unwrap()
    }

    #[test]
    fn daemons_mirrors_ended_and_foreign_pods_stay() {
        let node: Node = serde_json::from_value(json!({"metadata": {"name": "node-a"}})).unwrap();
        let nodes = Chosen { nodes: vec![node], others: 1 };
        let mirror = json!({"annotations": {"kubernetes.io/config.mirror": "x"}});
        let table = [
            (pod("shop", "api", "node-a", &json!({})), true),
            (pod("shop", "far", "node-b", &json!({})), false),
            (pod("shop", "log", "node-a", &json!({"owner": "DaemonSet"})), false),
            (pod("shop", "etcd", "node-a", &mirror), false),
            (pod("shop", "done", "node-a", &json!({"phase": "Succeeded"})), false),
        ];
        for (pod, expected) in &table {
            assert_eq!(leaves(pod, &nodes), *expected, "{:?}", pod.metadata.name);
        }
        let mut everywhere: Vec<Pod> = table.iter().map(|(pod, _)| pod.clone()).collect();
        everywhere.push(pod("other", "db", "node-a", &json!({})));
        let said = staying(&everywhere, &everywhere[..1], &nodes).unwrap();
        assert_eq!(said, "3 Pods stay on the nodes: shop/log, shop/etcd, other/db");
        assert_eq!(staying(&everywhere[..2], &everywhere[..1], &nodes), None);
    }
}
