//! Server-side apply.

use crate::ownership::compare::{compare, named};
use crate::ownership::conflict;
use crate::ownership::edit::{merge, remove};
use crate::ownership::entry::{Entry, Operation, Owner, entries, give, write};
use crate::ownership::fields::FieldSet;
use crate::ownership::update::{shape_of, strip};
use crate::status::{ApiError, Details};
use serde_json::Value;

/// What happens to fields that others own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Force {
    /// The apply fails if it would change them.
    Refuse,
    /// The apply takes them over.
    Take,
}

/// What an apply made of an object.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The object with the fields of the apply, and without those that were taken back.
    pub object: Value,
    entries: Vec<Entry>,
}

impl Outcome {
    /// Writes the owners into the object as it is stored.
    pub fn record(&self, object: &mut Value) {
        write(&self.entries, object);
    }
}

/// Applies `applied` to `live` for `owner`. `details` say of which object a refusal speaks.
///
/// Errors: 409 with the conflicts.
pub fn apply(
    owner: &Owner,
    force: Force,
    live: &Value,
    applied: &Value,
    details: Details,
) -> Result<Outcome, ApiError> {
    let Some(shape) = shape_of(live) else {
        return Err(ApiError::not_implemented("server-side apply of this kind"));
    };
    let mut wanted = named(shape, applied);
    strip(&mut wanted);
    let mut merged = live.clone();
    merge(shape, &mut merged, applied);
    let mut changed = compare(shape, live, &merged).changed;
    strip(&mut changed);

    let mut entries = entries(live);
    let mut conflicts = Vec::new();
    for entry in entries.iter_mut().filter(|entry| !entry.is_of(owner)) {
        let fields = entry.fields.shared(&changed);
        if !fields.is_empty() {
            conflicts.push(Entry { head: entry.head.clone(), fields });
            entry.fields = entry.fields.without(&changed);
        }
    }
    if force == Force::Refuse && !conflicts.is_empty() {
        return Err(conflict::refusal(details, &conflicts));
    }

    let before = entries.iter().find(|entry| entry.is_of(owner));
    let before = before.map(|entry| entry.fields.clone()).unwrap_or_default();
    let others = entries.iter().filter(|entry| !entry.is_of(owner));
    let others = others.fold(FieldSet::default(), |all, entry| all.union(&entry.fields));
    let kept = others.union(&wanted);
    remove(shape, &mut merged, &before.without(&kept), &kept);
    give(&mut entries, owner, wanted);
    Ok(Outcome { object: merged, entries })
}

impl Owner {
    /// The same client when it applies.
    #[must_use]
    pub fn applying(&self) -> Owner {
        Owner { operation: Operation::Apply, ..self.clone() }
    }
}
