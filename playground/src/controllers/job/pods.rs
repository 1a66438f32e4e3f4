//! The Pods of a Job.

use crate::controllers::desk::{number, owner_reference};
use crate::controllers::pods;
use crate::object::{self, child_mut, metadata_mut};
use crate::resource::Kind;
use serde_json::{Value, json};

/// The label and annotation with a Pod's completion index.
const INDEX: &str = "batch.kubernetes.io/job-completion-index";
/// Keeps a Pod until its end is counted.
pub(super) const TRACKING: &str = "batch.kubernetes.io/job-tracking";

/// Whether each Pod has an index of its own.
pub(super) fn is_indexed(job: &Value) -> bool {
    job["spec"]["completionMode"] == "Indexed"
}

/// A Pod's completion index.
pub(super) fn index_of(pod: &Value) -> Option<i64> {
    object::label(pod, INDEX)?.parse().ok()
}

/// Whether a Pod's end was not counted yet.
pub(super) fn is_uncounted(pod: &Value) -> bool {
    pod["metadata"]["finalizers"].as_array().is_some_and(|list| list.iter().any(|one| one == TRACKING))
}

/// Whether a Pod's end, or its going before an end, is a failure.
pub(super) fn has_failed(pod: &Value) -> bool {
    let phase = object::text(pod, "/status/phase");
    phase == "Failed" || (object::is_terminating(pod) && phase != "Succeeded" && runs_nowhere(pod))
}

/// A Pod that was deleted and whose kubelet is through with it.
fn runs_nowhere(pod: &Value) -> bool {
    number(pod, "/metadata/deletionGracePeriodSeconds") == 0
}

/// A new Pod.
pub(super) fn new_pod(kind: &Kind, job: &Value, index: Option<i64>) -> Value {
    let mut pod = pods::from_template(&job["spec"]["template"], &owner_reference(kind, job));
    let name = object::name(job);
    pod["metadata"]["finalizers"] = json!([TRACKING]);
    pod["metadata"]["generateName"] = json!(format!("{name}-"));
    let Some(index) = index else { return pod };
    pod["metadata"]["generateName"] = json!(format!("{name}-{index}-"));
    pod["spec"]["hostname"] = json!(format!("{name}-{index}"));
    for part in ["labels", "annotations"] {
        child_mut(metadata_mut(&mut pod), part).insert(INDEX.to_owned(), json!(index.to_string()));
    }
    for list in ["containers", "initContainers"] {
        for container in pod["spec"].get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            add_variable(container);
        }
    }
    pod
}

fn add_variable(container: &mut Value) {
    let path = format!("metadata.labels['{INDEX}']");
    let source = json!({"fieldRef": {"apiVersion": "v1", "fieldPath": path}});
    let variable = json!({"name": "JOB_COMPLETION_INDEX", "valueFrom": source});
    match container.get_mut("env").and_then(Value::as_array_mut) {
        Some(list) if list.iter().any(|one| one["name"] == variable["name"]) => {}
        Some(list) => list.push(variable),
        None => container["env"] = json!([variable]),
    }
}
