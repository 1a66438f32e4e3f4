//! What a changed object says of itself: an annotation for each change, put there by the same write. Whoever has no
//! journal any more takes the change back from it, and whoever would change the same field sees that it is taken.

use super::{FieldChange, RunId, escaped};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// How the annotations begin; the number of the journal's entry follows.
pub const UNDO_PREFIX: &str = "shakedown.dev/undo-";

/// Which run changed which fields for which fault, and what they were.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// The run.
    pub run: RunId,
    /// The fault.
    pub fault: String,
    /// Where the run is at home, with its lease and its journal: a node is changed by runs of many namespaces. Empty in
    /// notes that did not say so yet.
    #[serde(default)]
    pub namespace: String,
    /// The fields, without the note itself.
    pub fields: Vec<FieldChange>,
}

impl Note {
    /// The change that puts the note onto `object`, as that of the journal's entry `number`.
    pub fn change(&self, object: &Value, number: u32) -> FieldChange {
        let path = format!("/metadata/annotations/{}", escaped(&format!("{UNDO_PREFIX}{number}")));
        // A struct of texts and values always has a JSON.
        FieldChange::of(object, &path, serde_json::to_string(self).ok().map(Value::from))
    }

    /// The notes that an object carries, and the change that put each there. One that cannot be read is left out.
    pub fn all(object: &Value) -> Vec<(Note, FieldChange)> {
        let notes = object.pointer("/metadata/annotations").and_then(Value::as_object);
        notes.map(Map::iter).into_iter().flatten().filter_map(Note::read).collect()
    }

    fn read((key, text): (&String, &Value)) -> Option<(Note, FieldChange)> {
        key.strip_prefix(UNDO_PREFIX)?;
        let note = serde_json::from_str(text.as_str()?).ok()?;
        let path = format!("/metadata/annotations/{}", escaped(key));
        Some((note, FieldChange { path, before: None, after: Some(text.clone()) }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_change_has_its_own_note_which_is_read_back() {
        let mut object = json!({"metadata": {"annotations": {"owner": "shop"}}, "spec": {"replicas": 3}});
        let note = |fault: &str| Note {
            run: RunId::new(7),
            fault: fault.to_owned(),
            namespace: "shop".to_owned(),
            fields: vec![FieldChange::of(&object, "/spec/replicas", Some(json!(1)))],
        };
        let notes = [note("fewer"), note("worse")];
        for (number, note) in (4..).zip(&notes) {
            let change = note.change(&object, number);
            let key = change.path.rsplit('/').next().unwrap().replace("~1", "/");
            assert_eq!(key, format!("shakedown.dev/undo-{number}"));
            object["metadata"]["annotations"][key] = change.after.clone().unwrap();
            assert!(Note::all(&object).contains(&(note.clone(), change)));
        }
        assert_eq!(Note::all(&object).len(), 2);
        object["metadata"]["annotations"]["shakedown.dev/undo-6"] = json!("torn");
        assert_eq!(Note::all(&object).len(), 2, "what nobody can read is nobody's");
    }
}
