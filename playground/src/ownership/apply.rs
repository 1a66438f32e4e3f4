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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Map, json};

    fn owner(manager: &str) -> Owner {
        let api_version = "v1".to_owned();
        Owner { manager: manager.to_owned(), operation: Operation::Apply, api_version, subresource: "" }
    }

    fn config(data: &Map<String, Value>) -> Value {
        json!({"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "c"}, "data": data})
    }

    fn applied(live: &Value, manager: &str, force: Force, wanted: &Value) -> Result<Value, ApiError> {
        let outcome = apply(&owner(manager), force, live, wanted, Details::of("", "configmaps", "c"))?;
        let mut object = outcome.object.clone();
        outcome.record(&mut object);
        Ok(object)
    }

    fn data() -> impl Strategy<Value = Map<String, Value>> {
        proptest::collection::btree_map("[a-c]", "[xy]", 1..4)
            .prop_map(|map| map.into_iter().map(|(key, value)| (key, json!(value))).collect())
    }

    fn map(pairs: &[(&str, &str)]) -> Map<String, Value> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect()
    }

    #[test]
    fn what_another_owns_with_another_value_conflicts_unless_it_is_forced() {
        let bare = json!({"kind": "ConfigMap", "apiVersion": "v1"});
        let live = applied(&bare, "one", Force::Refuse, &config(&map(&[("a", "1"), ("b", "1")]))).unwrap();
        let wanted = config(&map(&[("a", "2"), ("b", "1")]));
        let error = applied(&live, "two", Force::Refuse, &wanted).unwrap_err();
        assert_eq!((error.code, error.reason), (409, "Conflict"));
        assert_eq!(error.message, "Apply failed with 1 conflict: conflict with \"one\": .data.a");
        let taken = applied(&live, "two", Force::Take, &wanted).unwrap();
        assert_eq!(taken["data"], json!({"a": "2", "b": "1"}));
        let owned: Vec<_> =
            entries(&taken).iter().map(|one| (one.text("manager").to_owned(), one.fields.paths())).collect();
        let paths = |paths: &[&str]| paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            owned,
            [("one".to_owned(), paths(&[".data.b"])), ("two".to_owned(), paths(&[".data.a", ".data.b"]))]
        );
        // What `two` names no longer goes, unless `one` has it too.
        let less = applied(&taken, "two", Force::Refuse, &config(&map(&[("c", "1")]))).unwrap();
        assert_eq!(less["data"], json!({"b": "1", "c": "1"}));
    }

    #[test]
    fn elements_of_lists_are_owned_one_by_one() {
        let pod = |containers: Value| json!({"kind": "Pod", "apiVersion": "v1", "spec": {"containers": containers}});
        let bare = json!({"kind": "Pod", "apiVersion": "v1"});
        let (one, two) = (json!({"name": "one", "image": "x"}), json!({"name": "two", "image": "x"}));
        let live = applied(&bare, "one", Force::Refuse, &pod(json!([one, two]))).unwrap();
        let side = json!({"name": "two", "env": [{"name": "A", "value": "1"}]});
        let live = applied(&live, "side", Force::Refuse, &pod(json!([side]))).unwrap();
        assert_eq!(live["spec"]["containers"][1]["env"][0]["value"], "1");
        // `one` gives both up: the container in which `side` has something stays, with what is left of it.
        let third = json!({"name": "three", "image": "x"});
        let live = applied(&live, "one", Force::Refuse, &pod(json!([third]))).unwrap();
        assert_eq!(live["spec"]["containers"], json!([{"name": "two", "env": side["env"]}, third]));
    }

    proptest! {
        #[test]
        fn an_apply_gets_what_it_names_and_a_second_one_changes_nothing(
            rounds in proptest::collection::vec((0..3_usize, data()), 1..8)
        ) {
            let mut live = json!({"kind": "ConfigMap", "apiVersion": "v1"});
            for (manager, data) in rounds {
                let manager = ["one", "two", "three"][manager];
                let wanted = config(&data);
                let Ok(next) = applied(&live, manager, Force::Take, &wanted) else { panic!("a forced apply failed") };
                for (key, value) in &data {
                    prop_assert_eq!(&next["data"][key], value);
                }
                // Everything has an owner, and nothing that has none is left.
                let owned = entries(&next).iter().fold(FieldSet::default(), |all, one| all.union(&one.fields));
                let keys: Vec<String> = next["data"].as_object().unwrap().keys().map(|key| format!(".data.{key}")).collect();
                let (mut paths, mut keys) = (owned.paths(), keys);
                paths.sort();
                keys.sort();
                prop_assert_eq!(paths, keys);
                let again = applied(&next, manager, Force::Refuse, &wanted);
                prop_assert_eq!(again.as_ref().ok(), Some(&next));
                live = next;
            }
        }
    }
}
