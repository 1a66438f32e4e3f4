//! Revisions, kept in annotations.

use crate::controllers::deployment::family::Family;
use crate::controllers::deployment::rolling::Bounds;
use crate::controllers::desk::number;
use crate::object::{child_mut, metadata_mut};
use serde_json::{Value, json};

const REVISION: &str = "deployment.kubernetes.io/revision";
const HISTORY: &str = "deployment.kubernetes.io/revision-history";
const DESIRED: &str = "deployment.kubernetes.io/desired-replicas";
const MOST: &str = "deployment.kubernetes.io/max-replicas";
/// Annotations of the Deployment that its ReplicaSets do not take over.
const OWN: [&str; 5] = ["kubectl.kubernetes.io/last-applied-configuration", REVISION, HISTORY, DESIRED, MOST];

fn annotation<'a>(object: &'a Value, key: &str) -> &'a str {
    object["metadata"]["annotations"].get(key).and_then(Value::as_str).unwrap_or_default()
}

fn annotate(object: &mut Value, key: &str, value: &str) {
    child_mut(metadata_mut(object), "annotations").insert(key.to_owned(), json!(value));
}

/// The revision of a Deployment or ReplicaSet; zero when it has none.
pub(super) fn revision(object: &Value) -> i64 {
    annotation(object, REVISION).parse().unwrap_or(0)
}

/// The revision that the newest set is to have: one more than any of the others, or its own if that is higher.
pub(super) fn next_revision(family: &Family) -> i64 {
    let others = family.old.iter().map(|set| revision(set)).max().unwrap_or(0) + 1;
    others.max(family.new.as_ref().map_or(0, |set| revision(set)))
}

/// Writes the revision, and into a set also the one it had before.
pub(super) fn set_revision(object: &mut Value, number: i64) {
    let before = annotation(object, REVISION).to_owned();
    if before == number.to_string() {
        return;
    }
    if !before.is_empty() && object["kind"] == "ReplicaSet" {
        let history = annotation(object, HISTORY);
        let history = if history.is_empty() { before } else { format!("{history},{before}") };
        annotate(object, HISTORY, &history);
    }
    annotate(object, REVISION, &number.to_string());
}

/// Writes into a set how many replicas its Deployment wishes for and allows.
pub(super) fn set_sizes(set: &mut Value, bounds: Bounds) {
    annotate(set, DESIRED, &bounds.wanted.to_string());
    annotate(set, MOST, &bounds.at_most().to_string());
}

/// Whether the Deployment was scaled since this set's size was last worked out.
pub(super) fn was_scaled(set: &Value, bounds: Bounds) -> bool {
    number(set, "/spec/replicas") > 0
        && annotation(set, DESIRED).parse::<i64>().is_ok_and(|desired| desired != bounds.wanted)
}

/// What the set was to have at most when its size was last worked out.
pub(super) fn former_most(set: &Value) -> Option<i64> {
    annotation(set, MOST).parse().ok()
}

/// Takes over the Deployment's annotations.
pub(super) fn copy_annotations(deployment: &Value, set: &mut Value) {
    let annotations = deployment["metadata"]["annotations"].as_object().into_iter().flatten();
    for (key, value) in annotations.filter(|(key, _)| !OWN.contains(&key.as_str())) {
        child_mut(metadata_mut(set), "annotations").insert(key.clone(), value.clone());
    }
}
