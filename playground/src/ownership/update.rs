//! Ownership after a write that is no apply.

use crate::ownership::compare::compare;
use crate::ownership::entry::{Owner, entries, give, write};
use crate::ownership::fields::FieldSet;
use crate::ownership::given_out::drop_given_out;
use crate::ownership::shape::Shape;
use crate::schema::message_of;
use serde_json::{Value, json};

/// Fields that nobody owns: they say which object it is, or only the server writes them.
const UNOWNED: [&str; 11] = [
    "name",
    "namespace",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "selfLink",
    "managedFields",
    "clusterName",
];

/// Makes `owner` the owner of `new`, a new object of which it sent `given`; nobody owns its status.
pub fn create(owner: &Owner, given: &Value, new: &mut Value) {
    let Some(shape) = shape_of(new) else { return };
    let mut fields = compare(shape, &json!({}), new).changed;
    strip(&mut fields);
    fields.children.remove("f:status");
    drop_given_out(given, new["kind"].as_str().unwrap_or_default(), &mut fields);
    let mut entries = Vec::new();
    give(&mut entries, owner, fields);
    write(&entries, new);
}

/// Makes `owner` the owner of what it changed from `old` to `new`, in the metadata of `new`. What is gone has no owner
/// any more.
pub fn update(owner: &Owner, old: &Value, new: &mut Value) {
    let Some(shape) = shape_of(new) else { return };
    let mut difference = compare(shape, old, new);
    strip(&mut difference.changed);
    strip(&mut difference.removed);
    if difference.changed.is_empty() && difference.removed.is_empty() {
        return;
    }
    let mut entries = entries(new);
    let mut own = difference.changed.clone();
    for entry in &mut entries {
        let kept = entry.fields.without(&difference.removed);
        if entry.is_of(owner) {
            own = own.union(&kept);
        } else {
            entry.fields = kept.without(&difference.changed);
        }
    }
    give(&mut entries, owner, own);
    write(&entries, new);
}

/// How an object is divided. Events are not, unlike on a real server: nobody shares one with others, and they are so
/// many that their owners would take more memory than those of everything else.
pub(super) fn shape_of(object: &Value) -> Option<Shape> {
    let text = |key: &str| object[key].as_str().unwrap_or_default();
    if text("kind") == "Event" {
        return None;
    }
    message_of(text("apiVersion"), text("kind")).map(Shape::Message)
}

/// Takes out what nobody owns.
pub(super) fn strip(set: &mut FieldSet) {
    set.own = false;
    set.children.remove("f:kind");
    set.children.remove("f:apiVersion");
    if let Some(metadata) = set.children.get_mut("f:metadata") {
        metadata.own = false;
        metadata
            .children
            .retain(|step, _| step.strip_prefix("f:").is_none_or(|name| !UNOWNED.contains(&name)));
        if metadata.is_empty() {
            set.children.remove("f:metadata");
        }
    }
}
