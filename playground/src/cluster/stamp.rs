//! The metadata that the server itself writes into a new object.

use crate::object;
use crate::resource::{Generation, Kind, Scope};
use serde_json::{Map, Value, json};

/// Letters for generated names: no vowels, so no words.
const LETTERS: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";

/// Five random letters.
pub(super) fn suffix() -> String {
    let random = uuid::Uuid::new_v4();
    random.as_bytes()[..5]
        .iter()
        .map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()]))
        .collect()
}

/// Makes `object` a new object of `kind`: its fields in the usual order, its metadata filled in.
pub(super) fn stamp(kind: &Kind, namespace: &str, object: Value) -> Value {
    let mut given = match object {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    let metadata = given.shift_remove("metadata");
    let mut fresh = Map::new();
    fresh.insert("kind".to_owned(), json!(kind.kind));
    fresh.insert("apiVersion".to_owned(), json!(kind.api_version()));
    fresh.insert("metadata".to_owned(), Value::Object(new_metadata(kind, namespace, metadata)));
    fresh.extend(
        given
            .into_iter()
            .filter(|(key, value)| !matches!(key.as_str(), "kind" | "apiVersion") && !value.is_null()),
    );
    Value::Object(fresh)
}

fn new_metadata(kind: &Kind, namespace: &str, given: Option<Value>) -> Map<String, Value> {
    let mut given = match given {
        Some(Value::Object(map)) => map,
        _ => Map::new(),
    };
    let text = |key: &str| given.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (mut name, prefix) = (text("name"), text("generateName"));
    if name.is_empty() && !prefix.is_empty() {
        name = format!("{}{}", prefix.chars().take(58).collect::<String>(), suffix());
    }
    let mut metadata = Map::new();
    let mut put = |key: &str, value: Value| metadata.insert(key.to_owned(), value);
    if !name.is_empty() {
        put("name", json!(name));
    }
    if !prefix.is_empty() {
        put("generateName", json!(prefix));
    }
    if kind.scope == Scope::Namespaced {
        put("namespace", json!(namespace));
    }
    put("uid", json!(uuid::Uuid::new_v4().to_string()));
    if kind.generation == Generation::Counted {
        put("generation", json!(1));
    }
    put("creationTimestamp", json!(object::now()));
    for key in ["labels", "annotations", "ownerReferences", "finalizers"] {
        if let Some(value) = given.shift_remove(key).filter(|value| !is_empty(value)) {
            put(key, value);
        }
    }
    metadata
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}
