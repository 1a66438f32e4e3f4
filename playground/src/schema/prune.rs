//! Fields that a kind does not have.

use crate::schema::{Field, Holds, Message};
use serde_json::{Map, Value};

/// Takes out of `object` what its message does not have, as the real server does, and returns the paths of it, such
/// as `spec.template.spec.containers[0].imagee`.
pub fn prune(message: &'static Message, object: &mut Value) -> Vec<String> {
    let mut unknown = Vec::new();
    if let Value::Object(map) = object {
        prune_map(message, map, "", Top::Yes, &mut unknown);
    }
    unknown
}

/// Whether a map is the object itself, which has its kind and version beside its fields.
#[derive(PartialEq, Eq, Clone, Copy)]
enum Top {
    Yes,
    No,
}

fn prune_map(
    message: &'static Message,
    map: &mut Map<String, Value>,
    path: &str,
    top: Top,
    unknown: &mut Vec<String>,
) {
    map.retain(|name, value| {
        if top == Top::Yes && matches!(name.as_str(), "kind" | "apiVersion") {
            return true;
        }
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let known = message.field(name);
        match known {
            Some(field) => prune_field(field, value, &path, unknown),
            None => unknown.push(path),
        }
        known.is_some()
    });
}

fn prune_field(field: &Field, value: &mut Value, path: &str, unknown: &mut Vec<String>) {
    let Some(inner) = field.message() else { return };
    match (&field.holds, value) {
        (Holds::One, Value::Object(map)) => prune_map(inner, map, path, Top::No, unknown),
        (Holds::List(_), Value::Array(list)) => {
            for (index, element) in list.iter_mut().enumerate() {
                if let Value::Object(map) = element {
                    prune_map(inner, map, &format!("{path}[{index}]"), Top::No, unknown);
                }
            }
        }
        (Holds::Map, Value::Object(map)) => {
            for (key, element) in map {
                if let Value::Object(map) = element {
                    prune_map(inner, map, &format!("{path}.{key}"), Top::No, unknown);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::message;
    use serde_json::json;

    #[test]
    fn unknown_fields_go_and_are_told() {
        let container =
            json!({"name": "c", "imagee": "x", "livenessProbe": {"httpGet": {"port": 1, "prt": 2}}});
        let volume = json!({"name": "v", "emptyDir": {}, "emptyDirr": {}});
        let labels = json!({"any": "thing"});
        let mut pod = json!({
            "kind": "Pod", "apiVersion": "v1", "metadata": {"labels": labels}, "extra": 1,
            "spec": {"containers": [container], "volumes": [volume]},
        });
        let unknown = prune(message("Pod").unwrap(), &mut pod);
        assert_eq!(
            unknown,
            [
                "extra",
                "spec.containers[0].imagee",
                "spec.containers[0].livenessProbe.httpGet.prt",
                "spec.volumes[0].emptyDirr"
            ]
        );
        let container = json!({"name": "c", "livenessProbe": {"httpGet": {"port": 1}}});
        let rest = json!({
            "kind": "Pod", "apiVersion": "v1", "metadata": {"labels": labels},
            "spec": {"containers": [container], "volumes": [{"name": "v", "emptyDir": {}}]},
        });
        assert_eq!(pod, rest);
    }
}
