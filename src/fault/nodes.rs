//! Which nodes are meant, and how they are closed for new Pods.

use super::{Deed, FaultContext, Lasting, Refusal, Victim};
use crate::cluster::ObjectRef;
use k8s_openapi::api::core::v1::Node;
use kube::api::ListParams;
use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::json;
use std::fmt;

/// The label with the zone of a node.
const ZONE: &str = "topology.kubernetes.io/zone";

/// Which nodes: a label selector as kubectl takes it, or a map of several conditions.
#[derive(Debug, Clone, Default, PartialEq, JsonSchema)]
pub struct Nodes {
    /// A label selector.
    pub labels: Option<String>,
    /// Their names.
    pub names: Vec<String>,
    /// Their zone.
    pub zone: Option<String>,
}

/// The nodes of a cluster.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// Those that are meant, in the order of their names.
    pub nodes: Vec<Node>,
    /// How many others take Pods.
    pub others: usize,
}

impl<'de> Deserialize<'de> for Nodes {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Nodes, D::Error> {
        struct Written;
        impl<'de> Visitor<'de> for Written {
            type Value = Nodes;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a label selector such as pool=batch, or a map with labels, names or zone")
            }

            fn visit_str<E>(self, labels: &str) -> Result<Nodes, E> {
                Ok(Nodes { labels: Some(labels.to_owned()), ..Nodes::default() })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Nodes, A::Error> {
                #[derive(Deserialize, Default)]
                #[serde(deny_unknown_fields, default)]
                struct Map {
                    labels: Option<String>,
                    names: Vec<String>,
                    zone: Option<String>,
                }
                let Map { labels, names, zone } = Map::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Nodes { labels, names, zone })
            }
        }
        from.deserialize_any(Written)
    }
}

/// "nodes with pool=batch in zone-a".
impl fmt::Display for Nodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nodes")?;
        for (word, value) in [(" with ", &self.labels), (" in ", &self.zone)] {
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

impl Nodes {
    /// Errors: no condition was given, which would mean all nodes of the cluster.
    pub fn check(&self) -> Result<(), String> {
        match self {
            Nodes { labels: None, names, zone: None } if names.is_empty() => {
                Err("say which nodes: `nodes: { names: [node-a] }`, or by `labels` or `zone`".to_owned())
            }
            _ => Ok(()),
        }
    }

    /// Those that are there now. Errors: there are none.
    pub async fn find(&self, cx: &FaultContext) -> Result<Chosen, Refusal> {
        let list = async |params: ListParams| {
            let nodes = cx.cluster.api_all::<Node>();
            cx.cluster.call("list the nodes", nodes.list(&params)).await.map(|list| list.items)
        };
        let all = list(ListParams::default()).await?;
        let mut nodes = match &self.labels {
            Some(labels) => list(ListParams::default().labels(labels)).await?,
            None => all.clone(),
        };
        nodes.retain(|node| self.means(node));
        if nodes.is_empty() {
            return Err(Refusal::NoVictims { what: format!("no {self}"), resource: "nodes" });
        }
        let is_other = |node: &&Node| !nodes.iter().any(|one| one.metadata.uid == node.metadata.uid);
        let others = all.iter().filter(is_other).filter(|node| takes_pods(node)).count();
        Ok(Chosen { nodes, others })
    }

    fn means(&self, node: &Node) -> bool {
        let named = self.names.is_empty() || self.names.iter().any(|name| *name == self::name(node));
        named && self.zone.as_ref().is_none_or(|wanted| zone(node) == Some(wanted.as_str()))
    }
}

impl Chosen {
    /// The nodes as victims.
    pub fn victims(&self) -> Vec<Victim> {
        let victim = |node: &Node| Victim {
            object: ObjectRef::of(node),
            detail: zone(node).map_or_else(|| "in no zone".to_owned(), |zone| format!("in {zone}")),
        };
        self.nodes.iter().map(victim).collect()
    }

    /// What closes those that are open.
    pub fn cordons(&self) -> Vec<Deed> {
        self.nodes.iter().filter(|node| takes_pods(node)).map(cordon).collect()
    }

    /// What people should know of that.
    pub fn cautions(&self) -> Vec<String> {
        let closed = self.nodes.iter().filter(|node| !takes_pods(node));
        let mut cautions: Vec<String> = closed
            .map(|node| format!("Node/{} is cordoned already and stays so afterwards", name(node)))
            .collect();
        if self.others == 0 {
            cautions.push("no other node takes Pods: new ones will wait until this is taken back".to_owned());
        }
        cautions
    }
}

/// Whether new Pods may be put on it.
pub fn takes_pods(node: &Node) -> bool {
    node.spec.as_ref().and_then(|spec| spec.unschedulable) != Some(true)
}

/// Its name.
pub fn name(node: &Node) -> &str {
    node.metadata.name.as_deref().unwrap_or_default()
}

fn zone(node: &Node) -> Option<&str> {
    node.metadata.labels.as_ref()?.get(ZONE).map(String::as_str)
}

fn cordon(node: &Node) -> Deed {
    Deed::Change {
        object: ObjectRef::of(node),
        subresource: None,
        fields: vec![("/spec/unschedulable".to_owned(), Some(json!(true)))],
        lasting: Lasting::UntilUndone,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn node(name: &str, zone: &str, spec: &Value) -> Node {
        serde_json::from_value(
            json!({"metadata": {"name": name, "uid": name, "labels": {ZONE: zone}}, "spec": spec}),
        )
        .unwrap()
    }

    #[test]
    fn only_open_nodes_are_cordoned_and_the_others_are_named() {
        let nodes = vec![node("a", "z1", &json!({})), node("b", "z1", &json!({"unschedulable": true}))];
        let chosen = Chosen { nodes, others: 0 };
        let cordons = chosen.cordons();
        assert_eq!(cordons.len(), 1);
        assert_eq!(cordons[0].to_string(), "change /spec/unschedulable of Node/a");
        let cautions = chosen.cautions();
        assert!(cautions[0].contains("Node/b is cordoned already") && cautions[1].contains("no other node"));
        assert_eq!(chosen.victims()[0].detail, "in z1");
    }

    #[test]
    fn conditions_narrow_and_none_at_all_is_an_error() {
        let one = node("a", "z1", &json!({}));
        for (nodes, meant) in [
            (Nodes { names: vec!["a".to_owned()], ..Nodes::default() }, true),
            (Nodes { names: vec!["b".to_owned()], ..Nodes::default() }, false),
            (Nodes { zone: Some("z1".to_owned()), ..Nodes::default() }, true),
            (Nodes { zone: Some("z2".to_owned()), ..Nodes::default() }, false),
        ] {
            assert_eq!(nodes.means(&one), meant, "{nodes}");
            assert_eq!(nodes.check(), Ok(()));
        }
        assert!(Nodes::default().check().is_err());
    }
}
