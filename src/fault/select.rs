//! Which Pods are meant: a pipeline of filters, each narrowing what the one before left.

use super::{FaultContext, Refusal, Victim, cluster_rights, rights};
use crate::cluster::{ObjectRef, RUN_LABEL, Right, is_ready};
use crate::units::{Ratio, Span};
use k8s_openapi::api::core::v1::{Node, Pod};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;
use kube::api::ListParams;
use rand::SeedableRng as _;
use rand::rngs::Xoshiro256PlusPlus;
use rand::seq::SliceRandom as _;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

/// Which Pods: a label selector as kubectl takes it (`app=api,tier!=cache`), or a map of several conditions.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pods {
    /// A label selector.
    pub labels: Option<String>,
    /// Their names.
    pub names: Vec<String>,
    /// Their workload: `deployment/api`, `statefulset/store`.
    pub owner: Option<String>,
    /// Their node.
    pub node: Option<String>,
    /// The zone of their node.
    pub zone: Option<String>,
}

/// How many of them.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct HowMany {
    /// So many; all when neither this nor `percent` is given.
    pub count: Option<u32>,
    /// This share of them, rounded up.
    pub percent: Option<Ratio>,
    /// At least so many ready Pods are left alone.
    pub leave: u32,
}

/// The long form.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Map {
    /// A label selector as kubectl takes it: `app=api,tier!=cache`.
    labels: Option<String>,
    /// Their names.
    names: Vec<String>,
    /// Their workload: `deployment/api`, `statefulset/store`.
    owner: Option<String>,
    /// Their node.
    node: Option<String>,
    /// The zone of their node.
    zone: Option<String>,
}

impl JsonSchema for Pods {
    fn schema_name() -> Cow<'static, str> {
        "Pods".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let long = Map::json_schema(generator);
        let short = json_schema!({ "type": "string", "examples": ["app=api", "app=api,tier!=cache"] });
        json_schema!({ "description": "a label selector, or a map of conditions", "anyOf": [short, long] })
    }
}

impl<'de> Deserialize<'de> for Pods {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Pods, D::Error> {
        struct Written;
        impl<'de> Visitor<'de> for Written {
            type Value = Pods;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "a label selector such as app=api, or a map with labels, names, owner, node or zone",
                )
            }

            fn visit_str<E>(self, labels: &str) -> Result<Pods, E> {
                Ok(Pods { labels: Some(labels.to_owned()), ..Pods::default() })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Pods, A::Error> {
                let Map { labels, names, owner, node, zone } =
                    Map::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Pods { labels, names, owner, node, zone })
            }
        }
        from.deserialize_any(Written)
    }
}

/// "Pods with app=api on node node-a".
impl fmt::Display for Pods {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pods")?;
        let parts =
            [(" with ", &self.labels), (" of ", &self.owner), (" on ", &self.node), (" in ", &self.zone)];
        for (word, value) in parts {
            if let Some(value) = value {
                write!(f, "{word}{value}")?;
            }
        }
        if !self.names.is_empty() {
            write!(f, " named {}", self.names.join(", "))?;
        }
        Ok(())
    }
}

impl Pods {
    /// The rights that finding them needs.
    pub fn rights(&self, namespace: &str) -> Vec<Right> {
        let mut needed = rights(namespace, "", "pods", &["list"]);
        if self.zone.is_some() {
            needed.extend(cluster_rights("", "nodes", &["list"]));
        }
        needed
    }

    /// The Pods that are there now and not on their way out, in the order of their names. Errors: there are none.
    pub async fn find(&self, cx: &FaultContext) -> Result<Vec<Pod>, Refusal> {
        let params = ListParams { label_selector: self.labels.clone(), ..ListParams::default() };
        let pods = cx.cluster.call("list the pods", cx.cluster.api::<Pod>().list(&params)).await?;
        let zones = match &self.zone {
            Some(_) => zones(cx).await?,
            None => BTreeMap::new(),
        };
        let mut found = pods.items;
        found.retain(|pod| may_be_hit(pod) && self.means(pod, &zones));
        if found.is_empty() {
            let what = format!("no {self} in namespace {}", cx.cluster.namespace());
            return Err(Refusal::NoVictims { what, resource: "pods" });
        }
        Ok(found)
    }

