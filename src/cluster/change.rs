//! Changes of an object's fields that know what was there before, so that they can be taken back.
//!
//! Both ways are JSON patches (RFC 6902) that test before they write: nothing is overwritten that is not as we
//! believe it to be.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What the server counts up with each change of an object.
const VERSION: &str = "/metadata/resourceVersion";

/// One field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Where: a JSON pointer (RFC 6901), such as `/spec/selector`.
    pub path: String,
    /// What was there; `None` when there was nothing.
    pub before: Option<Value>,
    /// What we put there; `None` when we removed it.
    pub after: Option<Value>,
}

impl FieldChange {
    /// The change that gives `object` the value `after` at `path`.
    pub fn of(object: &Value, path: &str, after: Option<Value>) -> FieldChange {
        FieldChange { path: path.to_owned(), before: object.pointer(path).cloned(), after }
    }

    /// Whether the object is as the change has left it.
    pub fn is_ours(&self, object: &Value) -> bool {
        object.pointer(&self.path) == self.after.as_ref()
    }

    /// Whether the object is as it was before.
    pub fn is_undone(&self, object: &Value) -> bool {
        object.pointer(&self.path) == self.before.as_ref()
    }
}

/// Which way a change goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// From what was to what we want.
    There,
    /// From what we made to what was.
    Back,
}

/// The operations that make the changes on `object` or take them back, in the order of `changes`; maps on the way to
/// a field that are missing are made. A map that somebody else makes meanwhile would be emptied by that, so they are
/// made only while the object is of the version that was read.
pub fn operations(object: &Value, changes: &[FieldChange], way: Way) -> Vec<Value> {
    let mut image = object.clone();
    let mut operations = Vec::new();
    let mut made = Vec::new();
    for change in changes {
        let (from, to) = match way {
            Way::There => (&change.before, &change.after),
            Way::Back => (&change.after, &change.before),
        };
        if let Some(from) = from {
            operations.push(json!({"op": "test", "path": change.path, "value": from}));
        }
        match (from, to) {
            (_, Some(to)) => {
                made.extend(missing_maps(&mut image, &change.path));
                operations.push(json!({"op": "add", "path": change.path, "value": to}));
            }
            (Some(_), None) => operations.push(json!({"op": "remove", "path": change.path})),
            (None, None) => {}
        }
    }
    if made.is_empty() {
        return operations;
    }
    let version = object.pointer(VERSION);
    let same = version.map(|version| json!({"op": "test", "path": VERSION, "value": version}));
    same.into_iter().chain(made).chain(operations).collect()
}

/// The operations that make the maps above `path` which `image` does not have; it has them afterwards.
fn missing_maps(image: &mut Value, path: &str) -> Vec<Value> {
    let mut operations = Vec::new();
    let ends = path.match_indices('/').map(|(place, _)| place).skip(1);
    for end in ends {
        let parent = &path[..end];
        if image.pointer(parent).is_some() {
            continue;
        }
        operations.push(json!({"op": "add", "path": parent, "value": {}}));
        let Some((above, name)) = parent.rsplit_once('/') else { continue };
        if let Some(Value::Object(map)) = image.pointer_mut(above) {
            map.insert(unescaped(name), json!({}));
        }
    }
    operations
}

/// A name as one part of a JSON pointer.
pub fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn unescaped(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn applied(object: &Value, changes: &[FieldChange], way: Way) -> Result<Value, String> {
        let operations = json!(operations(object, changes, way));
        let patch: json_patch::Patch = serde_json::from_value(operations).unwrap();
        let mut image = object.clone();
        json_patch::patch(&mut image, &patch).map_err(|error| error.to_string())?;
        Ok(image)
    }

    #[test]
    fn a_change_goes_there_and_back_and_not_over_what_others_did() {
        let service = json!({"metadata": {"name": "api"}, "spec": {"selector": {"app": "api"}}});
        let note = format!("/metadata/annotations/{}", escaped("shakedown.dev/undo-1"));
        let changes = [
            FieldChange::of(&service, &note, Some(json!("note"))),
            FieldChange::of(&service, "/spec/selector", Some(json!({"gone": "yes"}))),
        ];
        let there = applied(&service, &changes, Way::There).unwrap();
        assert_eq!(there["spec"]["selector"], json!({"gone": "yes"}));
        assert_eq!(there["metadata"]["annotations"], json!({"shakedown.dev/undo-1": "note"}));
        assert!(changes.iter().all(|change| change.is_ours(&there)));
        let mut back = applied(&there, &changes, Way::Back).unwrap();
        // The map that was made stays, empty: Kubernetes itself drops it.
        back["metadata"].as_object_mut().unwrap().remove("annotations");
        assert_eq!(back, service);

        let mut foreign = there.clone();
        foreign["spec"]["selector"] = json!({"app": "other"});
        assert!(applied(&foreign, &changes, Way::Back).is_err(), "the test before the write fails");
    }

    #[test]
    fn a_map_that_somebody_else_has_made_meanwhile_is_not_emptied() {
        let read = json!({"metadata": {"resourceVersion": "7"}});
        let change = [FieldChange::of(&read, "/metadata/annotations/ours", Some(json!("1")))];
        assert!(applied(&read, &change, Way::There).is_ok());
        let patch = json!(operations(&read, &change, Way::There));
        let patch: json_patch::Patch = serde_json::from_value(patch).unwrap();
        let mut now = json!({"metadata": {"resourceVersion": "8", "annotations": {"theirs": "2"}}});
        assert!(json_patch::patch(&mut now, &patch).is_err());
    }

    fn map() -> impl Strategy<Value = Value> {
        prop::collection::btree_map("[a-c/~]{1,2}", prop_oneof![Just(json!(1)), Just(json!({"x": 2}))], 0..4)
            .prop_map(|map| json!({"spec": map}))
    }

    proptest! {
        #[test]
        fn back_is_the_inverse_of_there(object in map(), name in "[a-c/~]{1,2}", after in prop::option::of(Just(json!(7)))) {
            let change = FieldChange::of(&object, &format!("/spec/{}", escaped(&name)), after);
            let changes = [change];
            let there = applied(&object, &changes, Way::There).unwrap();
            prop_assert!(changes[0].is_ours(&there));
            prop_assert_eq!(applied(&there, &changes, Way::Back).unwrap(), object);
        }
    }
}
