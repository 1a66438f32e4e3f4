//! Pods and the templates they are made from.

use crate::object::{child_mut, map_mut, set_default};
use crate::resource::defaults::container::container;
use crate::resource::quality;
use serde_json::{Map, Value, json};

/// What templates and pods have in common.
pub(super) fn template(spec: &mut Map<String, Value>) {
    for list in ["containers", "initContainers", "ephemeralContainers"] {
        spec.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten().for_each(container);
    }
    for volume in spec.get_mut("volumes").and_then(Value::as_array_mut).into_iter().flatten() {
        for source in ["configMap", "secret", "projected", "downwardAPI"] {
            if let Some(found) = volume.get_mut(source).filter(|found| found.is_object()) {
                set_default(map_mut(found), "defaultMode", 420);
            }
        }
    }
    set_default(spec, "restartPolicy", "Always");
    set_default(spec, "terminationGracePeriodSeconds", 30);
    set_default(spec, "dnsPolicy", "ClusterFirst");
    if let Some(account) = spec.get("serviceAccountName").cloned() {
        set_default(spec, "serviceAccount", account);
    }
    set_default(spec, "securityContext", json!({}));
    set_default(spec, "schedulerName", "default-scheduler");
}

/// A pod.
pub(in crate::resource) fn pod(pod: &mut Value) {
    let spec = child_mut(map_mut(pod), "spec");
    set_default(spec, "serviceAccountName", "default");
    template(spec);
    for container in spec.get_mut("containers").and_then(Value::as_array_mut).into_iter().flatten() {
        requests_from_limits(container);
    }
    set_default(spec, "tolerations", json!([]));
    if let Some(tolerations) = spec.get_mut("tolerations").and_then(Value::as_array_mut) {
        for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
            if !tolerations.iter().any(|one| one["key"] == key) {
                tolerations.push(
                    json!({"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}),
                );
            }
        }
    }
    set_default(spec, "priority", 0);
    set_default(spec, "enableServiceLinks", true);
    set_default(spec, "preemptionPolicy", "PreemptLowerPriority");
}

/// What a container may use at most, it also asks for, unless it asks for something else.
fn requests_from_limits(container: &mut Value) {
    let resources = child_mut(map_mut(container), "resources");
    let limits = resources.get("limits").and_then(Value::as_object).cloned().unwrap_or_default();
    if !limits.is_empty() {
        let requests = child_mut(resources, "requests");
        limits.into_iter().for_each(|(name, amount)| set_default(requests, &name, amount));
    }
}

/// The status of a pod that was just created.
pub(in crate::resource) fn pod_status(pod: &mut Value) {
    pod["status"] = json!({"phase": "Pending", "qosClass": quality::class(pod)});
}
