//! Fields that the server gives out to a new object: addresses, labels by which a Job knows its Pods and the like.

use crate::ownership::fields::FieldSet;
use serde_json::Value;

/// A path of names. Those above another come first.
type Path = &'static [&'static str];

const SERVICE: &[Path] =
    &[&["spec", "clusterIP"], &["spec", "clusterIPs"], &["spec", "ipFamilies"], &["spec", "ipFamilyPolicy"]];
const POD: &[Path] = &[
    &["spec", "preemptionPolicy"],
    &["spec", "priority"],
    &["spec", "serviceAccount"],
    &["spec", "serviceAccountName"],
    &["spec", "tolerations"],
];
const JOB: &[Path] = &[
    &["spec", "selector"],
    &["metadata", "labels"],
    &["metadata", "labels", "batch.kubernetes.io/controller-uid"],
    &["metadata", "labels", "batch.kubernetes.io/job-name"],
    &["metadata", "labels", "controller-uid"],
    &["metadata", "labels", "job-name"],
    &["spec", "template", "metadata"],
    &["spec", "template", "metadata", "labels"],
    &["spec", "template", "metadata", "labels", "batch.kubernetes.io/controller-uid"],
    &["spec", "template", "metadata", "labels", "batch.kubernetes.io/job-name"],
    &["spec", "template", "metadata", "labels", "controller-uid"],
    &["spec", "template", "metadata", "labels", "job-name"],
];

/// Takes out of `fields` what an object of `kind` was given without asking: its maker does not own that.
pub(super) fn drop_given_out(given: &Value, kind: &str, fields: &mut FieldSet) {
    let paths = match kind {
        "Service" => SERVICE,
        "Pod" => POD,
        "Job" => JOB,
        _ => return,
    };
    for path in paths {
        let asked =
            path.iter().try_fold(given, |value, name| value.get(name).filter(|value| !value.is_null()));
        if asked.is_none() {
            drop_path(fields, path);
        }
    }
}

fn drop_path(fields: &mut FieldSet, path: &[&str]) {
    let Some((first, rest)) = path.split_first() else { return };
    let step = format!("f:{first}");
    if let Some(below) = fields.children.get_mut(&step) {
        if rest.is_empty() {
            *below = FieldSet::default();
        } else {
            drop_path(below, rest);
        }
        if below.is_empty() {
            fields.children.remove(&step);
        }
    }
}
