//! Server-side apply: creating what is not there, and changing what is, with an owner for each field.

use crate::cluster::{Cluster, Part};
use crate::object;
use crate::ownership::{self, Force};
use crate::resource::{Kind, Subresource};
use crate::status::{ApiError, Details};
use crate::store::Write;
use serde_json::{Value, json};
use std::sync::Arc;

/// What became of an apply.
#[derive(Debug, Clone)]
pub enum Applied {
    /// The object is new.
    Created(Arc<Value>),
    /// It was there; this is how it is now.
    Changed(Arc<Value>),
}

impl Cluster {
    /// Makes an object have the fields of `wanted`, whose owner this handle's writer becomes. Fields that it named
    /// before and names no longer go, unless others own them. Only the whole object can be new.
    ///
    /// Errors: 409 when others own fields with other values and `force` does not take them; 404; 422.
    pub fn apply(
        &self,
        kind: &Kind,
        (namespace, name): (&str, &str),
        part: Part,
        mut wanted: Value,
        force: Force,
        write: Write,
    ) -> Result<Applied, ApiError> {
        confine(kind, part, &mut wanted);
        let owner = self.owner(kind, part).applying();
        let details = || Details::of(kind.id.group, kind.id.resource, name);
        let edit = |present: &mut Value| {
            let outcome = ownership::apply(&owner, force, present, &wanted, details())?;
            *present = outcome.object.clone();
            Ok(outcome)
        };
        let changed =
            self.change_object(kind, (namespace, name), part, write, edit, |outcome, _, settled| {
                outcome.record(settled);
            });
        match changed {
            Err(error) if error.reason == "NotFound" && part == Part::Whole => {
                let mut fresh = wanted.clone();
                object::metadata_mut(&mut fresh).insert("name".to_owned(), json!(name));
                let bare = json!({"kind": kind.kind, "apiVersion": kind.api_version()});
                let outcome = ownership::apply(&owner, force, &bare, &wanted, details())?;
                let created =
                    self.create_object(kind, namespace, fresh, write, &|settled| outcome.record(settled));
                created.map(Applied::Created)
            }
            changed => changed.map(Applied::Changed),
        }
    }
}

/// An apply to the object says nothing of its status, and an apply to the status of nothing else.
fn confine(kind: &Kind, part: Part, wanted: &mut Value) {
    drop_nulls(wanted);
    let fields = object::map_mut(wanted);
    match part {
        Part::Status => fields.retain(|key, _| matches!(key.as_str(), "kind" | "apiVersion" | "status")),
        _ if kind.has(Subresource::Status) => {
            fields.shift_remove("status");
        }
        _ => {}
    }
}

/// A null in an apply says nothing.
fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(drop_nulls);
        }
        Value::Array(list) => list.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}
