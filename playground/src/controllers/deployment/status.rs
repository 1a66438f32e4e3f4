//! What a Deployment tells of itself.

use crate::controllers::condition::{self, find};
use crate::controllers::deployment::family::Family;
use crate::controllers::deployment::rolling::Bounds;
use crate::controllers::desk::number;
use crate::controllers::work::Next;
use crate::object;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

/// A deadline of this many seconds is none (the largest 32-bit number, as on the real server).
const NO_DEADLINE: i64 = 2_147_483_647;

/// Whether the Deployment has a deadline for its progress.
pub(super) fn has_deadline(deployment: &Value) -> bool {
    !matches!(number(deployment, "/spec/progressDeadlineSeconds"), 0 | NO_DEADLINE)
}

/// Sets the condition `Progressing`.
pub(super) fn progressing(status: &mut Value, holds: &str, reason: &str, message: &str) {
    set(status, "Progressing", holds, reason, message, Repeat::Ignore);
}

/// What to do when the condition says the same already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Repeat {
    /// Nothing.
    Ignore,
    /// Write it anew, with a new time: there was progress.
    Renew,
}

fn set(status: &mut Value, kind: &str, holds: &str, reason: &str, message: &str, repeat: Repeat) {
    let now = object::now();
    let before = find(status, kind);
    let same = before.filter(|before| before["status"] == holds);
    if same.is_some_and(|same| same["reason"] == reason) && repeat == Repeat::Ignore {
        return;
    }
    let since = same.map_or_else(|| json!(now), |same| same["lastTransitionTime"].clone());
    let condition = json!({
        "type": kind, "status": holds, "lastUpdateTime": now, "lastTransitionTime": since,
        "reason": reason, "message": message,
    });
    condition::push(status, condition);
}

/// The status that the sets come to, without the condition `Progressing`.
pub(super) fn counted(family: &Family) -> Value {
    let deployment = &family.deployment;
    let available = family.sum("/status/availableReplicas");
    let mut status = Map::new();
    let generation = object::generation(deployment);
    status.insert("observedGeneration".to_owned(), json!(generation));
    for (key, number) in [
        ("replicas", family.sum("/status/replicas")),
        ("updatedReplicas", family.of_new("/status/replicas")),
        ("readyReplicas", family.sum("/status/readyReplicas")),
        ("availableReplicas", available),
        ("unavailableReplicas", (family.sum("/spec/replicas") - available).max(0)),
    ] {
        if number > 0 {
            status.insert(key.to_owned(), json!(number));
        }
    }
    status.insert("terminatingReplicas".to_owned(), json!(family.sum("/status/terminatingReplicas")));
    for key in ["conditions", "collisionCount"] {
        if let Some(value) = deployment["status"].get(key) {
            status.insert(key.to_owned(), value.clone());
        }
    }
    let mut status = Value::Object(status);
    let (holds, reason, message) = if available >= Bounds::of(deployment).at_least() {
        ("True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
    } else {
        ("False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
    };
    set(&mut status, "Available", holds, reason, message, Repeat::Ignore);
    status
}

/// The status with the condition `Progressing` as it is to be, and when the deadline has to be looked at.
pub(super) fn with_progress(family: &Family) -> (Value, Next) {
    let mut status = counted(family);
    let deployment = &family.deployment;
    if !has_deadline(deployment) {
        condition::remove(&mut status, "Progressing");
        return (status, Next::Rest);
    }
    let Some(name) = family.new.as_ref().map(|set| object::name(set).to_owned()) else {
        return (status, Next::Rest);
    };
    let before = find(&status, "Progressing").cloned();
    let done = before.as_ref().is_some_and(|before| before["reason"] == "NewReplicaSetAvailable")
        && number(&status, "/replicas") == number(&status, "/updatedReplicas");
    if done {
        return (status, Next::Rest);
    }
    if is_complete(deployment, &status) {
        let message = format!("ReplicaSet \"{name}\" has successfully progressed.");
        progressing(&mut status, "True", "NewReplicaSetAvailable", &message);
        return (status, Next::Rest);
    }
    if has_progressed(&deployment["status"], &status) {
        let message = format!("ReplicaSet \"{name}\" is progressing.");
        set(&mut status, "Progressing", "True", "ReplicaSetUpdated", &message, Repeat::Renew);
    }
    let rest = time_left(deployment, &status);
    if rest.is_some_and(|rest| !rest.is_positive()) {
        let message = format!("ReplicaSet \"{name}\" has timed out progressing.");
        progressing(&mut status, "False", "ProgressDeadlineExceeded", &message);
        return (status, Next::Rest);
    }
    (status, rest.map(SignedDuration::unsigned_abs).into())
}

/// Whether the update is through: every replica is new and available, none else is there.
pub(super) fn is_complete(deployment: &Value, status: &Value) -> bool {
    let wanted = number(deployment, "/spec/replicas");
    let all = ["/updatedReplicas", "/replicas", "/availableReplicas"];
    all.iter().all(|key| number(status, key) == wanted)
        && number(status, "/observedGeneration") >= object::generation(deployment)
}

fn has_progressed(before: &Value, now: &Value) -> bool {
    let more = |key: &str| number(now, key) > number(before, key);
    let old = |status: &Value| number(status, "/replicas") - number(status, "/updatedReplicas");
    more("/updatedReplicas") || more("/readyReplicas") || more("/availableReplicas") || old(now) < old(before)
}

/// How long it is until the deadline; `None` when none runs. A second is added because the times have no fractions.
fn time_left(deployment: &Value, status: &Value) -> Option<SignedDuration> {
    let condition = find(status, "Progressing")?;
    if matches!(condition["reason"].as_str(), Some("NewReplicaSetAvailable" | "ProgressDeadlineExceeded")) {
        return None;
    }
    let from: Timestamp = object::text(condition, "/lastUpdateTime").parse().ok()?;
    let seconds = number(deployment, "/spec/progressDeadlineSeconds") + 1;
    Some(SignedDuration::from_secs(seconds) - Timestamp::now().duration_since(from))
}
