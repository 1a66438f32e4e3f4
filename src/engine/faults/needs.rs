//! The rights that a run with faults needs: those of its faults and those of the run itself.

use super::FaultsPlan;
use super::guard::needs_of_start;
use crate::cluster::Right;
use crate::fault::rights;
use crate::scenario::GuardPlan;
use std::collections::BTreeSet;

/// All of them, each once, in order.
pub fn needs(plan: &FaultsPlan) -> Vec<Right> {
    let namespace = &plan.kubernetes.namespace;
    let mut all: BTreeSet<Right> = needs_of_run(namespace).into_iter().collect();
    all.extend(plan.faults.iter().flat_map(|fault| fault.kind.rights(namespace)));
    if plan.kubernetes.guard != GuardPlan::Off {
        all.extend(needs_of_start(namespace));
    }
    all.into_iter().collect()
}

/// What every run with faults needs: the consent, the lease, the journal, the watches, the notes at victims.
pub fn needs_of_run(namespace: &str) -> Vec<Right> {
    let table: &[(&str, &str, &[&'static str])] = &[
        ("", "namespaces", &["get"]),
        ("", "configmaps", &["create", "delete", "get", "list", "patch"]),
        ("coordination.k8s.io", "leases", &["create", "delete", "get", "update"]),
        ("", "pods", &["list", "watch"]),
        ("apps", "deployments", &["list", "watch"]),
        ("apps", "statefulsets", &["list", "watch"]),
        ("discovery.k8s.io", "endpointslices", &["list", "watch"]),
        ("events.k8s.io", "events", &["create", "list", "watch"]),
    ];
    table.iter().flat_map(|(group, resource, verbs)| rights(namespace, group, resource, verbs)).collect()
}
