//! Reading and writing the metadata of an object that is held as JSON.

use serde_json::{Map, Value};

/// The text at a JSON pointer such as `/metadata/name`, empty when there is none.
pub fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// `metadata.name`, empty before a name is given.
pub fn name(object: &Value) -> &str {
    text(object, "/metadata/name")
}

/// `metadata.namespace`, empty for objects of the whole cluster.
pub fn namespace(object: &Value) -> &str {
    text(object, "/metadata/namespace")
}

/// `metadata.uid`.
pub fn uid(object: &Value) -> &str {
    text(object, "/metadata/uid")
}

/// `metadata.resourceVersion` as the server counts it; zero when the object was never stored.
pub fn version(object: &Value) -> u64 {
    text(object, "/metadata/resourceVersion").parse().unwrap_or(0)
}

/// `metadata.generation`; zero for kinds that do not count it.
pub fn generation(object: &Value) -> i64 {
    object.pointer("/metadata/generation").and_then(Value::as_i64).unwrap_or(0)
}

/// Whether the object is on its way out: its `metadata.deletionTimestamp` is set.
pub fn is_terminating(object: &Value) -> bool {
    !text(object, "/metadata/deletionTimestamp").is_empty()
}

/// Whether something still has to happen before the object may go: `metadata.finalizers` is not empty.
pub fn has_finalizers(object: &Value) -> bool {
    object.pointer("/metadata/finalizers").and_then(Value::as_array).is_some_and(|list| !list.is_empty())
}

/// The value of one label.
pub fn label<'a>(object: &'a Value, key: &str) -> Option<&'a str> {
    object.get("metadata")?.get("labels")?.get(key)?.as_str()
}

/// The owner reference that has `controller: true`, if there is one.
pub fn controller(object: &Value) -> Option<&Value> {
    let owners = object.pointer("/metadata/ownerReferences")?.as_array()?;
    owners.iter().find(|owner| owner.get("controller").and_then(Value::as_bool).unwrap_or(false))
}

/// The metadata as a map, made when it is missing or not a map.
pub fn metadata_mut(object: &mut Value) -> &mut Map<String, Value> {
    child_mut(map_mut(object), "metadata")
}

/// `value` as a map, made one when it is anything else.
pub fn map_mut(value: &mut Value) -> &mut Map<String, Value> {
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    match value {
        Value::Object(map) => map,
        _ => unreachable!("it was made a map above"),
    }
}

/// The map under `key`, made when it is missing or not a map.
pub fn child_mut<'a>(map: &'a mut Map<String, Value>, key: &str) -> &'a mut Map<String, Value> {
    map_mut(map.entry(key).or_insert_with(|| Value::Object(Map::new())))
}

/// The list under `key`, made when it is missing or not a list.
pub fn list_mut<'a>(map: &'a mut Map<String, Value>, key: &str) -> &'a mut Vec<Value> {
    let value = map.entry(key).or_insert(Value::Null);
    if !value.is_array() {
        *value = Value::Array(Vec::new());
    }
    match value {
        Value::Array(list) => list,
        _ => unreachable!("it was made a list above"),
    }
}

/// Sets `key` to `value` unless something is there already (null counts as nothing).
pub fn set_default(map: &mut Map<String, Value>, key: &str, value: impl Into<Value>) {
    if map.get(key).is_none_or(Value::is_null) {
        map.insert(key.to_owned(), value.into());
    }
}

/// The present time as Kubernetes writes it: seconds, UTC.
pub fn now() -> String {
    time(jiff::Timestamp::now())
}

/// A time as Kubernetes writes it: seconds, UTC.
pub fn time(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_default_fills_only_what_is_missing_or_null() {
        let mut object = json!({"a": 1, "b": null});
        let map = map_mut(&mut object);
        set_default(map, "a", 2);
        set_default(map, "b", 2);
        set_default(map, "c", 2);
        assert_eq!(object, json!({"a": 1, "b": 2, "c": 2}));
    }

    #[test]
    fn the_controller_is_the_owner_marked_as_such() {
        let object =
            json!({"metadata": {"ownerReferences": [{"name": "a"}, {"name": "b", "controller": true}]}});
        assert_eq!(controller(&object).map(|owner| owner["name"].clone()), Some(json!("b")));
        assert_eq!(controller(&json!({})), None);
    }
}
