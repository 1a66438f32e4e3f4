//! What the checks of a cluster share: reaching it, the command of kubectl that shows the same, workloads, and what Pods
//! in trouble tell.

mod limit;
mod name;
mod pods;
mod reach;
mod service;
mod times;
mod trouble;
mod workload;

pub(super) use limit::{in_time, unanswered};
pub(super) use name::named;
pub(super) use pods::{name_of, selected, unready};
pub(super) use reach::{Kubectl, list, reach, read, refused};
pub(super) use service::Backend;
pub(super) use times::rolled_out;
pub(super) use trouble::{last_words, troubles, word_rights};
pub(super) use workload::{Workload, WorkloadKind};