    /// Those of them that are to be hit: at least one. Errors: none may be.
    pub async fn choose(&self, cx: &FaultContext, how_many: HowMany) -> Result<Vec<Pod>, Refusal> {
        let found = self.find(cx).await?;
        let all = found.len();
        let chosen = how_many.of(found, cx.seed);
        if chosen.is_empty() {
            let leave = how_many.leave;
            let what = format!("all {all} {self} are to be left alone (`leave: {leave}`)");
            return Err(Refusal::NoVictims { what, resource: "pods" });
        }
        Ok(chosen)
    }

    fn means(&self, pod: &Pod, zones: &BTreeMap<String, String>) -> bool {
        let node = pod.spec.as_ref().and_then(|spec| spec.node_name.as_ref());
        let name = pod.metadata.name.as_ref();
        let named = self.names.is_empty() || name.is_some_and(|name| self.names.contains(name));
        let on_node = self.node.as_ref().is_none_or(|wanted| node == Some(wanted));
        let in_zone =
            self.zone.as_ref().is_none_or(|wanted| node.and_then(|node| zones.get(node)) == Some(wanted));
        named && on_node && in_zone && self.owner.as_ref().is_none_or(|owner| is_of(pod, owner))
    }
}

impl HowMany {
    /// The chosen ones, drawn by `seed`; the ready ones that are left over are at least `leave`.
    pub fn of(self, mut pods: Vec<Pod>, seed: u64) -> Vec<Pod> {
        let ready = pods.iter().filter(|pod| is_ready(pod)).count();
        let part = self.percent.map(|percent| (percent.get() * pods.len() as f64).ceil() as usize);
        let wanted = match (self.count, part) {
            (Some(count), _) => count as usize,
            (None, Some(part)) => part,
            (None, None) => pods.len(),
        };
        let mut spare = ready.saturating_sub(self.leave as usize);
        pods.shuffle(&mut Xoshiro256PlusPlus::seed_from_u64(seed));
        pods.retain(|pod| {
            let counts = is_ready(pod);
            let free = !counts || spare > 0;
            spare -= usize::from(counts && free);
            free
        });
        pods.truncate(wanted);
        pods
    }
}

/// Whether the Pod belongs to the Deployment of that name.
pub fn is_of_deployment(pod: &Pod, name: &str) -> bool {
    is_of(pod, &format!("deployment/{name}"))
}

/// Whether the Pod belongs to `kind/name`. A Deployment owns by way of its `ReplicaSets`, whose names begin with its
/// own and end with the Pod's template hash.
fn is_of(pod: &Pod, owner: &str) -> bool {
    let Some((kind, name)) = owner.split_once('/') else { return false };
    let mut owners = pod.metadata.owner_references.iter().flatten();
    let hash = pod.metadata.labels.as_ref().and_then(|labels| labels.get("pod-template-hash"));
    owners.any(|one| {
        if kind.eq_ignore_ascii_case("deployment") {
            one.kind == "ReplicaSet" && hash.is_some_and(|hash| one.name == format!("{name}-{hash}"))
        } else {
            one.kind.eq_ignore_ascii_case(kind) && one.name == name
        }
    })
}

/// Not on its way out, and not one of shakedown's own: the guard and the proxies are no part of the target.
fn may_be_hit(pod: &Pod) -> bool {
    let is_ours = pod.metadata.labels.as_ref().is_some_and(|labels| labels.contains_key(RUN_LABEL));
    pod.metadata.deletion_timestamp.is_none() && !is_ours
}

/// All Pods of the namespace that are the target's and not on their way out.
pub async fn everyone(cx: &FaultContext) -> Result<Vec<Pod>, Refusal> {
    let pods = cx.cluster.api::<Pod>();
    let mut all = cx.cluster.call("list the pods", pods.list(&ListParams::default())).await?.items;
    all.retain(may_be_hit);
    Ok(all)
}

