//! What we need of a Kubernetes cluster: one connection with a fixed context and namespace, manifests that are
//! applied, waits that watch instead of asking again and again.

mod access;
mod apply;
mod call;
mod change;
mod command;
mod connect;
mod consent;
mod copies;
mod denied;
mod error;
mod journal;
mod lease;
mod manifest;
mod namespace;
mod note;
mod notice;
mod object;
mod pod;
mod right;
mod rollout;
mod run_id;
mod service;
mod service_account;
mod settled;
mod undo;

pub use access::Access;
pub use change::{FieldChange, Way, escaped};
pub use command::CommandEnd;
pub use connect::Cluster;
pub use consent::{Consent, NamespaceState};
pub use denied::is_denied;
pub use error::ClusterError;
pub use journal::{Entry, Journal, Open};
pub use lease::{Holder, Lease, LeaseError, Lost, TERM};
pub use manifest::{Manifest, ManifestError};
pub use note::{Note, UNDO_PREFIX};
pub use object::ObjectRef;
pub use pod::{is_ready, waits_for};
pub use right::{Right, cluster_rights, rights};
pub use rollout::{Rollout, Workload};
pub use run_id::{RUN_LABEL, RunId};
pub use service_account::{SERVICE_ACCOUNT, USUAL_PLACE};
pub use settled::{Progress, Settled};
pub use undo::{Undo, Undone};
