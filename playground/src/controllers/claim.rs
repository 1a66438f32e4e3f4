//! Whose an object is: by its owner reference, and by the selector of those who look for objects like it.

use crate::cluster::Part;
use crate::controllers::desk::{Desk, key_of, owner_reference};
use crate::object::{self, metadata_mut};
use crate::resource::Kind;
use crate::selector::LabelSelector;
use crate::status::ApiError;
use crate::store::{Change, ChangeKind, ObjectKey};
use serde_json::{Value, json};
use std::sync::Arc;

/// Whether `owner` controls `object`.
pub(super) fn controls(owner: &Value, object: &Value) -> bool {
    object::controller(object).is_some_and(|reference| reference["uid"] == owner["metadata"]["uid"])
}

impl Desk {
    /// The objects of `kind` that `owner` controls. Free ones that its selector means are adopted (unless it is on its
    /// way out), own ones that it no longer means are released.
    pub(super) fn claim(
        &self,
        (owner_kind, owner): (&Kind, &Value),
        kind: &Kind,
    ) -> Result<Vec<Arc<Value>>, ApiError> {
        let selector = LabelSelector::from_object(&owner["spec"]["selector"]);
        let mut own = Vec::new();
        for object in self.list(kind, object::namespace(owner)) {
            let (controlled, meant) = (controls(owner, &object), selector.matches(&object));
            if controlled && meant {
                own.push(object);
            } else if controlled && !object::is_terminating(&object) {
                self.change(kind, &object, Part::Whole, |object| disown(object, object::uid(owner)))?;
            } else if meant && adoptable(owner, &object) {
                self.change(kind, &object, Part::Whole, |object| {
                    if object::controller(object).is_none() {
                        let reference = owner_reference(owner_kind, owner);
                        match object["metadata"]["ownerReferences"].as_array_mut() {
                            Some(list) => list.push(reference),
                            None => object["metadata"]["ownerReferences"] = json!([reference]),
                        }
                    }
                })?;
                own.extend(self.get(kind, &key_of(&object)).filter(|object| controls(owner, object)));
            }
        }
        Ok(own)
    }

    /// The owners of `kind` that a change of a child concerns: its controller before and after, and those who would
    /// adopt it.
    pub(super) fn owners(&self, kind: &Kind, change: &Change) -> Vec<ObjectKey> {
        let namespace = change.key.namespace.as_str();
        let mut found: Vec<ObjectKey> = [Some(&change.object), change.previous.as_ref()]
            .into_iter()
            .flatten()
            .filter_map(|object| object::controller(object))
            .filter(|reference| reference["kind"] == kind.kind)
            .map(|reference| ObjectKey::new(namespace, reference["name"].as_str().unwrap_or_default()))
            .collect();
        found.dedup();
        if change.kind != ChangeKind::Deleted && object::controller(&change.object).is_none() {
            let owners = self.list(kind, namespace).into_iter();
            let meant = owners.filter(|owner| {
                LabelSelector::from_object(&owner["spec"]["selector"]).matches(&change.object)
            });
            found.extend(meant.map(|owner| key_of(&owner)));
        }
        found
    }
}

fn adoptable(owner: &Value, object: &Value) -> bool {
    object::controller(object).is_none() && !object::is_terminating(object) && !object::is_terminating(owner)
}

/// Takes out the reference to the owner with this uid.
pub(super) fn disown(object: &mut Value, uid: &str) {
    let metadata = metadata_mut(object);
    if let Some(list) = metadata.get_mut("ownerReferences").and_then(Value::as_array_mut) {
        list.retain(|owner| owner["uid"] != uid);
    }
}
