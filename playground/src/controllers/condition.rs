//! Conditions in statuses.

use serde_json::{Value, json};

/// The condition of a type.
pub(super) fn find<'a>(status: &'a Value, kind: &str) -> Option<&'a Value> {
    status["conditions"].as_array()?.iter().find(|one| one["type"] == kind)
}

/// Whether the condition of a type is `True`.
pub(super) fn holds(status: &Value, kind: &str) -> bool {
    find(status, kind).is_some_and(|one| one["status"] == "True")
}

/// Takes a condition out.
pub(super) fn remove(status: &mut Value, kind: &str) {
    if let Some(list) = status.get_mut("conditions").and_then(Value::as_array_mut) {
        list.retain(|one| one["type"] != kind);
    }
}

/// Puts a condition at the end of the list, in place of an older one of its type.
pub(super) fn push(status: &mut Value, condition: Value) {
    remove(status, condition["type"].as_str().unwrap_or_default());
    match status.get_mut("conditions").and_then(Value::as_array_mut) {
        Some(list) => list.push(condition),
        None => status["conditions"] = json!([condition]),
    }
}