/// What makes a Pod again.
pub fn controller(pod: &Pod) -> Option<&OwnerReference> {
    pod.metadata.owner_references.iter().flatten().find(|owner| owner.controller == Some(true))
}

/// The zone of each node. It needs the right to list nodes.
async fn zones(cx: &FaultContext) -> Result<BTreeMap<String, String>, Refusal> {
    let nodes =
        cx.cluster.call("list the nodes", cx.cluster.api_all::<Node>().list(&ListParams::default())).await?;
    let zone = |node: Node| {
        let zone = node.metadata.labels?.get("topology.kubernetes.io/zone")?.clone();
        Some((node.metadata.name?, zone))
    };
    Ok(nodes.items.into_iter().filter_map(zone).collect())
}

/// A grace period in the whole seconds that Kubernetes counts, rounded up: not every short one is a crash.
pub fn grace_seconds(grace: Option<Span>) -> Option<u32> {
    grace.map(|grace| grace.get().as_secs_f64().ceil() as u32)
}

/// Pods as victims. Errors: one of them has no controller, so nobody would make it again.
pub fn victims(pods: &[Pod]) -> Result<Vec<Victim>, Refusal> {
    let victim = |pod: &Pod| {
        let object = ObjectRef::of(pod);
        if controller(pod).is_none() {
            let why = "no controller would make it again; put it into a Deployment".to_owned();
            return Err(Refusal::dangerous(object, why));
        }
        let node = pod.spec.as_ref().and_then(|spec| spec.node_name.as_deref()).unwrap_or("no node");
        Ok(Victim { object, detail: format!("on {node}") })
    };
    pods.iter().map(victim).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn pod(name: usize, ready: bool) -> Pod {
        let status = if ready { "True" } else { "False" };
        let conditions = json!([{"type": "Ready", "status": status}]);
        let object = json!({"metadata": {"name": name.to_string(), "labels": {"pod-template-hash": "h"},
            "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "api-h", "uid": "u"}]},
            "status": {"conditions": conditions}});
        serde_json::from_value(object).unwrap()
    }

    #[test]
    fn a_deployment_owns_by_its_replica_sets() {
        for (owner, expected) in [
            ("deployment/api", true),
            ("Deployment/api", true),
            ("deployment/ap", false),
            ("replicaset/api-h", true),
        ] {
            assert_eq!(is_of(&pod(1, true), owner), expected, "{owner}");
        }
    }

    #[test]
    fn neither_a_leaving_pod_nor_one_of_shakedown_is_hit() {
        let of_target = pod(1, true);
        let (mut leaving, mut guard) = (of_target.clone(), of_target.clone());
        leaving.metadata.deletion_timestamp = serde_json::from_value(json!("2026-01-01T00:00:00Z")).unwrap();
        guard.metadata.labels.get_or_insert_default().insert(RUN_LABEL.to_owned(), "r1".to_owned());
        assert!(may_be_hit(&of_target) && !may_be_hit(&leaving) && !may_be_hit(&guard));
    }

    proptest! {
        #[test]
        fn never_fewer_ready_are_left_than_asked(
            states in prop::collection::vec(any::<bool>(), 0..12),
            count in prop::option::of(0..15u32),
            percent in prop::option::of(0.0..1.0f64),
            leave in 0..6u32,
            seed in any::<u64>(),
        ) {
            let pods: Vec<Pod> = states.iter().enumerate().map(|(n, ready)| pod(n, *ready)).collect();
            let ready = states.iter().filter(|ready| **ready).count();
            let how_many = HowMany { count, percent: percent.map(Ratio::new), leave };
            let chosen = how_many.of(pods.clone(), seed);
            let hit = chosen.iter().filter(|pod| is_ready(pod)).count();
            prop_assert!(ready - hit >= ready.min(leave as usize));
            prop_assert!(chosen.len() <= count.map_or(pods.len(), |count| count as usize));
            prop_assert_eq!(how_many.of(pods, seed), chosen, "the same seed hits the same");
        }
    }
}
