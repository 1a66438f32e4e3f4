//! Pods and their templates.

use crate::status::Cause;
use serde_json::{Value, json};
use std::collections::HashSet;

/// A pod.
pub(in crate::resource) fn pod(pod: &Value) -> Vec<Cause> {
    pod_spec(&pod["spec"], "spec")
}

/// The spec of a pod or a template at `path`.
pub(super) fn pod_spec(spec: &Value, path: &str) -> Vec<Cause> {
    let mut causes = Vec::new();
    let containers = spec["containers"].as_array().map(Vec::as_slice).unwrap_or_default();
    if containers.is_empty() {
        causes.push(Cause::required(format!("{path}.containers"), ""));
    }
    let mut names = HashSet::new();
    for list in ["containers", "initContainers"] {
        for (index, container) in spec[list].as_array().into_iter().flatten().enumerate() {
            let at = format!("{path}.{list}[{index}]");
            let name = container["name"].as_str().unwrap_or_default();
            if name.is_empty() {
                causes.push(Cause::required(format!("{at}.name"), ""));
            } else if !names.insert(name) {
                causes.push(Cause::duplicate(format!("{at}.name"), &json!(name)));
            }
            if container["image"].as_str().unwrap_or_default().is_empty() {
                causes.push(Cause::required(format!("{at}.image"), ""));
            }
            causes.extend(container_ports(container, &at));
        }
    }
    let policy = spec["restartPolicy"].as_str().unwrap_or("Always");
    if !matches!(policy, "Always" | "OnFailure" | "Never") {
        let known = ["Always", "OnFailure", "Never"];
        causes.push(Cause::unsupported(format!("{path}.restartPolicy"), &json!(policy), &known));
    }
    causes
}

fn container_ports(container: &Value, at: &str) -> Vec<Cause> {
    let ports = container["ports"].as_array().into_iter().flatten().enumerate();
    ports
        .filter_map(|(index, port)| {
            let number = port["containerPort"].as_i64().unwrap_or(0);
            let field = format!("{at}.ports[{index}].containerPort");
            match number {
                1..=65535 => None,
                0 => Some(Cause::required(field, "")),
                _ => Some(Cause::invalid(field, &json!(number), "must be between 1 and 65535, inclusive")),
            }
        })
        .collect()
}

/// What may change in a pod by an ordinary update; the rest has subresources or needs a new pod.
const MAY_CHANGE: &str = "pod updates may not change fields other than `spec.containers[*].image`,\
`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),\
`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

/// A change of a pod.
pub(in crate::resource) fn pod_change(old: &Value, new: &Value) -> Vec<Cause> {
    if fixed(old) == fixed(new) { Vec::new() } else { vec![Cause::forbidden("spec", MAY_CHANGE)] }
}

/// The parts of a spec that may not change.
fn fixed(pod: &Value) -> Value {
    let mut spec = pod["spec"].clone();
    if let Some(map) = spec.as_object_mut() {
        for key in ["activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds"] {
            map.remove(key);
        }
        for list in ["containers", "initContainers"] {
            for container in map.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
                container["image"] = Value::Null;
            }
        }
    }
    spec
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_has_its_field() {
        let spec = json!({"restartPolicy": "Sometimes", "containers": [{"name": "a", "image": "x"}, {"name": "a", "ports": [{"containerPort": 70000}]}]});
        let fields: Vec<_> = pod_spec(&spec, "spec").into_iter().map(|cause| cause.field).collect();
        assert_eq!(
            fields,
            [
                "spec.containers[1].name",
                "spec.containers[1].image",
                "spec.containers[1].ports[0].containerPort",
                "spec.restartPolicy"
            ]
        );
    }

    #[test]
    fn a_running_pod_may_change_its_image_and_little_else() {
        let old = json!({"spec": {"containers": [{"name": "a", "image": "1"}]}});
        let image = json!({"spec": {"containers": [{"name": "a", "image": "2"}]}});
        let command = json!({"spec": {"containers": [{"name": "a", "image": "1", "command": ["x"]}]}});
        assert!(pod_change(&old, &image).is_empty());
        assert_eq!(pod_change(&old, &command)[0].field, "spec");
    }
}
