//! What kubectl tells of a Pod.

use crate::object;
use serde_json::{Value, json};

fn statuses(pod: &Value) -> &[Value] {
    pod["status"]["containerStatuses"].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// Ready containers of all, such as `1/2`.
pub(super) fn ready(pod: &Value) -> Value {
    let all = pod["spec"]["containers"].as_array().map_or(0, Vec::len);
    let ready = statuses(pod).iter().filter(|one| one["ready"] == true).count();
    json!(format!("{ready}/{all}"))
}

/// How often its containers were started again.
pub(super) fn restarts(pod: &Value) -> Value {
    json!(statuses(pod).iter().filter_map(|one| one["restartCount"].as_i64()).sum::<i64>())
}

/// The phase, or what is more telling: why a container waits or ended, or that the Pod is going.
pub(super) fn status(pod: &Value) -> Value {
    if object::is_terminating(pod) {
        return json!("Terminating");
    }
    let reason = statuses(pod).iter().rev().find_map(|one| {
        let state = &one["state"];
        let waiting = state["waiting"]["reason"].as_str();
        waiting.or_else(|| state["terminated"]["reason"].as_str())
    });
    let own = pod["status"]["reason"].as_str();
    json!(own.or(reason).unwrap_or(object::text(pod, "/status/phase")))
}
