//! What one round found, as the autoscaler's status tells it.

use crate::controllers::condition;
use crate::object;
use serde_json::{Value, json};

/// A status in the making; conditions keep the time of their last change.
pub(super) struct Verdict {
    before: Value,
    status: Value,
}

impl Verdict {
    /// Begins from the status as it is.
    pub(super) fn new(autoscaler: &Value) -> Verdict {
        let status = autoscaler["status"].clone();
        Verdict { before: status.clone(), status }
    }

    /// Sets a condition. One that is already as it is to be stays where it is.
    pub(super) fn condition(&mut self, kind: &str, holds: bool, reason: &str, message: &str) {
        let status = if holds { "True" } else { "False" };
        let before = condition::find(&self.before, kind).filter(|before| before["status"] == status);
        let since =
            before.map_or_else(|| json!(object::now()), |before| before["lastTransitionTime"].clone());
        let condition = json!({
            "type": kind, "status": status, "lastTransitionTime": since, "reason": reason, "message": message,
        });
        match self.status.get_mut("conditions").and_then(Value::as_array_mut) {
            Some(list) => match list.iter_mut().find(|one| one["type"] == kind) {
                Some(place) => *place = condition,
                None => list.push(condition),
            },
            None => self.status["conditions"] = json!([condition]),
        }
    }

    /// Sets another field.
    pub(super) fn set(&mut self, field: &str, value: Value) {
        self.status[field] = value;
    }

    /// The status.
    pub(super) fn finish(self) -> Value {
        self.status
    }
}
