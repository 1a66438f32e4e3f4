//! Budgets, leases and role bindings.

use crate::status::Cause;
use serde_json::Value;

/// A PodDisruptionBudget.
pub(in crate::resource) fn budget(budget: &Value) -> Vec<Cause> {
    let spec = &budget["spec"];
    if spec["minAvailable"].is_null() || spec["maxUnavailable"].is_null() {
        return Vec::new();
    }
    vec![Cause::invalid("spec", spec, "minAvailable and maxUnavailable cannot be both set")]
}

/// A Lease.
pub(in crate::resource) fn lease(lease: &Value) -> Vec<Cause> {
    let seconds = &lease["spec"]["leaseDurationSeconds"];
    let too_short = seconds.as_i64().is_some_and(|seconds| seconds <= 0);
    let cause = || Cause::invalid("spec.leaseDurationSeconds", seconds, "must be greater than 0");
    too_short.then(cause).into_iter().collect()
}

/// A change of a RoleBinding or ClusterRoleBinding: the role stays.
pub(in crate::resource) fn binding_change(old: &Value, new: &Value) -> Vec<Cause> {
    let (before, after) = (&old["roleRef"], &new["roleRef"]);
    let cause = || Cause::invalid("roleRef", after, "cannot change roleRef");
    (before != after).then(cause).into_iter().collect()
}
