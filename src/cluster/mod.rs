//! What we need of a Kubernetes cluster: one connection with a fixed context and namespace, manifests that are
//! applied, waits that watch instead of asking again and again.

mod access;
mod apply;
mod call;
mod connect;
mod error;
mod manifest;
mod namespace;
mod rollout;
mod service;
mod service_account;
mod settled;

pub use access::Access;
pub use connect::Cluster;
pub use error::ClusterError;
pub use manifest::{Manifest, ManifestError};
pub use rollout::Rollout;
pub use service_account::{SERVICE_ACCOUNT, USUAL_PLACE};
