//! Containers and their probes.

use crate::object::{child_mut, map_mut, set_default};
use serde_json::{Value, json};

/// Fills in one container of a pod or a template.
pub(super) fn container(container: &mut Value) {
    let policy = pull_policy(container["image"].as_str().unwrap_or_default());
    let map = map_mut(container);
    set_default(map, "resources", json!({}));
    set_default(map, "terminationMessagePath", "/dev/termination-log");
    set_default(map, "terminationMessagePolicy", "File");
    set_default(map, "imagePullPolicy", policy);
    for port in map.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten() {
        set_default(map_mut(port), "protocol", "TCP");
    }
    for name in ["readinessProbe", "livenessProbe", "startupProbe"] {
        if let Some(found) = map.get_mut(name).filter(|found| found.is_object()) {
            probe(found);
        }
    }
    for variable in map.get_mut("env").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(field) = variable.pointer_mut("/valueFrom/fieldRef") {
            set_default(map_mut(field), "apiVersion", "v1");
        }
    }
}

fn probe(probe: &mut Value) {
    let map = map_mut(probe);
    if map.get("httpGet").is_some_and(Value::is_object) {
        let request = child_mut(map, "httpGet");
        set_default(request, "path", "/");
        set_default(request, "scheme", "HTTP");
    }
    for (key, value) in
        [("timeoutSeconds", 1), ("periodSeconds", 10), ("successThreshold", 1), ("failureThreshold", 3)]
    {
        set_default(map, key, value);
    }
}

/// `Always` for images without a tag or with `latest`, since those change under their name.
fn pull_policy(image: &str) -> &'static str {
    let name = image.rsplit('/').next().unwrap_or_default();
    match name.split_once(':') {
        _ if name.contains('@') => "IfNotPresent",
        None | Some((_, "latest")) => "Always",
        Some(_) => "IfNotPresent",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moving_tags_are_always_pulled() {
        for (image, policy) in [
            ("busybox", "Always"),
            ("host:5000/busybox", "Always"),
            ("busybox:latest", "Always"),
            ("busybox:1", "IfNotPresent"),
            ("busybox@sha256:00", "IfNotPresent"),
        ] {
            assert_eq!(pull_policy(image), policy, "{image}");
        }
    }
}
