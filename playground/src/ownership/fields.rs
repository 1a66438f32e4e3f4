//! Sets of fields, as `fieldsV1` writes them.

use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A set of fields of one object: a tree whose steps are `f:NAME`, `k:{KEYS}` for the element of a list with these
/// keys, and `v:VALUE` for an element of a list of values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldSet {
    /// Whether the place itself is in the set, not only what is below.
    pub(super) own: bool,
    pub(super) children: BTreeMap<String, FieldSet>,
}

impl FieldSet {
    /// One place alone.
    pub(super) fn leaf() -> FieldSet {
        FieldSet { own: true, children: BTreeMap::new() }
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        !self.own && self.children.is_empty()
    }

    /// Adds what is below `step`, unless that is nothing.
    pub(super) fn put(&mut self, step: String, below: FieldSet) {
        if !below.is_empty() {
            self.children.insert(step, below);
        }
    }

    /// What is in either.
    #[must_use]
    pub fn union(&self, other: &FieldSet) -> FieldSet {
        let mut union = self.clone();
        union.own |= other.own;
        for (step, below) in &other.children {
            let present = union.children.entry(step.clone()).or_default();
            *present = present.union(below);
        }
        union
    }

    /// What is in this one, but not in the other.
    #[must_use]
    pub fn without(&self, other: &FieldSet) -> FieldSet {
        let mut rest = FieldSet { own: self.own && !other.own, children: BTreeMap::new() };
        for (step, below) in &self.children {
            rest.put(
                step.clone(),
                other.children.get(step).map_or_else(|| below.clone(), |gone| below.without(gone)),
            );
        }
        rest
    }

    /// What is in both.
    #[must_use]
    pub fn shared(&self, other: &FieldSet) -> FieldSet {
        let mut shared = FieldSet { own: self.own && other.own, children: BTreeMap::new() };
        for (step, below) in &self.children {
            if let Some(there) = other.children.get(step) {
                shared.put(step.clone(), below.shared(there));
            }
        }
        shared
    }

    /// The places in it, as people read them: `.spec.containers[name="c"].image`.
    pub fn paths(&self) -> Vec<String> {
        let mut paths = Vec::new();
        self.walk("", &mut paths);
        paths
    }

    fn walk(&self, path: &str, paths: &mut Vec<String>) {
        if self.own {
            paths.push(path.to_owned());
        }
        for (step, below) in &self.children {
            below.walk(&format!("{path}{}", shown(step)), paths);
        }
    }

    /// As `fieldsV1`.
    pub fn to_json(&self) -> Value {
        let mut map = Map::new();
        if self.own && !self.children.is_empty() {
            map.insert(".".to_owned(), Value::Object(Map::new()));
        }
        map.extend(self.children.iter().map(|(step, below)| (step.clone(), below.to_json())));
        Value::Object(map)
    }

    /// From `fieldsV1`.
    pub fn from_json(value: &Value) -> FieldSet {
        let map = value.as_object().into_iter().flatten().filter(|(step, _)| *step != ".");
        let children = map.map(|(step, below)| (step.clone(), FieldSet::below(below)));
        FieldSet { own: false, children: children.collect() }
    }

    fn below(value: &Value) -> FieldSet {
        let own = value.as_object().is_none_or(|map| map.is_empty() || map.contains_key("."));
        FieldSet { own, ..FieldSet::from_json(value) }
    }
}

/// A step as people read it.
fn shown(step: &str) -> String {
    match step.split_once(':') {
        Some(("f", name)) => format!(".{name}"),
        Some(("k", keys)) => {
            let keys: Map<String, Value> = serde_json::from_str(keys).unwrap_or_default();
            let keys: Vec<String> = keys.iter().map(|(key, value)| format!("{key}={value}")).collect();
            format!("[{}]", keys.join(","))
        }
        Some(("v", value)) => format!("[={value}]"),
        _ => format!("[{step}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn sets() -> impl Strategy<Value = FieldSet> {
        let leaf = Just(FieldSet::leaf());
        let inner = leaf.prop_recursive(4, 20, 4, |inner| {
            let children = proptest::collection::btree_map("f:[a-d]", inner, 1..4);
            (any::<bool>(), children).prop_map(|(own, children)| FieldSet { own, children })
        });
        proptest::collection::btree_map("f:[a-d]", inner, 0..4)
            .prop_map(|children| FieldSet { own: false, children })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(set in sets()) {
            prop_assert_eq!(FieldSet::from_json(&set.to_json()), set);
        }

        #[test]
        fn the_parts_make_the_whole(one in sets(), two in sets()) {
            prop_assert_eq!(one.without(&two).union(&one.shared(&two)), one.clone());
            prop_assert!(one.without(&two).shared(&two).is_empty());
            prop_assert_eq!(one.union(&two).without(&two), one.without(&two));
            prop_assert_eq!(one.union(&two), two.union(&one));
        }
    }

    #[test]
    fn paths_as_people_read_them() {
        let set = json!({"f:spec": {
            "f:ports": {"k:{\"containerPort\":80,\"protocol\":\"TCP\"}": {".": {}, "f:name": {}}},
            "f:finalizers": {"v:\"a\"": {}},
        }});
        let expected = [
            ".spec.finalizers[=\"a\"]",
            ".spec.ports[containerPort=80,protocol=\"TCP\"]",
            ".spec.ports[containerPort=80,protocol=\"TCP\"].name",
        ];
        assert_eq!(FieldSet::from_json(&set).paths(), expected);
    }
}
