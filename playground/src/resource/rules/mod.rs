//! What objects must be like, told as the real server tells it.

mod budget;
mod event;
mod name;
mod pod;
mod service;
mod workload;

pub(super) use budget::{binding_change, budget, lease};
pub(super) use event::{core_event, event};
pub use name::check_metadata;
pub(super) use pod::{pod, pod_change};
pub(super) use service::{service, service_change};
pub(super) use workload::{job, job_change, stateful_change, workload, workload_change};

use crate::status::Cause;
use serde_json::Value;

/// For kinds whose objects are taken as they are.
pub fn no_rules(_: &Value) -> Vec<Cause> {
    Vec::new()
}

/// For kinds that may be changed in every way.
pub fn no_change(_: &Value, _: &Value) -> Vec<Cause> {
    Vec::new()
}
