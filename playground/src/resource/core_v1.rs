//! core/v1.

use crate::resource::Subresource::{
    Binding, EphemeralContainers, Eviction, Exec, Finalize, Log, Resize, Status, Token,
};
use crate::resource::{Deletion, Kind, NameRule, defaults, rules};

const fn kind(resource: &'static str, name: &'static str) -> Kind {
    Kind::new("", "v1", resource, name)
}

const EVENT_FIELDS: &[&str] = &[
    "involvedObject.kind",
    "involvedObject.namespace",
    "involvedObject.name",
    "involvedObject.uid",
    "involvedObject.apiVersion",
    "involvedObject.resourceVersion",
    "involvedObject.fieldPath",
    "reason",
    "reportingComponent",
    "source",
    "type",
];

const POD_FIELDS: &[&str] = &[
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "spec.hostNetwork",
    "status.phase",
    "status.podIP",
    "status.nominatedNodeName",
];

pub(super) const KINDS: &[Kind] = &[
    kind("configmaps", "ConfigMap").short(&["cm"]),
    kind("endpoints", "Endpoints").short(&["ep"]),
    kind("events", "Event")
        .short(&["ev"])
        .selectable(EVENT_FIELDS)
        .checks(rules::core_event, rules::no_change),
    kind("namespaces", "Namespace")
        .cluster()
        .short(&["ns"])
        .with(&[Status, Finalize])
        .named(NameRule::Label)
        .goes(Deletion::Namespace)
        .selectable(&["status.phase"])
        .defaults(defaults::namespace),
    kind("nodes", "Node")
        .cluster()
        .short(&["no"])
        .with(&[Status])
        .selectable(&["spec.unschedulable"])
        .defaults(defaults::node),
    kind("persistentvolumeclaims", "PersistentVolumeClaim")
        .short(&["pvc"])
        .with(&[Status])
        .goes(Deletion::Object)
        .defaults(defaults::claim)
        .creates(defaults::claim_status),
    kind("pods", "Pod")
        .short(&["po"])
        .in_all()
        .with(&[Status, Binding, EphemeralContainers, Eviction, Exec, Log, Resize])
        .counted()
        .goes(Deletion::Graceful)
        .selectable(POD_FIELDS)
        .defaults(defaults::pod)
        .creates(defaults::pod_status)
        .checks(rules::pod, rules::pod_change),
    kind("secrets", "Secret").selectable(&["type"]).defaults(defaults::secret),
    kind("serviceaccounts", "ServiceAccount").short(&["sa"]).with(&[Token]).goes(Deletion::Object),
    kind("services", "Service")
        .short(&["svc"])
        .in_all()
        .with(&[Status])
        .named(NameRule::Dns)
        .goes(Deletion::Object)
        .selectable(&["spec.clusterIP", "spec.type"])
        .defaults(defaults::service)
        .creates(defaults::service_status)
        .carries(defaults::service_carry)
        .checks(rules::service, rules::service_change),
];
