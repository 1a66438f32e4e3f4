//! Fields of the wrong type, told in the words of the real server's decoder.

use serde_json::Value;

/// A field that does not have the type it must have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("json: cannot unmarshal {found} into Go struct field {field} of type {expected}")]
pub struct Misfit {
    found: &'static str,
    field: String,
    expected: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    StringMap,
    List(&'static str),
    Number(&'static str),
    Text(&'static str),
    Struct(&'static str),
}

impl Shape {
    fn expected(self) -> &'static str {
        match self {
            Shape::StringMap => "map[string]string",
            Shape::List(name) | Shape::Number(name) | Shape::Text(name) | Shape::Struct(name) => name,
        }
    }

    /// What was found instead, or `None` when it fits.
    fn clash(self, value: &Value) -> Option<&'static str> {
        let found = match value {
            Value::Null => return None,
            Value::Bool(_) => "bool",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        let fits = match self {
            Shape::StringMap => match value {
                Value::Object(map) => return map.values().find_map(|one| Shape::Text("string").clash(one)),
                _ => false,
            },
            Shape::List(_) => value.is_array(),
            Shape::Number(_) => value.is_i64() || value.is_u64(),
            Shape::Text(_) => value.is_string(),
            Shape::Struct(_) => value.is_object(),
        };
        (!fits).then_some(found)
    }
}

/// Kind (empty for all), path, Go struct, type.
type Row = (&'static str, &'static str, &'static str, Shape);

const ROWS: &[Row] = &[
    ("", "metadata.name", "ObjectMeta", Shape::Text("string")),
    ("", "metadata.labels", "ObjectMeta", Shape::StringMap),
    ("", "metadata.annotations", "ObjectMeta", Shape::StringMap),
    ("", "metadata.finalizers", "ObjectMeta", Shape::List("[]string")),
    ("", "metadata.ownerReferences", "ObjectMeta", Shape::List("[]v1.OwnerReference")),
    ("ConfigMap", "data", "ConfigMap", Shape::StringMap),
    ("Secret", "data", "Secret", Shape::StringMap),
    ("Service", "spec.selector", "ServiceSpec", Shape::StringMap),
    ("Service", "spec.ports", "ServiceSpec", Shape::List("[]v1.ServicePort")),
    ("Service", "spec.type", "ServiceSpec", Shape::Text("v1.ServiceType")),
    ("Pod", "spec", "Pod", Shape::Struct("v1.PodSpec")),
    ("Pod", "spec.containers", "PodSpec", Shape::List("[]v1.Container")),
    ("Pod", "spec.nodeName", "PodSpec", Shape::Text("string")),
    ("Pod", "spec.terminationGracePeriodSeconds", "PodSpec", Shape::Number("int64")),
    ("Deployment", "spec.replicas", "DeploymentSpec", Shape::Number("int32")),
    ("Deployment", "spec.selector", "DeploymentSpec", Shape::Struct("v1.LabelSelector")),
    ("Deployment", "spec.template.spec.containers", "PodSpec", Shape::List("[]v1.Container")),
    ("ReplicaSet", "spec.replicas", "ReplicaSetSpec", Shape::Number("int32")),
    ("StatefulSet", "spec.replicas", "StatefulSetSpec", Shape::Number("int32")),
    ("Scale", "spec.replicas", "ScaleSpec", Shape::Number("int32")),
    ("Job", "spec.parallelism", "JobSpec", Shape::Number("int32")),
    ("Job", "spec.completions", "JobSpec", Shape::Number("int32")),
    ("Lease", "spec.leaseDurationSeconds", "LeaseSpec", Shape::Number("int32")),
    ("Lease", "spec.holderIdentity", "LeaseSpec", Shape::Text("string")),
];

/// The first field of an object of `kind` that has the wrong type. It knows the fields that people get wrong,
/// not every field there is.
pub fn misfit(kind: &str, object: &Value) -> Option<Misfit> {
    ROWS.iter().filter(|row| row.0.is_empty() || row.0 == kind).find_map(|(_, path, owner, shape)| {
        let value = path.split('.').try_fold(object, |value, name| value.get(name))?;
        let found = shape.clash(value)?;
        Some(Misfit { found, field: format!("{owner}.{path}"), expected: shape.expected() })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_list_where_labels_belong() {
        let service = json!({"spec": {"selector": ["no"]}});
        assert_eq!(
            misfit("Service", &service).unwrap().to_string(),
            "json: cannot unmarshal array into Go struct field ServiceSpec.spec.selector of type map[string]string"
        );
        assert_eq!(misfit("Service", &json!({"spec": {"selector": {"a": "b"}, "ports": null}})), None);
        assert!(misfit("Deployment", &json!({"spec": {"replicas": "3"}})).is_some());
    }
}
