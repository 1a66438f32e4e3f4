//! Deployments, replica sets, stateful sets and jobs.

use crate::resource::rules::pod::pod_spec;
use crate::selector::LabelSelector;
use crate::status::Cause;
use serde_json::{Value, json};

/// A Deployment, ReplicaSet or StatefulSet.
pub(in crate::resource) fn workload(object: &Value) -> Vec<Cause> {
    let spec = &object["spec"];
    let mut causes = Vec::new();
    if let Some(replicas) = spec["replicas"].as_i64().filter(|replicas| *replicas < 0) {
        let why = "must be greater than or equal to 0";
        causes.push(Cause::invalid("spec.replicas", &json!(replicas), why));
    }
    let selector = LabelSelector::from_object(&spec["selector"]);
    if spec["selector"].is_null() {
        causes.push(Cause::required("spec.selector", ""));
    } else if selector.requirements.is_empty() {
        let why = "empty selector is invalid for deployment";
        causes.push(Cause::invalid("spec.selector", &spec["selector"], why));
    } else if !selector.matches(&spec["template"]) {
        let labels = &spec["template"]["metadata"]["labels"];
        let why = "`selector` does not match template `labels`";
        causes.push(Cause::invalid("spec.template.metadata.labels", labels, why));
    }
    causes.extend(pod_spec(&spec["template"]["spec"], "spec.template.spec"));
    if spec["template"]["spec"]["restartPolicy"].as_str().is_some_and(|policy| policy != "Always") {
        let policy = &spec["template"]["spec"]["restartPolicy"];
        causes.push(Cause::unsupported("spec.template.spec.restartPolicy", policy, &["Always"]));
    }
    causes
}

fn immutable(old: &Value, new: &Value, key: &str) -> Option<Cause> {
    let (before, after) = (&old["spec"][key], &new["spec"][key]);
    (before != after).then(|| Cause::invalid(format!("spec.{key}"), after, "field is immutable"))
}

/// A change of a Deployment or ReplicaSet: it keeps its pods, so the selector stays.
pub(in crate::resource) fn workload_change(old: &Value, new: &Value) -> Vec<Cause> {
    immutable(old, new, "selector").into_iter().collect()
}

const STATEFUL: &str = "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', \
'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

/// A change of a StatefulSet: names and volumes stay.
pub(in crate::resource) fn stateful_change(old: &Value, new: &Value) -> Vec<Cause> {
    let fixed = ["selector", "serviceName", "volumeClaimTemplates", "podManagementPolicy"];
    let changed = fixed.iter().any(|key| old["spec"][*key] != new["spec"][*key]);
    if changed { vec![Cause::forbidden("spec", STATEFUL)] } else { Vec::new() }
}

/// A Job.
pub(in crate::resource) fn job(object: &Value) -> Vec<Cause> {
    let spec = &object["spec"];
    let mut causes = Vec::new();
    for key in ["parallelism", "completions", "backoffLimit"] {
        if let Some(number) = spec[key].as_i64().filter(|number| *number < 0) {
            let why = "must be greater than or equal to 0";
            causes.push(Cause::invalid(format!("spec.{key}"), &json!(number), why));
        }
    }
    if spec["completionMode"] == "Indexed" && spec["completions"].is_null() {
        let why = "when completion mode is Indexed";
        causes.push(Cause::required("spec.completions", why));
    }
    causes.extend(pod_spec(&spec["template"]["spec"], "spec.template.spec"));
    if spec["template"]["spec"]["restartPolicy"] == "Always" {
        let why = "valid values: \"OnFailure\", \"Never\"";
        causes.push(Cause::required("spec.template.spec.restartPolicy", why));
    }
    causes
}

/// A change of a Job: what it runs stays.
pub(in crate::resource) fn job_change(old: &Value, new: &Value) -> Vec<Cause> {
    ["selector", "template", "completionMode"].iter().filter_map(|key| immutable(old, new, key)).collect()
}
