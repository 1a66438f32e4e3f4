//! The quality-of-service class of a Pod.

use serde_json::Value;

/// `Guaranteed` when every container's requests equal its limits for CPU and memory, `BestEffort` when none
/// has any, else `Burstable`.
pub(super) fn class(pod: &Value) -> &'static str {
    let containers =
        pod.pointer("/spec/containers").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let amount = |container: &Value, what: &str, resource: &str| {
        container.pointer(&format!("/resources/{what}/{resource}")).map(ToString::to_string)
    };
    let mut any = false;
    let mut all_equal = !containers.is_empty();
    for container in containers {
        for resource in ["cpu", "memory"] {
            let limit = amount(container, "limits", resource);
            let request = amount(container, "requests", resource).or(limit.clone());
            any |= limit.is_some() || request.is_some();
            all_equal &= limit.is_some() && request == limit;
        }
    }
    match (any, all_equal) {
        (false, _) => "BestEffort",
        (true, true) => "Guaranteed",
        (true, false) => "Burstable",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn classes_as_kubernetes_assigns_them() {
        for (resources, expected) in [
            (json!({}), "BestEffort"),
            (json!({"requests": {"cpu": "1"}}), "Burstable"),
            (json!({"limits": {"cpu": "1", "memory": "1Gi"}}), "Guaranteed"),
            (json!({"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "500m"}}), "Burstable"),
        ] {
            let pod = json!({"spec": {"containers": [{"resources": resources.clone()}]}});
            assert_eq!(class(&pod), expected, "{resources}");
        }
    }
}
