//! What comes of an update: the wanted object, with what may not change put back.

use crate::cluster::Part;
use crate::object::{self, child_mut, map_mut};
use crate::resource::{Generation, Kind, Subresource, check_metadata};
use crate::status::{ApiError, Cause};
use serde_json::{Map, Value, json};

/// Metadata that only the server writes.
const SERVER_METADATA: [&str; 10] = [
    "name",
    "generateName",
    "namespace",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "managedFields",
];

/// The object that takes the place of `old` when `wanted` is asked for.
pub(super) fn settle(kind: &Kind, part: Part, old: &Value, wanted: Value) -> Result<Value, ApiError> {
    check_identity(kind, old, &wanted)?;
    let name = object::name(old).to_owned();
    let mut settled = match part {
        Part::Whole => whole(kind, old, wanted),
        Part::Status => status(old, &wanted),
        Part::EphemeralContainers => {
            kind.check(&name, lost_ephemeral(old, &wanted).into_iter().collect())?;
            with_spec(old, &wanted, "ephemeralContainers")
        }
        Part::Resize => resized(old, &wanted),
        Part::Finalize => with_spec(old, &wanted, "finalizers"),
    };
    if part != Part::Status {
        (kind.hooks.default)(&mut settled);
        let mut causes = check_metadata(kind.names, &settled);
        causes.extend((kind.hooks.check)(&settled));
        if part == Part::Whole {
            causes.extend((kind.hooks.check_change)(old, &settled));
        }
        kind.check(&name, causes)?;
    }
    if kind.generation == Generation::Counted && wish(old) != wish(&settled) {
        let generation = object::generation(old) + 1;
        object::metadata_mut(&mut settled).insert("generation".to_owned(), json!(generation));
    }
    Ok(settled)
}

/// The client's idea of the object must be of this object, and of its latest version if it names one.
fn check_identity(kind: &Kind, old: &Value, wanted: &Value) -> Result<(), ApiError> {
    let name = object::name(old);
    let uid = object::uid(wanted);
    if !uid.is_empty() && uid != object::uid(old) {
        let why = format!(
            "Precondition failed: UID in precondition: {uid}, UID in object meta: {}",
            object::uid(old)
        );
        return Err(kind.conflict(name, &why));
    }
    let version = object::text(wanted, "/metadata/resourceVersion");
    if !version.is_empty() && version != object::text(old, "/metadata/resourceVersion") {
        return Err(kind.stale(name));
    }
    Ok(())
}

fn whole(kind: &Kind, old: &Value, wanted: Value) -> Value {
    let mut given = match wanted {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    let metadata = given.shift_remove("metadata").unwrap_or_default();
    let mut fresh = Map::new();
    for key in ["kind", "apiVersion"] {
        fresh.insert(key.to_owned(), old[key].clone());
        given.shift_remove(key);
    }
    fresh.insert("metadata".to_owned(), merged_metadata(old, metadata));
    if kind.has(Subresource::Status) {
        given.shift_remove("status");
    }
    fresh.extend(given.into_iter().filter(|(_, value)| !value.is_null()));
    if let Some(status) = old.get("status").filter(|_| kind.has(Subresource::Status)) {
        fresh.insert("status".to_owned(), status.clone());
    }
    let mut settled = Value::Object(fresh);
    (kind.hooks.carry)(old, &mut settled);
    settled
}

/// What the server keeps of the old metadata, then what the client may set.
fn merged_metadata(old: &Value, wanted: Value) -> Value {
    let mut merged = Map::new();
    for key in SERVER_METADATA {
        if let Some(value) = old["metadata"].get(key) {
            merged.insert(key.to_owned(), value.clone());
        }
    }
    // A client may write who owns what, and an empty list says that nobody does.
    if let Some(Value::Array(owners)) = wanted.get("managedFields") {
        if owners.iter().all(|one| one.as_object().is_none_or(Map::is_empty)) {
            merged.shift_remove("managedFields");
        } else {
            merged.insert("managedFields".to_owned(), Value::Array(owners.clone()));
        }
    }
    let Value::Object(wanted) = wanted else { return Value::Object(merged) };
    let own = wanted.into_iter().filter(|(key, value)| {
        let empty =
            value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(Map::is_empty);
        !SERVER_METADATA.contains(&key.as_str()) && key != "selfLink" && !value.is_null() && !empty
    });
    merged.extend(own);
    Value::Object(merged)
}

fn status(old: &Value, wanted: &Value) -> Value {
    let mut settled = old.clone();
    settled["status"] = wanted.get("status").cloned().unwrap_or_else(|| json!({}));
    match wanted["metadata"].get("annotations").filter(|annotations| annotations.is_object()) {
        Some(annotations) => settled["metadata"]["annotations"] = annotations.clone(),
        None => {
            object::metadata_mut(&mut settled).shift_remove("annotations");
        }
    }
    settled
}

/// The old object with one field of the wanted spec.
fn with_spec(old: &Value, wanted: &Value, field: &str) -> Value {
    let mut settled = old.clone();
    let spec = child_mut(map_mut(&mut settled), "spec");
    match wanted["spec"].get(field).filter(|value| !value.is_null()) {
        Some(value) => spec.insert(field.to_owned(), value.clone()),
        None => spec.shift_remove(field),
    };
    settled
}

/// Ephemeral containers can be added, never changed or removed.
fn lost_ephemeral(old: &Value, wanted: &Value) -> Option<Cause> {
    let list = |pod: &Value| pod["spec"]["ephemeralContainers"].as_array().cloned().unwrap_or_default();
    let after = list(wanted);
    let gone = list(old).into_iter().find(|one| !after.iter().any(|other| other["name"] == one["name"]))?;
    let why = format!("existing ephemeral containers {} may not be removed", gone["name"]);
    Some(Cause::forbidden("spec.ephemeralContainers", &why))
}

fn resized(old: &Value, wanted: &Value) -> Value {
    let mut settled = old.clone();
    let after = wanted["spec"]["containers"].as_array().map(Vec::as_slice).unwrap_or_default();
    let containers = settled.pointer_mut("/spec/containers").and_then(Value::as_array_mut);
    for container in containers.into_iter().flatten() {
        if let Some(new) = after.iter().find(|one| one["name"] == container["name"]) {
            container["resources"] = new["resources"].clone();
        }
    }
    settled
}

/// What of an object says how things should be: all but its metadata and status.
fn wish(object: &Value) -> Vec<(&String, &Value)> {
    let fields = object.as_object().into_iter().flatten();
    fields.filter(|(key, _)| !matches!(key.as_str(), "kind" | "apiVersion" | "metadata" | "status")).collect()
}
