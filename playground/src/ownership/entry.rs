//! The entries of `metadata.managedFields`.

use crate::object;
use crate::ownership::fields::FieldSet;
use serde_json::{Map, Value, json};

/// How an owner came by its fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// By naming them in an apply.
    Apply,
    /// By changing them.
    Update,
}

impl Operation {
    fn as_str(self) -> &'static str {
        match self {
            Operation::Apply => "Apply",
            Operation::Update => "Update",
        }
    }
}

/// Who writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The name that the client gives itself, such as `kubectl-client-side-apply`.
    pub manager: String,
    /// How it writes.
    pub operation: Operation,
    /// In which version of the kind.
    pub api_version: String,
    /// Through which subresource; empty for the object itself.
    pub subresource: &'static str,
}

/// An owner with its fields.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    /// As it is written, without the fields.
    pub(super) head: Map<String, Value>,
    pub(super) fields: FieldSet,
}

impl Entry {
    pub(super) fn text(&self, key: &str) -> &str {
        self.head.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn is_of(&self, owner: &Owner) -> bool {
        self.text("manager") == owner.manager
            && self.text("operation") == owner.operation.as_str()
            && self.text("subresource") == owner.subresource
            // An apply in another version goes on where the last one ended.
            && (owner.operation == Operation::Apply || self.text("apiVersion") == owner.api_version)
    }

    fn new(owner: &Owner) -> Entry {
        let mut head = Map::new();
        for (key, text) in [
            ("manager", owner.manager.as_str()),
            ("operation", owner.operation.as_str()),
            ("apiVersion", owner.api_version.as_str()),
            ("time", object::now().as_str()),
            ("fieldsType", "FieldsV1"),
        ] {
            head.insert(key.to_owned(), json!(text));
        }
        if !owner.subresource.is_empty() {
            head.insert("subresource".to_owned(), json!(owner.subresource));
        }
        Entry { head, fields: FieldSet::default() }
    }

    fn to_json(&self) -> Value {
        let mut entry = self.head.clone();
        let subresource = entry.shift_remove("subresource");
        entry.insert("fieldsV1".to_owned(), self.fields.to_json());
        entry.extend(subresource.map(|value| ("subresource".to_owned(), value)));
        Value::Object(entry)
    }
}

/// The entries of an object.
pub(super) fn entries(of: &Value) -> Vec<Entry> {
    let list = of.pointer("/metadata/managedFields").and_then(Value::as_array).map(Vec::as_slice);
    let maps = list.unwrap_or_default().iter().filter_map(Value::as_object);
    maps.map(|map| {
        let mut head = map.clone();
        let fields = head.shift_remove("fieldsV1").unwrap_or_default();
        Entry { head, fields: FieldSet::from_json(&fields) }
    })
    .collect()
}

/// Gives `owner` these fields in place of those it had; its time is the present one if they differ.
pub(super) fn give(entries: &mut Vec<Entry>, owner: &Owner, fields: FieldSet) {
    let present = entries.iter().position(|entry| entry.is_of(owner));
    if present.is_some_and(|index| entries[index].fields == fields) {
        return;
    }
    let fresh = Entry { fields, ..Entry::new(owner) };
    match present {
        Some(index) => entries[index] = fresh,
        None => entries.push(fresh),
    }
}

/// Writes the entries that have fields into an object.
pub(super) fn write(entries: &[Entry], object: &mut Value) {
    let list: Vec<Value> =
        entries.iter().filter(|entry| !entry.fields.is_empty()).map(Entry::to_json).collect();
    let metadata = object::metadata_mut(object);
    if list.is_empty() {
        metadata.shift_remove("managedFields");
    } else {
        metadata.insert("managedFields".to_owned(), Value::Array(list));
    }
}
