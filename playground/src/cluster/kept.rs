//! Kinds whose objects are those of another resource, in another form: everything here speaks the kind's form.

use crate::cluster::Cluster;
use crate::resource::{Kept, Kind};
use crate::status::ApiError;
use crate::store::{Change, Expired, ObjectKey, Outcome, Snapshot, Write};
use bytes::Bytes;
use serde_json::Value;
use std::sync::Arc;

impl Cluster {
    /// All objects of a kind now.
    pub fn snapshot(&self, kind: &Kind) -> Snapshot {
        shown_all(kind, self.store().snapshot(kind.stored()))
    }

    /// All objects of a kind as they were at `version`.
    pub fn snapshot_at(&self, kind: &Kind, version: u64) -> Result<Snapshot, Expired> {
        self.store().snapshot_at(kind.stored(), version).map(|snapshot| shown_all(kind, snapshot))
    }

    /// Decides in one step what becomes of an object, as [`crate::store::Store::change`] does.
    pub(super) fn change(
        &self,
        kind: &Kind,
        key: &ObjectKey,
        write: Write,
        decide: impl FnOnce(Option<&Arc<Value>>) -> Result<Outcome, ApiError>,
    ) -> Result<Option<Arc<Value>>, ApiError> {
        let Some(kept) = &kind.kept else { return self.store().change(kind.id, key, write, decide) };
        let changed = self.store().change(kept.id, key, write, |present| {
            let present = present.map(|object| shown(kept, object));
            Ok::<_, ApiError>(match decide(present.as_ref())? {
                Outcome::Keep => Outcome::Keep,
                Outcome::Put(object) => Outcome::Put(stored(kept, object)),
                Outcome::Remove(object) => Outcome::Remove(stored(kept, object)),
            })
        })?;
        Ok(changed.map(|object| shown(kept, &object)))
    }
}

fn stored(kept: &Kept, mut object: Value) -> Value {
    (kept.keep)(&mut object);
    object
}

/// An object in the form of the kind.
pub(super) fn shown(kept: &Kept, object: &Arc<Value>) -> Arc<Value> {
    let mut object = Value::clone(object);
    (kept.show)(&mut object);
    Arc::new(object)
}

fn shown_all(kind: &Kind, mut snapshot: Snapshot) -> Snapshot {
    if let Some(kept) = &kind.kept {
        snapshot.objects.values_mut().for_each(|object| *object = shown(kept, object));
    }
    snapshot
}

/// A change of an object in the form of the kind.
pub(super) fn shown_change(kept: &Kept, change: &Change) -> Arc<Change> {
    let object = shown(kept, &change.object);
    Arc::new(Change {
        encoded: Bytes::from(object.to_string()),
        object,
        previous: change.previous.as_ref().map(|previous| shown(kept, previous)),
        ..change.clone()
    })
}
