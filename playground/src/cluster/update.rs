//! Changes of objects.

use crate::cluster::Cluster;
use crate::cluster::settle::settle;
use crate::object;
use crate::ownership;
use crate::resource::Kind;
use crate::status::ApiError;
use crate::store::{ObjectKey, Outcome, Write};
use serde_json::Value;
use std::sync::Arc;

/// Which part of an object an update is about; everything else of it stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Everything but the status (for kinds that have the status subresource).
    Whole,
    /// The status, and annotations.
    Status,
    /// A Pod's ephemeral containers.
    EphemeralContainers,
    /// CPU and memory of a Pod's containers.
    Resize,
    /// A Namespace's `spec.finalizers`.
    Finalize,
}

impl Cluster {
    /// Changes an object in one step: `edit` gets the present object and makes of it what is wanted. Nothing
    /// comes in between, so there is no conflict unless `edit` itself sets another `resourceVersion` or `uid`.
    /// Returns the object as stored; an edit that changes nothing stores nothing.
    ///
    /// Errors: those of `edit`; 404, 409, 422. `edit` must not use the store.
    pub fn modify(
        &self,
        kind: &Kind,
        (namespace, name): (&str, &str),
        part: Part,
        write: Write,
        edit: impl FnOnce(&mut Value) -> Result<(), ApiError>,
    ) -> Result<Arc<Value>, ApiError> {
        let owner = self.owner(kind, part);
        self.change_object(kind, (namespace, name), part, write, edit, |(), old, settled| {
            ownership::update(&owner, old, settled);
        })
    }

    /// The same, with another way to `record` who owns the fields: it gets what `edit` found out, and the object
    /// as it was and as it is to be.
    pub(super) fn change_object<T>(
        &self,
        kind: &Kind,
        (namespace, name): (&str, &str),
        part: Part,
        write: Write,
        edit: impl FnOnce(&mut Value) -> Result<T, ApiError>,
        record: impl FnOnce(&T, &Value, &mut Value),
    ) -> Result<Arc<Value>, ApiError> {
        let mut guard = (kind.kind == "Service").then(|| self.addresses());
        let services = guard.as_ref().map(|_| self.services());
        let key = ObjectKey::new(namespace, name);
        let stored = self.change(kind, &key, write, |present| {
            let old = present.ok_or_else(|| kind.not_found(name))?;
            let mut wanted = Value::clone(old);
            let found = edit(&mut wanted)?;
            let mut settled = settle(kind, part, old, wanted)?;
            if let Some((addresses, services)) = guard.as_mut().zip(services.as_ref()) {
                addresses.assign(&mut settled, services)?;
            }
            record(&found, old, &mut settled);
            Ok(if settled == **old {
                Outcome::Keep
            } else if may_go(&settled) {
                Outcome::Remove(settled)
            } else {
                Outcome::Put(settled)
            })
        })?;
        drop(guard);
        stored.ok_or_else(|| kind.not_found(name))
    }

    /// Stores `wanted` in place of the object with its name. A `resourceVersion` in it must be the latest.
    pub fn update(
        &self,
        kind: &Kind,
        wanted: Value,
        part: Part,
        write: Write,
    ) -> Result<Arc<Value>, ApiError> {
        let (namespace, name) = (object::namespace(&wanted).to_owned(), object::name(&wanted).to_owned());
        self.modify(kind, (&namespace, &name), part, write, |present| {
            *present = wanted;
            Ok(())
        })
    }

    /// Sets an object's status, whatever version it has. The usual way for controllers and kubelets.
    pub fn set_status(&self, kind: &Kind, at: (&str, &str), status: Value) -> Result<Arc<Value>, ApiError> {
        self.modify(kind, at, Part::Status, Write::Commit, |present| {
            present["status"] = status;
            Ok(())
        })
    }
}

/// Whether an object that is on its way out has nothing left to wait for.
fn may_go(object: &Value) -> bool {
    let waits =
        |pointer: &str| object.pointer(pointer).and_then(Value::as_i64).is_some_and(|seconds| seconds > 0);
    let holds = |pointer: &str| {
        object.pointer(pointer).and_then(Value::as_array).is_some_and(|list| !list.is_empty())
    };
    let held = object::has_finalizers(object)
        || waits("/metadata/deletionGracePeriodSeconds")
        || (object["kind"] == "Namespace" && holds("/spec/finalizers"));
    object::is_terminating(object) && !held
}
