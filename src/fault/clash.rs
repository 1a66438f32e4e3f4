//! Two faults on one field: each would take the other's value for what was there before, and the one that ends last
//! would leave it. On different fields of one object they do not meet.

use super::{Deed, Lasting, Plan, Refusal};
use crate::cluster::{Note, ObjectRef, Open, Undo};
use serde_json::Value;

/// Fields and what they become, as a deed has them.
type Fields = [(String, Option<Value>)];

/// Errors: the notes on the object say that one of the fields is changed already.
pub(super) fn on_object(object: &ObjectRef, present: &Value, fields: &Fields) -> Result<(), Refusal> {
    let notes = Note::all(present);
    let taken = notes.iter().flat_map(|(note, _)| note.fields.iter().map(|field| (&note.fault, &field.path)));
    refuse(object, fields, taken)
}

/// Errors: another entry of this run's journal says so, also where the object takes no note.
pub(super) fn in_journal(open: &Open, own: u32, object: &ObjectRef, fields: &Fields) -> Result<(), Refusal> {
    let entries = open.numbered();
    let taken = entries.iter().filter(|(number, _)| **number != own).flat_map(|(_, entry)| {
        let changed = match &entry.undo {
            Undo::Restore { object: other, fields, .. } if is_same(other, object) => fields.as_slice(),
            Undo::Restore { .. } | Undo::Delete { .. } | Undo::Run { .. } | Undo::Exec { .. } => &[],
        };
        changed.iter().map(|field| (&entry.fault, &field.path))
    });
    refuse(object, fields, taken)
}

fn refuse<'a>(
    object: &ObjectRef,
    fields: &Fields,
    mut taken: impl Iterator<Item = (&'a String, &'a String)>,
) -> Result<(), Refusal> {
    match taken.find(|(_, path)| fields.iter().any(|(own, _)| overlap(own, path))) {
        None => Ok(()),
        Some((fault, path)) => {
            let why = format!(
                "fault {fault} has changed {path} and is not over; let it end first, or run `shakedown recover`"
            );
            Err(Refusal::dangerous(object.clone(), why))
        }
    }
}

/// The object and the field that both plans would change until they are undone.
pub fn between(one: &Plan, other: &Plan) -> Option<(ObjectRef, String)> {
    one.deeds.iter().filter_map(changes).find_map(|(object, fields)| {
        let same = other.deeds.iter().filter_map(changes).filter(|(theirs, _)| is_same(theirs, object));
        let mut paths = same.flat_map(|(_, fields)| fields.iter().map(|(path, _)| path));
        let path = paths.find(|path| fields.iter().any(|(own, _)| overlap(own, path)))?;
        Some((object.clone(), path.clone()))
    })
}

fn changes(deed: &Deed) -> Option<(&ObjectRef, &Fields)> {
    match deed {
        Deed::Change { object, fields, lasting: Lasting::UntilUndone, .. } => Some((object, fields)),
        _ => None,
    }
}

/// Whether it is the same object, as far as both know.
fn is_same(one: &ObjectRef, other: &ObjectRef) -> bool {
    let name = |object: &ObjectRef| (object.kind.clone(), object.namespace.clone(), object.name.clone());
    name(one) == name(other) && (one.uid.is_none() || other.uid.is_none() || one.uid == other.uid)
}

/// Whether one of the paths is the other or leads to it.
fn overlap(one: &str, other: &str) -> bool {
    let leads = |above: &str, below: &str| {
        below.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    leads(one, other) || leads(other, one)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::{FieldChange, RunId};
    use serde_json::json;

    fn object(name: &str) -> ObjectRef {
        ObjectRef {
            api_version: "apps/v1".to_owned(),
            kind: "Deployment".to_owned(),
            namespace: Some("shop".to_owned()),
            name: name.to_owned(),
            uid: Some(name.to_owned()),
        }
    }

    #[test]
    fn paths_meet_when_one_leads_to_the_other() {
        for (one, other, expected) in [
            ("/spec/replicas", "/spec/replicas", true),
            ("/spec/template", "/spec/template/spec/containers/0/image", true),
            ("/spec/template/spec/containers/1/image", "/spec/template/spec/containers/10/image", false),
            ("/spec/replicas", "/spec/selector", false),
            ("/spec/rep", "/spec/replicas", false),
        ] {
            assert_eq!((overlap(one, other), overlap(other, one)), (expected, expected), "{one} {other}");
        }
    }

    #[test]
    fn a_field_with_a_note_is_taken_and_its_neighbour_is_not() {
        let mut present = json!({"metadata": {"annotations": {}}, "spec": {"replicas": 1}});
        let fields =
            vec![FieldChange::of(&json!({"spec": {"replicas": 3}}), "/spec/replicas", Some(json!(1)))];
        let (fault, namespace) = ("fewer".to_owned(), "shop".to_owned());
        let note = Note { run: RunId::new(1), fault, namespace, fields };
        let text = note.change(&present, 3).after;
        present["metadata"]["annotations"]["shakedown.dev/undo-3"] = json!(text);
        let to = |path: &str| [(path.to_owned(), Some(json!(0)))];
        let refused = on_object(&object("api"), &present, &to("/spec/replicas")).unwrap_err().to_string();
        assert!(refused.contains("fault fewer has changed /spec/replicas and is not over"), "{refused}");
        assert!(on_object(&object("api"), &present, &to("/spec/paused")).is_ok());
    }
}
