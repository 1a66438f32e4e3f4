//! Budgets, autoscalers and role bindings.

use crate::object::{child_mut, map_mut, set_default};
use serde_json::{Value, json};

/// The status of a new PodDisruptionBudget: nothing may go until its controller has counted.
pub(in crate::resource) fn budget_status(object: &mut Value) {
    object["status"] =
        json!({"disruptionsAllowed": 0, "currentHealthy": 0, "desiredHealthy": 0, "expectedPods": 0});
}

/// A HorizontalPodAutoscaler.
pub(in crate::resource) fn autoscaler(object: &mut Value) {
    let spec = child_mut(map_mut(object), "spec");
    set_default(spec, "minReplicas", 1);
    let cpu = json!({"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}});
    set_default(spec, "metrics", json!([cpu]));
}

/// The status of a new HorizontalPodAutoscaler.
pub(in crate::resource) fn autoscaler_status(object: &mut Value) {
    object["status"] = json!({"desiredReplicas": 0, "currentMetrics": null});
}

/// A RoleBinding or ClusterRoleBinding: users and groups are of the group that defines roles.
pub(in crate::resource) fn role_binding(object: &mut Value) {
    const GROUP: &str = "rbac.authorization.k8s.io";
    let map = map_mut(object);
    set_default(child_mut(map, "roleRef"), "apiGroup", GROUP);
    for subject in map.get_mut("subjects").and_then(Value::as_array_mut).into_iter().flatten() {
        if subject["kind"] != "ServiceAccount" {
            set_default(map_mut(subject), "apiGroup", GROUP);
        }
    }
}
