//! Which objects name which owner, so that what an owner leaves behind is found without a look at everything.

use crate::store::{ObjectKey, ResourceId};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};

/// The objects by the uids in their `metadata.ownerReferences`.
#[derive(Debug, Default)]
pub(super) struct Owners {
    owned: HashMap<String, BTreeSet<(ResourceId, ObjectKey)>>,
}

impl Owners {
    /// Notes what a change of the object at `key` does to its owners.
    pub(super) fn note(
        &mut self,
        resource: ResourceId,
        key: &ObjectKey,
        before: Option<&Value>,
        after: Option<&Value>,
    ) {
        let (before, after) = (before.map_or(vec![], uids), after.map_or(vec![], uids));
        for gone in before.iter().filter(|uid| !after.contains(uid)) {
            if let Some(owned) = self.owned.get_mut(*gone) {
                owned.remove(&(resource, key.clone()));
                if owned.is_empty() {
                    self.owned.remove(*gone);
                }
            }
        }
        for new in after.iter().filter(|uid| !before.contains(uid)) {
            self.owned.entry((*new).to_owned()).or_default().insert((resource, key.clone()));
        }
    }

    /// The objects that name this owner.
    pub(super) fn of(&self, uid: &str) -> Vec<(ResourceId, ObjectKey)> {
        self.owned.get(uid).into_iter().flatten().cloned().collect()
    }
}

fn uids(object: &Value) -> Vec<&str> {
    let references = object.pointer("/metadata/ownerReferences").and_then(Value::as_array);
    references.into_iter().flatten().filter_map(|reference| reference["uid"].as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const PODS: ResourceId = ResourceId { group: "", resource: "pods" };

    #[test]
    fn objects_are_found_by_the_owners_that_they_name_now() {
        let owned_by = |uids: &[&str]| {
            let references: Vec<Value> = uids.iter().map(|uid| json!({"uid": uid})).collect();
            json!({"metadata": {"ownerReferences": references}})
        };
        let (one, key) = (owned_by(&["a", "b"]), ObjectKey::new("n", "p"));
        let mut owners = Owners::default();
        owners.note(PODS, &key, None, Some(&one));
        let two = owned_by(&["b", "c"]);
        owners.note(PODS, &key, Some(&one), Some(&two));
        let found: Vec<usize> = ["a", "b", "c"].iter().map(|uid| owners.of(uid).len()).collect();
        assert_eq!(found, [0, 1, 1]);
        owners.note(PODS, &key, Some(&two), None);
        assert!(owners.owned.is_empty());
    }
}
