//! The schemas of messages, which both versions of OpenAPI have in nearly the same form.

use crate::patch::{ListRule, list_rule, retains_keys};
use crate::resource::Kind;
use crate::schema::{Field, Holds, Message, Type, message_of};
use serde_json::{Map, Value, json};

/// Which OpenAPI is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// 2.0, also called Swagger.
    V2,
    /// 3.0.
    V3,
}

impl Version {
    /// The schema that stands for another one, which is named. In 3.0 nothing can stand beside a reference.
    fn reference(self, name: &str) -> Value {
        match self {
            Version::V2 => json!({"$ref": format!("#/definitions/{name}")}),
            Version::V3 => json!({"allOf": [{"$ref": format!("#/components/schemas/{name}")}]}),
        }
    }
}

/// How documents name a kind (`x-kubernetes-group-version-kind`).
pub(super) fn names(kind: &Kind) -> Value {
    json!({"group": kind.id.group, "version": kind.version, "kind": kind.kind})
}

/// Adds the schema of a kind, and those of what it holds.
pub(super) fn describe_kind(version: Version, kind: &Kind, schemas: &mut Map<String, Value>) {
    let Some(message) = message_of(&kind.api_version(), kind.kind) else { return };
    describe(version, message, schemas);
    let schema = &mut schemas[&message.name];
    schema["x-kubernetes-group-version-kind"] = json!([names(kind)]);
    for key in ["apiVersion", "kind"] {
        schema["properties"][key] = json!({"type": "string"});
    }
}

/// Adds the schema of a message, and those of what it holds.
fn describe(version: Version, of: &Message, schemas: &mut Map<String, Value>) {
    if schemas.contains_key(&of.name) {
        return;
    }
    schemas.insert(of.name.clone(), Value::Null);
    let mut properties = Map::new();
    collect(version, of, &mut properties, schemas);
    schemas.insert(of.name.clone(), json!({"type": "object", "properties": properties}));
}

/// The properties of a message, with those that stand in the place of a field.
fn collect(
    version: Version,
    of: &Message,
    properties: &mut Map<String, Value>,
    schemas: &mut Map<String, Value>,
) {
    for field in &of.fields {
        let inner = field.message();
        match inner {
            Some(inner) if field.name.is_empty() => collect(version, inner, properties, schemas),
            _ => {
                if let Some(inner) = inner {
                    describe(version, inner, schemas);
                }
                properties.insert(field.name.clone(), property(version, field, inner));
            }
        }
    }
}

fn property(version: Version, field: &Field, inner: Option<&Message>) -> Value {
    let one = match (&field.kind, inner) {
        (_, Some(inner)) => version.reference(&inner.name),
        (Type::Number, _) => json!({"type": "integer"}),
        (Type::Truth, _) => json!({"type": "boolean"}),
        (Type::Bytes, _) => json!({"type": "string", "format": "byte"}),
        (Type::Time | Type::MicroTime, _) => json!({"type": "string", "format": "date-time"}),
        (Type::NumberOrText, _) => json!({"type": "string", "format": "int-or-string"}),
        (Type::Any, _) => json!({"type": "object"}),
        _ => json!({"type": "string"}),
    };
    let mut property = match field.holds {
        Holds::One => one,
        Holds::Map => json!({"type": "object", "additionalProperties": one}),
        Holds::List(_) => json!({"type": "array", "items": one}),
    };
    let mut strategies = Vec::new();
    if let Holds::List(_) = field.holds {
        let keys = inner.into_iter().flat_map(|inner| &inner.fields);
        let sample: Map<String, Value> = keys.map(|key| (key.name.clone(), Value::Null)).collect();
        match list_rule(&field.name, Some(&Value::Object(sample))) {
            ListRule::MergeBy(key) => {
                strategies.push("merge");
                property["x-kubernetes-patch-merge-key"] = json!(key);
            }
            ListRule::Union => strategies.push("merge"),
            ListRule::Replace => {}
        }
    }
    if inner.is_some() && retains_keys(&field.name) {
        strategies.push("retainKeys");
    }
    if !strategies.is_empty() {
        property["x-kubernetes-patch-strategy"] = json!(strategies.join(","));
    }
    property
}
