//! Which nodes a Pod can run on, and which of them is best.

use crate::node::taint;
use crate::object;
use crate::quantity::quantity;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

const ZONE: &str = "topology.kubernetes.io/zone";

/// The best node, or the sentence of the event `FailedScheduling`. `pods` are those that have a node.
pub(super) fn choose(pod: &Value, nodes: &[Arc<Value>], pods: &[Arc<Value>]) -> Result<String, String> {
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    let mut fitting = Vec::new();
    for node in nodes {
        match obstacle(pod, node, pods) {
            Some(why) => *reasons.entry(why).or_default() += 1,
            None => fitting.push(node),
        }
    }
    let best = fitting.into_iter().min_by_key(|node| load(pod, node, nodes, pods));
    best.map(|node| object::name(node).to_owned()).ok_or_else(|| {
        let total = nodes.len();
        let list: Vec<String> = reasons.into_iter().map(|(why, count)| format!("{count} {why}")).collect();
        if list.is_empty() {
            return "no nodes available to schedule pods".to_owned();
        }
        let none = format!("no new claims to deallocate, preemption: 0/{total} nodes are available");
        format!("0/{total} nodes are available: {}. {none}.", list.join(", "))
    })
}

/// Why a Pod cannot run on a node, in the words of the real scheduler.
fn obstacle(pod: &Value, node: &Value, pods: &[Arc<Value>]) -> Option<String> {
    if object::is_terminating(node) || !is_ready(node) {
        return Some("node(s) were not ready".to_owned());
    }
    if node["spec"]["unschedulable"] == true && !tolerates_cordon(pod) {
        return Some("node(s) were unschedulable".to_owned());
    }
    if let Some(taint) = taint::untolerated(pod, node, &["NoSchedule", "NoExecute"]).first() {
        let text = |key: &str| taint[key].as_str().unwrap_or_default();
        return Some(format!("node(s) had untolerated taint {{{}: {}}}", text("key"), text("value")));
    }
    let wanted = pod["spec"]["nodeSelector"].as_object().into_iter().flatten();
    if wanted.into_iter().any(|(key, value)| object::label(node, key) != value.as_str()) {
        return Some("node(s) didn't match Pod's node affinity/selector".to_owned());
    }
    let there: Vec<_> =
        pods.iter().filter(|other| other["spec"]["nodeName"] == node["metadata"]["name"]).collect();
    if quantity(&node["status"]["allocatable"]["pods"]).is_some_and(|most| there.len() as f64 >= most) {
        return Some("Too many pods".to_owned());
    }
    ["cpu", "memory"].into_iter().find_map(|resource| {
        let most = quantity(&node["status"]["allocatable"][resource])?;
        let used: f64 = there.iter().map(|other| request(other, resource)).sum();
        let own = request(pod, resource);
        (own > 0.0 && used + own > most).then(|| format!("Insufficient {resource}"))
    })
}

fn is_ready(node: &Value) -> bool {
    let conditions = node["status"]["conditions"].as_array().into_iter().flatten();
    conditions.into_iter().find(|one| one["type"] == "Ready").is_none_or(|one| one["status"] == "True")
}

fn tolerates_cordon(pod: &Value) -> bool {
    let cordon = serde_json::json!({"spec": {"taints": [
        {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"},
    ]}});
    taint::untolerated(pod, &cordon, &["NoSchedule"]).is_empty()
}

/// How little a node is wanted: Pods of the same owner in its zone, then on it, then all Pods on it.
fn load(pod: &Value, node: &Value, nodes: &[Arc<Value>], pods: &[Arc<Value>]) -> (usize, usize, usize) {
    let owner = object::controller(pod).map(|owner| owner["uid"].clone());
    let alike =
        |other: &Value| owner.is_some() && object::controller(other).map(|one| one["uid"].clone()) == owner;
    let zone = object::label(node, ZONE);
    let in_zone = |name: &Value| {
        nodes.iter().any(|one| one["metadata"]["name"] == *name && object::label(one, ZONE) == zone)
    };
    let here = |other: &&Arc<Value>| other["spec"]["nodeName"] == node["metadata"]["name"];
    let same_zone = pods.iter().filter(|other| alike(other) && in_zone(&other["spec"]["nodeName"])).count();
    let same_node = pods.iter().filter(here).filter(|other| alike(other)).count();
    (same_zone, same_node, pods.iter().filter(here).count())
}

/// What the containers of a Pod ask for.
fn request(pod: &Value, resource: &str) -> f64 {
    let containers = pod["spec"]["containers"].as_array().into_iter().flatten();
    containers.filter_map(|one| quantity(&one["resources"]["requests"][resource])).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn node(name: &str, zone: &str) -> Value {
        json!({"metadata": {"name": name, "labels": {ZONE: zone}},
               "status": {"allocatable": {"cpu": "1", "pods": "2"}}})
    }

    #[test]
    fn pods_of_one_owner_spread_over_zones_first() {
        let nodes: Vec<_> =
            [node("a", "1"), node("b", "1"), node("c", "2")].into_iter().map(Arc::new).collect();
        let mut pods: Vec<Arc<Value>> = Vec::new();
        let mut chosen = Vec::new();
        for _ in 0..3 {
            let mut pod =
                json!({"metadata": {"ownerReferences": [{"uid": "x", "controller": true}]}, "spec": {}});
            let name = choose(&pod, &nodes, &pods).unwrap();
            pod["spec"]["nodeName"] = json!(name);
            chosen.push(name);
            pods.push(Arc::new(pod));
        }
        assert_eq!(chosen, ["a", "c", "b"]);
    }

    #[test]
    fn the_sentence_counts_the_obstacles() {
        let mut cordoned = node("a", "1");
        cordoned["spec"]["unschedulable"] = json!(true);
        let mut tainted = node("b", "1");
        tainted["spec"]["taints"] = json!([{"key": "gpu", "value": "yes", "effect": "NoSchedule"}]);
        let nodes: Vec<_> = [cordoned, tainted, node("c", "1")].into_iter().map(Arc::new).collect();
        let pod = json!({"spec": {"containers": [{"resources": {"requests": {"cpu": "1100m"}}}]}});
        let why = choose(&pod, &nodes, &[]).unwrap_err();
        assert_eq!(
            why,
            "0/3 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint {gpu: yes}, \
             1 node(s) were unschedulable. no new claims to deallocate, preemption: 0/3 nodes are available."
        );
    }
}
