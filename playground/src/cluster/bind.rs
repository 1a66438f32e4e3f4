//! A Pod gets its node.

use crate::cluster::Cluster;
use crate::object::{self, child_mut, map_mut, metadata_mut};
use crate::resource::by_kind;
use crate::status::ApiError;
use crate::store::{ObjectKey, Outcome, Write};
use serde_json::{Value, json};
use std::sync::Arc;

/// Labels of a node that its Pods get.
const TOPOLOGY: [&str; 2] = ["topology.kubernetes.io/zone", "topology.kubernetes.io/region"];

impl Cluster {
    /// Puts a Pod on a node: sets `spec.nodeName` and the condition `PodScheduled`, and copies the node's
    /// zone and region labels. Errors: 404; 409 when it has a node or is terminating.
    pub fn bind(
        &self,
        (namespace, name): (&str, &str),
        node: &str,
        write: Write,
    ) -> Result<Arc<Value>, ApiError> {
        let pods = by_kind("v1", "Pod").ok_or_else(|| ApiError::not_implemented("pods"))?;
        let labels: Vec<(&str, String)> = by_kind("v1", "Node")
            .and_then(|nodes| self.get(nodes, "", node).ok())
            .map(|node| {
                let found =
                    TOPOLOGY.into_iter().filter_map(|key| Some((key, object::label(&node, key)?.to_owned())));
                found.collect()
            })
            .unwrap_or_default();
        let stored = self.store().change(pods.id, &ObjectKey::new(namespace, name), write, |present| {
            let old = present.ok_or_else(|| pods.not_found(name))?;
            let assigned = object::text(old, "/spec/nodeName");
            if !assigned.is_empty() {
                let why = format!("pod {name} is already assigned to node \"{assigned}\"");
                return Err(pods.conflict(name, &why));
            }
            if object::is_terminating(old) {
                return Err(pods.conflict(name, &format!("pod {name} is being deleted, cannot be assigned to a host")));
            }
            let mut bound = Value::clone(old);
            bound["spec"]["nodeName"] = json!(node);
            for (key, value) in labels {
                child_mut(metadata_mut(&mut bound), "labels").entry(key).or_insert_with(|| json!(value));
            }
            let condition = json!({
                "type": "PodScheduled", "status": "True", "lastProbeTime": null, "lastTransitionTime": object::now(),
            });
            let conditions =
                child_mut(map_mut(&mut bound), "status").entry("conditions").or_insert_with(|| json!([]));
            if let Some(list) = conditions.as_array_mut() {
                list.retain(|one| one["type"] != "PodScheduled");
                list.push(condition);
            }
            Ok(Outcome::Put(bound))
        })?;
        stored.ok_or_else(|| pods.not_found(name))
    }
}
