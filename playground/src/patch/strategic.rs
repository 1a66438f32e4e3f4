//! Strategic merge patch: a merge patch that knows which lists are really maps.

use crate::object;
use crate::patch::keys::{ListRule, list_rule};
use serde_json::{Map, Value};

/// A patch that cannot be applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StrategicError {
    /// An element of a merged list lacks the key that says which element it is.
    #[error("map: {element} does not contain declared merge key: {key}")]
    NoMergeKey {
        /// The element, as JSON.
        element: String,
        /// The key it must have.
        key: &'static str,
    },
    /// A `$patch` directive other than `replace`, `delete` and `merge`.
    #[error("Unknown patch type: {0}")]
    Directive(String),
}

/// Applies `patch` to `target` with the rules of the built-in kinds.
pub fn strategic(target: &mut Value, patch: &Value) -> Result<(), StrategicError> {
    let Value::Object(changes) = patch else {
        *target = patch.clone();
        return Ok(());
    };
    match directive(changes)? {
        Directive::Merge => merge_map(object::map_mut(target), changes),
        Directive::Replace => {
            *target = Value::Object(plain(changes));
            Ok(())
        }
        Directive::Delete => {
            *target = Value::Object(Map::new());
            Ok(())
        }
    }
}

enum Directive {
    Merge,
    Replace,
    Delete,
}

fn directive(changes: &Map<String, Value>) -> Result<Directive, StrategicError> {
    match changes.get("$patch").map(|word| word.as_str().unwrap_or_default()) {
        None | Some("merge") => Ok(Directive::Merge),
        Some("replace") => Ok(Directive::Replace),
        Some("delete") => Ok(Directive::Delete),
        Some(other) => Err(StrategicError::Directive(other.to_owned())),
    }
}

/// A map without directives: they are for the patch, not for the object.
fn plain(changes: &Map<String, Value>) -> Map<String, Value> {
    let values = changes.iter().filter(|(key, _)| !key.starts_with('$'));
    values.map(|(key, value)| (key.clone(), value.clone())).collect()
}

fn merge_map(target: &mut Map<String, Value>, changes: &Map<String, Value>) -> Result<(), StrategicError> {
    if let Some(keep) = changes.get("$retainKeys").and_then(Value::as_array) {
        target.retain(|key, _| keep.iter().any(|kept| kept == key));
    }
    for (key, change) in changes {
        if let Some(list) = key.strip_prefix("$deleteFromPrimitiveList/") {
            let gone = change.as_array().map(Vec::as_slice).unwrap_or_default();
            if let Some(Value::Array(values)) = target.get_mut(list) {
                values.retain(|value| !gone.contains(value));
            }
        } else if key.starts_with('$') {
            // $patch was read before; $setElementOrder only orders, which nothing here depends on.
        } else if change.is_null() {
            target.shift_remove(key);
        } else if let Value::Array(elements) = change {
            merge_list(key, target.entry(key.clone()).or_insert(Value::Null), elements)?;
        } else {
            strategic(target.entry(key.clone()).or_insert(Value::Null), change)?;
        }
    }
    Ok(())
}

fn merge_list(field: &str, target: &mut Value, elements: &[Value]) -> Result<(), StrategicError> {
    let sample = elements.iter().find(|one| one.get("$patch").is_none()).or(target.get(0));
    let rule = list_rule(field, sample);
    let replace = elements.iter().any(|one| one.get("$patch").is_some_and(|word| word == "replace"));
    if replace || rule == ListRule::Replace || !target.is_array() {
        *target = Value::Array(vec![]);
    }
    let Value::Array(present) = target else { return Ok(()) };
    for element in elements {
        match rule {
            ListRule::Union if present.contains(element) => {}
            ListRule::Replace | ListRule::Union => present.push(element.clone()),
            ListRule::MergeBy(key) => merge_element(present, element, key)?,
        }
    }
    Ok(())
}

fn merge_element(present: &mut Vec<Value>, element: &Value, key: &'static str) -> Result<(), StrategicError> {
    let Some(changes) = element.as_object() else { return Ok(()) };
    let directive = directive(changes)?;
    let Some(id) = changes.get(key) else {
        // An element that is nothing but `$patch: replace` speaks of the list, which was emptied before.
        if matches!(directive, Directive::Replace) {
            return Ok(());
        }
        return Err(StrategicError::NoMergeKey { element: element.to_string(), key });
    };
    let place = present.iter().position(|one| one.get(key) == Some(id));
    match (directive, place) {
        (Directive::Delete, Some(place)) => {
            present.remove(place);
        }
        (Directive::Delete, None) => {}
        (Directive::Replace, Some(place)) => present[place] = Value::Object(plain(changes)),
        (Directive::Merge, Some(place)) => strategic(&mut present[place], element)?,
        (Directive::Merge | Directive::Replace, None) => {
            let mut fresh = Value::Null;
            strategic(&mut fresh, &Value::Object(plain(changes)))?;
            present.push(fresh);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lists_with_keys_merge_and_others_are_replaced() {
        let containers = json!({"containers": [{"name": "a", "image": "1", "args": ["x"]}, {"name": "b"}]});
        for (mut target, patch, result) in [
            (
                containers.clone(),
                json!({"containers": [{"name": "a", "image": "2", "args": ["y", "z"]}]}),
                json!({"containers": [{"name": "a", "image": "2", "args": ["y", "z"]}, {"name": "b"}]}),
            ),
            (
                containers.clone(),
                json!({"containers": [{"name": "b", "$patch": "delete"}, {"name": "c"}], "$setElementOrder/containers": []}),
                json!({"containers": [{"name": "a", "image": "1", "args": ["x"]}, {"name": "c"}]}),
            ),
            (
                containers,
                json!({"containers": [{"$patch": "replace"}, {"name": "n"}]}),
                json!({"containers": [{"name": "n"}]}),
            ),
            (
                json!({"ports": [{"containerPort": 1}]}),
                json!({"ports": [{"containerPort": 1, "name": "x"}, {"containerPort": 2}]}),
                json!({"ports": [{"containerPort": 1, "name": "x"}, {"containerPort": 2}]}),
            ),
            (
                json!({"finalizers": ["a", "b"]}),
                json!({"finalizers": ["b", "c"], "$deleteFromPrimitiveList/finalizers": ["a"]}),
                json!({"finalizers": ["b", "c"]}),
            ),
            (
                json!({"strategy": {"type": "RollingUpdate", "rollingUpdate": {}}}),
                json!({"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}),
                json!({"strategy": {"type": "Recreate"}}),
            ),
            (json!({"m": {"a": 1}}), json!({"m": {"$patch": "replace", "b": 2}}), json!({"m": {"b": 2}})),
        ] {
            strategic(&mut target, &patch).unwrap();
            assert_eq!(target, result, "{patch}");
        }
    }

    #[test]
    fn an_element_without_its_key_is_refused() {
        let error = strategic(&mut json!({}), &json!({"containers": [{"image": "x"}]})).unwrap_err();
        assert_eq!(error.to_string(), "map: {\"image\":\"x\"} does not contain declared merge key: name");
    }
}
