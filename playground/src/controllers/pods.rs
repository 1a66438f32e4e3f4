//! What controllers ask of Pods.

use crate::controllers::condition;
use crate::controllers::desk::number;
use crate::object;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::cmp::Reverse;
use std::time::Duration;

/// Whether a Pod has ended, well or not.
pub(super) fn has_ended(pod: &Value) -> bool {
    matches!(object::text(pod, "/status/phase"), "Succeeded" | "Failed")
}

/// Whether a Pod counts: it has not ended and is not on its way out.
pub(super) fn is_active(pod: &Value) -> bool {
    !has_ended(pod) && !object::is_terminating(pod)
}

/// Whether a Pod is on its way out and its processes may still run.
pub(super) fn is_leaving(pod: &Value) -> bool {
    !has_ended(pod) && object::is_terminating(pod)
}

/// Whether a Pod's condition `Ready` is true.
pub(super) fn is_ready(pod: &Value) -> bool {
    condition::holds(&pod["status"], "Ready")
}

/// When a Pod's condition `Ready` last changed.
pub(super) fn ready_changed(pod: &Value) -> Option<Timestamp> {
    object::text(condition::find(&pod["status"], "Ready")?, "/lastTransitionTime").parse().ok()
}

/// Whether a Pod has been ready for at least `least` seconds; if it is only ready, how long it still takes.
pub(super) fn availability(pod: &Value, least: i64) -> Result<(), Option<Duration>> {
    if !is_ready(pod) {
        return Err(None);
    }
    let Some(since) = ready_changed(pod).filter(|_| least > 0) else { return Ok(()) };
    let age = Timestamp::now().duration_since(since);
    match jiff::SignedDuration::from_secs(least) - age {
        rest if rest.is_positive() => Err(Some(rest.unsigned_abs())),
        _ => Ok(()),
    }
}

/// A Pod made from the template of a workload.
pub(super) fn from_template(template: &Value, owner: &Value) -> Value {
    let mut metadata = Map::new();
    for key in ["labels", "annotations", "finalizers"] {
        if let Some(value) = template.get("metadata").and_then(|metadata| metadata.get(key)) {
            metadata.insert(key.to_owned(), value.clone());
        }
    }
    metadata.insert("ownerReferences".to_owned(), json!([owner]));
    json!({"metadata": metadata, "spec": template["spec"]})
}

/// Sorts so that the Pods whose loss hurts least come first, by the rules of the real ReplicaSet controller: not on
/// a node, pending, not ready, cheap by annotation, ready for a shorter time, restarted more often, newer.
pub(super) fn least_needed_first<P: AsRef<Value>>(pods: &mut [P]) {
    pods.sort_by_cached_key(|pod| {
        let pod = pod.as_ref();
        let phase = match object::text(pod, "/status/phase") {
            "Pending" => 0,
            "Running" => 2,
            _ => 1,
        };
        let cost = "/metadata/annotations/controller.kubernetes.io~1pod-deletion-cost";
        let cost: i64 = object::text(pod, cost).parse().unwrap_or(0);
        let ready = is_ready(pod);
        let since = ready_changed(pod).filter(|_| ready);
        (
            !object::text(pod, "/spec/nodeName").is_empty(),
            phase,
            ready,
            cost,
            Reverse(since),
            Reverse(restarts(pod)),
            Reverse(object::text(pod, "/metadata/creationTimestamp").to_owned()),
        )
    });
}

/// How often a Pod's containers were restarted, taken together.
pub(super) fn restarts(pod: &Value) -> i64 {
    let statuses = pod["status"]["containerStatuses"].as_array();
    statuses.into_iter().flatten().map(|one| number(one, "/restartCount")).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn the_least_needed_goes_first() {
        let pod = |name: &str, node: &str, phase: &str, ready: &str| {
            Arc::new(json!({
                "metadata": {"name": name, "creationTimestamp": "2026-01-01T00:00:00Z"}, "spec": {"nodeName": node},
                "status": {"phase": phase, "conditions": [{"type": "Ready", "status": ready}]},
            }))
        };
        let mut pods = vec![
            pod("ready", "n", "Running", "True"),
            pod("running", "n", "Running", "False"),
            pod("pending", "n", "Pending", "False"),
            pod("homeless", "", "Pending", "False"),
        ];
        least_needed_first(&mut pods);
        let names: Vec<_> = pods.iter().map(|pod| object::name(pod)).collect();
        assert_eq!(names, ["homeless", "pending", "running", "ready"]);
    }
}
