//! What the server fills in where a client says nothing, kind by kind.

mod budget;
mod cluster;
mod container;
mod network;
mod pod;
mod storage;
mod workload;

pub(super) use budget::{autoscaler, autoscaler_status, budget_status, role_binding};
pub(super) use cluster::{namespace, node};
pub(super) use network::{endpoint_slice, network_policy, service, service_carry, service_status};
pub(super) use pod::{pod, pod_status};
pub(crate) use storage::CLAIM_PROTECTION;
pub(super) use storage::{claim, claim_status, secret};
pub(super) use workload::{deployment, empty_status, job, replica_set, replicas_status, stateful_set};
