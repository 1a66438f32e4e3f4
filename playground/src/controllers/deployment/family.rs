//! A Deployment and its ReplicaSets.

use crate::controllers::desk::number;
use crate::object;
use serde_json::Value;
use std::sync::Arc;

/// The label that tells the ReplicaSets of a Deployment, and their Pods, apart.
pub(super) const HASH: &str = "pod-template-hash";

/// A Deployment with its ReplicaSets as they are now.
#[derive(Debug, Clone)]
pub(super) struct Family {
    pub(super) deployment: Arc<Value>,
    /// The one of the present template, if there is one.
    pub(super) new: Option<Arc<Value>>,
    /// All others, the oldest first.
    pub(super) old: Vec<Arc<Value>>,
}

impl Family {
    pub(super) fn new(deployment: Arc<Value>, mut sets: Vec<Arc<Value>>) -> Family {
        sets.sort_by_cached_key(|set| {
            (object::text(set, "/metadata/creationTimestamp").to_owned(), object::version(set))
        });
        let template = without_hash(&deployment["spec"]["template"]);
        let new = sets.iter().position(|set| without_hash(&set["spec"]["template"]) == template);
        let new = new.map(|index| sets.remove(index));
        Family { deployment, new, old: sets }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<Value>> {
        self.old.iter().chain(self.new.as_ref())
    }

    /// The number at `pointer`, summed over all sets.
    pub(super) fn sum(&self, pointer: &str) -> i64 {
        self.all().map(|set| number(set, pointer)).sum()
    }

    /// How many Pods there are or may come at any moment: a set that was made smaller counts with its Pods until its
    /// controller has sent them away.
    pub(super) fn present(&self) -> i64 {
        self.all().map(|set| number(set, "/spec/replicas").max(number(set, "/status/replicas"))).sum()
    }

    /// The number at `pointer` of the new set.
    pub(super) fn of_new(&self, pointer: &str) -> i64 {
        self.new.as_ref().map_or(0, |set| number(set, pointer))
    }
}

fn without_hash(template: &Value) -> Value {
    let mut template = template.clone();
    if let Some(labels) = template.pointer_mut("/metadata/labels").and_then(Value::as_object_mut) {
        labels.shift_remove(HASH);
    }
    template
}
