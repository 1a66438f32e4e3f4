//! events.k8s.io/v1: the newer form of events. They are the events of core/v1, with other names for some fields.

use crate::object;
use crate::resource::{Kept, Kind, rules};
use crate::store::ResourceId;
use serde_json::{Value, json};

/// A field in the form of core/v1, and in that of events.k8s.io/v1.
const NAMES: [(&str, &str); 7] = [
    ("involvedObject", "regarding"),
    ("message", "note"),
    ("reportingComponent", "reportingController"),
    ("source", "deprecatedSource"),
    ("firstTimestamp", "deprecatedFirstTimestamp"),
    ("lastTimestamp", "deprecatedLastTimestamp"),
    ("count", "deprecatedCount"),
];

const FIELDS: &[&str] = &[
    "regarding.kind",
    "regarding.name",
    "regarding.namespace",
    "regarding.uid",
    "reason",
    "reportingController",
    "type",
];

pub(super) const KINDS: &[Kind] = &[Kind::new("events.k8s.io", "v1", "events", "Event")
    .short(&["ev"])
    .selectable(FIELDS)
    .checks(rules::event, rules::no_change)
    .kept_as(Kept {
        id: ResourceId { group: "", resource: "events" },
        keep: |event| rename(event, "v1", NAMES),
        show: |event| rename(event, "events.k8s.io/v1", NAMES.map(|(core, newer)| (newer, core))),
    })];

/// Gives the fields their first names in place of their second ones.
fn rename(event: &mut Value, api_version: &str, names: [(&str, &str); 7]) {
    let map = object::map_mut(event);
    for (key, value) in std::mem::take(map) {
        let name = names.iter().find(|(_, second)| *second == key).map_or(key.as_str(), |(first, _)| first);
        map.insert(name.to_owned(), value);
    }
    map.insert("apiVersion".to_owned(), json!(api_version));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_in_both_forms() {
        let core = json!({
            "kind": "Event", "apiVersion": "v1", "metadata": {"name": "e"}, "involvedObject": {"name": "p"},
            "reason": "Killing", "message": "it ends", "source": {"component": "kubelet"}, "count": 2,
            "reportingComponent": "kubelet",
        });
        let newer = json!({
            "kind": "Event", "apiVersion": "events.k8s.io/v1", "metadata": {"name": "e"}, "regarding": {"name": "p"},
            "reason": "Killing", "note": "it ends", "deprecatedSource": {"component": "kubelet"},
            "deprecatedCount": 2, "reportingController": "kubelet",
        });
        let kept = KINDS[0].kept.unwrap();
        let (mut shown, mut back) = (core.clone(), newer.clone());
        (kept.show)(&mut shown);
        (kept.keep)(&mut back);
        assert_eq!((shown, back), (newer, core));
    }
}
