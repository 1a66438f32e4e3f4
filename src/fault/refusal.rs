//! Why a fault is not injected.

use crate::cluster::{ClusterError, ObjectRef};

/// Why a fault must not be injected.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Nobody would be hit.
    #[error("nothing to hit: {what}; check the selector against `kubectl get {resource} --show-labels`")]
    NoVictims {
        /// What was looked for, and where.
        what: String,
        /// What `kubectl get` calls it.
        resource: &'static str,
    },
    /// It could not be taken back, or would destroy more than is meant.
    #[error("{object} is not touched: {why}")]
    Dangerous {
        /// The object.
        object: Box<ObjectRef>,
        /// Why, and what to do instead.
        why: String,
    },
    /// The settings do not fit what is there.
    #[error("{0}")]
    Unfit(String),
    /// The cluster.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
}

impl Refusal {
    /// That `object` is not touched.
    pub fn dangerous(object: ObjectRef, why: String) -> Refusal {
        Refusal::Dangerous { object: Box::new(object), why }
    }
}

/// Why an injection did not come about.
#[derive(Debug, thiserror::Error)]
pub enum InjectError {
    /// The plan.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A deed failed.
    #[error("{0}")]
    Deed(ClusterError),
    /// The journal could not be written, so nothing was done.
    #[error("{0}; nothing is done that is not written down before")]
    Journal(ClusterError),
    /// A helper of ours did not come up.
    #[error("{0}")]
    Helper(String),
}
