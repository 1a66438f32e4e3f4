//! Garbage collection: what is owned goes with its owner.

use crate::cluster::{Part, Propagation};
use crate::controllers::claim::disown;
use crate::controllers::desk::Desk;
use crate::controllers::work::{Controller, Next};
use crate::object;
use crate::resource::{Kind, Scope, Verbs, by_kind, kind_of, kinds};
use crate::status::ApiError;
use crate::store::{Change, ChangeKind, ObjectKey, ResourceId};
use serde_json::Value;
use std::sync::Arc;

const FOREGROUND: &str = "foregroundDeletion";
const ORPHAN: &str = "orphan";

/// The garbage collector.
pub(super) struct Collector(pub(super) Desk);

/// An object of any kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Item {
    kind: ResourceId,
    key: ObjectKey,
}

/// The kinds whose objects are stored, but for events, which nobody owns and which own nothing.
fn stored() -> impl Iterator<Item = &'static Kind> {
    kinds().filter(|kind| kind.verbs == Verbs::All && kind.kind != "Event")
}

impl Controller for Collector {
    type Key = Item;

    fn kinds(&self) -> Vec<&'static Kind> {
        stored().collect()
    }

    fn wake(&self, kind: &'static Kind, change: &Change) -> Vec<Item> {
        let object = &change.object;
        if change.kind != ChangeKind::Deleted {
            let concerned = !references(object).is_empty() || object::has_finalizers(object);
            return concerned.then(|| Item { kind: kind.id, key: change.key.clone() }).into_iter().collect();
        }
        // Those it owned, and owners that wait for it.
        let mut found: Vec<Item> =
            self.dependents(object).into_iter().map(|(kind, one)| item(kind, &one)).collect();
        found.extend(references(object).iter().filter_map(|owner| place(object, owner)));
        found
    }

    fn reconcile(&self, item: &Item) -> Result<Next, ApiError> {
        let Some(kind) = kind_of(item.kind) else { return Ok(Next::Rest) };
        let Some(object) = self.0.get(kind, &item.key) else { return Ok(Next::Rest) };
        if has_finalizer(&object, ORPHAN) {
            self.orphan(kind, &object)?;
        } else if has_finalizer(&object, FOREGROUND) {
            self.clear(kind, &object)?;
        }
        if !object::is_terminating(&object) {
            self.check_owners(kind, &object)?;
        }
        Ok(Next::Rest)
    }
}

impl Collector {
    /// All objects that name `owner` as an owner.
    fn dependents(&self, owner: &Value) -> Vec<(&'static Kind, Arc<Value>)> {
        let found = self.0.cluster.store().owned_by(object::uid(owner)).into_iter();
        found.filter_map(|(id, object)| Some((kind_of(id)?, object))).collect()
    }

    fn owner(&self, object: &Value, reference: &Value) -> Option<Arc<Value>> {
        let Item { kind, key } = place(object, reference)?;
        let found = self.0.cluster.store().get(kind, &key)?;
        (found["metadata"]["uid"] == reference["uid"]).then_some(found)
    }

    /// An object goes when none of its owners is left; while some are, it only loses the references to the others.
    fn check_owners(&self, kind: &'static Kind, object: &Value) -> Result<(), ApiError> {
        let (mut solid, mut waiting, mut gone) = (0, 0, Vec::new());
        for reference in references(object) {
            // An owner of a kind that is not served here is nobody's to judge.
            if place(object, reference).is_none() {
                solid += 1;
                continue;
            }
            match self.owner(object, reference) {
                Some(owner) if has_finalizer(&owner, FOREGROUND) && object::is_terminating(&owner) => {
                    waiting += 1;
                }
                Some(_) => solid += 1,
                None => gone.push(object::text(reference, "/uid")),
            }
        }
        if solid > 0 {
            if !gone.is_empty() {
                self.0.change(kind, object, Part::Whole, |object| {
                    for uid in &gone {
                        disown(object, uid);
                    }
                })?;
            }
            return Ok(());
        }
        if waiting > 0 {
            let propagation = if self.dependents(object).is_empty() {
                Propagation::Background
            } else {
                Propagation::Foreground
            };
            return self.0.delete_with(kind, object, propagation);
        }
        if gone.is_empty() { Ok(()) } else { self.0.delete(kind, object) }
    }

    /// The owner waits: its dependents go first.
    fn clear(&self, kind: &'static Kind, owner: &Value) -> Result<(), ApiError> {
        let mut blocked = false;
        for (kind, object) in self.dependents(owner) {
            let uid = &owner["metadata"]["uid"];
            blocked |= references(&object)
                .iter()
                .any(|reference| reference["uid"] == *uid && reference["blockOwnerDeletion"] == true);
            if !object::is_terminating(&object) {
                self.check_owners(kind, &object)?;
            }
        }
        // Some of them may have gone at once.
        if blocked && !self.dependents(owner).is_empty() {
            return Ok(());
        }
        self.finish(kind, owner, FOREGROUND)
    }

    /// The owner leaves its dependents behind.
    fn orphan(&self, kind: &'static Kind, owner: &Value) -> Result<(), ApiError> {
        for (kind, object) in self.dependents(owner) {
            self.0.change(kind, &object, Part::Whole, |object| disown(object, object::uid(owner)))?;
        }
        self.finish(kind, owner, ORPHAN)
    }

    fn finish(&self, kind: &'static Kind, owner: &Value, finalizer: &str) -> Result<(), ApiError> {
        self.0.change(kind, owner, Part::Whole, |owner| {
            if let Some(list) = owner.pointer_mut("/metadata/finalizers").and_then(Value::as_array_mut) {
                list.retain(|one| one != finalizer);
            }
        })
    }
}

/// Where the owner that a reference names has to be.
fn place(object: &Value, reference: &Value) -> Option<Item> {
    let kind = by_kind(reference["apiVersion"].as_str()?, reference["kind"].as_str()?)?;
    let namespace = if kind.scope == Scope::Cluster { "" } else { object::namespace(object) };
    Some(Item { kind: kind.id, key: ObjectKey::new(namespace, reference["name"].as_str()?) })
}

fn item(kind: &Kind, object: &Value) -> Item {
    Item { kind: kind.id, key: crate::controllers::desk::key_of(object) }
}

fn references(object: &Value) -> &[Value] {
    object["metadata"]["ownerReferences"].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn has_finalizer(object: &Value, name: &str) -> bool {
    object["metadata"]["finalizers"].as_array().is_some_and(|list| list.iter().any(|one| one == name))
}
