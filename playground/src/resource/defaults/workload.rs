//! Deployments, replica sets, stateful sets and jobs.

use crate::object::{child_mut, map_mut, set_default, text};
use crate::resource::defaults::pod::template;
use serde_json::{Map, Value, json};

/// The spec, with the pod template's defaults filled in.
fn spec_with_template(object: &mut Value) -> &mut Map<String, Value> {
    let spec = child_mut(map_mut(object), "spec");
    if spec.get("template").is_some_and(Value::is_object) {
        template(child_mut(child_mut(spec, "template"), "spec"));
    }
    spec
}

/// A Deployment.
pub(in crate::resource) fn deployment(object: &mut Value) {
    let spec = spec_with_template(object);
    set_default(spec, "replicas", 1);
    let strategy = child_mut(spec, "strategy");
    set_default(strategy, "type", "RollingUpdate");
    if strategy["type"] == "RollingUpdate" {
        let rolling = child_mut(strategy, "rollingUpdate");
        set_default(rolling, "maxUnavailable", "25%");
        set_default(rolling, "maxSurge", "25%");
    }
    set_default(spec, "revisionHistoryLimit", 10);
    set_default(spec, "progressDeadlineSeconds", 600);
}

/// A ReplicaSet.
pub(in crate::resource) fn replica_set(object: &mut Value) {
    set_default(spec_with_template(object), "replicas", 1);
}

/// A StatefulSet.
pub(in crate::resource) fn stateful_set(object: &mut Value) {
    let spec = spec_with_template(object);
    set_default(spec, "replicas", 1);
    set_default(spec, "podManagementPolicy", "OrderedReady");
    let strategy = child_mut(spec, "updateStrategy");
    set_default(strategy, "type", "RollingUpdate");
    if strategy["type"] == "RollingUpdate" {
        set_default(child_mut(strategy, "rollingUpdate"), "partition", 0);
    }
    set_default(spec, "revisionHistoryLimit", 10);
    let retention = child_mut(spec, "persistentVolumeClaimRetentionPolicy");
    set_default(retention, "whenDeleted", "Retain");
    set_default(retention, "whenScaled", "Retain");
}

/// A Job: besides the defaults, the labels by which it knows its pods (from its uid).
pub(in crate::resource) fn job(object: &mut Value) {
    let (name, uid) = (text(object, "/metadata/name").to_owned(), text(object, "/metadata/uid").to_owned());
    let spec = spec_with_template(object);
    if ["completions", "parallelism"].iter().all(|key| spec.get(*key).is_none_or(Value::is_null)) {
        set_default(spec, "completions", 1);
    }
    set_default(spec, "parallelism", 1);
    set_default(spec, "backoffLimit", 6);
    set_default(spec, "manualSelector", false);
    set_default(spec, "completionMode", "NonIndexed");
    set_default(spec, "suspend", false);
    set_default(spec, "podReplacementPolicy", "TerminatingOrFailed");
    if spec["manualSelector"] == false && !uid.is_empty() {
        let pairs = [
            ("batch.kubernetes.io/controller-uid", &uid),
            ("batch.kubernetes.io/job-name", &name),
            ("controller-uid", &uid),
            ("job-name", &name),
        ];
        let labels = child_mut(child_mut(child_mut(spec, "template"), "metadata"), "labels");
        for (key, value) in pairs {
            set_default(labels, key, value.as_str());
        }
        let selector = json!({"matchLabels": {"batch.kubernetes.io/controller-uid": uid}});
        set_default(spec, "selector", selector);
        let labels = child_mut(child_mut(map_mut(object), "metadata"), "labels");
        if labels.is_empty() {
            for (key, value) in pairs {
                set_default(labels, key, value.as_str());
            }
        }
    }
}

/// The status of a new Deployment or Job: nothing is known.
pub(in crate::resource) fn empty_status(object: &mut Value) {
    object["status"] = json!({});
}

/// The status of a new ReplicaSet or StatefulSet.
pub(in crate::resource) fn replicas_status(object: &mut Value) {
    object["status"] = json!({"replicas": 0});
}
