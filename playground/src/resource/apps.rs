//! apps/v1.

use crate::resource::Subresource::{Scale, Status};
use crate::resource::{Kind, defaults, rules};

const fn kind(resource: &'static str, name: &'static str) -> Kind {
    Kind::new("apps", "v1", resource, name).in_all().with(&[Scale, Status]).counted()
}

pub(super) const KINDS: &[Kind] = &[
    Kind::new("apps", "v1", "controllerrevisions", "ControllerRevision"),
    kind("deployments", "Deployment")
        .short(&["deploy"])
        .defaults(defaults::deployment)
        .creates(defaults::empty_status)
        .checks(rules::workload, rules::workload_change),
    kind("replicasets", "ReplicaSet")
        .short(&["rs"])
        .selectable(&["status.replicas"])
        .defaults(defaults::replica_set)
        .creates(defaults::replicas_status)
        .checks(rules::workload, rules::workload_change),
    kind("statefulsets", "StatefulSet")
        .short(&["sts"])
        .defaults(defaults::stateful_set)
        .creates(defaults::replicas_status)
        .checks(rules::workload, rules::stateful_change),
];
