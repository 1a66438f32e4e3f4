//! Why a run with faults does not begin. Nothing was changed, and nothing was sent.

use crate::cluster::{ClusterError, LeaseError, ObjectRef, Right};
use crate::fault::Refusal;

/// Why a run with faults does not begin.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// A variable that sends requests elsewhere, or as somebody else.
    #[error(
        "the environment holds {name}, by which the Kubernetes client asks another server or as another user; \
         remove it: faults go only where the scenario says"
    )]
    Debug {
        /// Its name.
        name: String,
    },
    /// The cluster.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// The namespace must not be touched.
    #[error("{0}")]
    NoConsent(String),
    /// Rights that the account does not have.
    #[error(
        "the account of context `{context}` must not {}; `shakedown rbac SCENARIO` prints the role that is needed",
        list(missing)
    )]
    NoRights {
        /// The context.
        context: String,
        /// What is missing.
        missing: Vec<Right>,
    },
    /// Somebody has asked to stop.
    #[error("interrupted before the load began")]
    Interrupted,
    /// A fault that cannot or must not be injected.
    #[error("fault {fault}: {refusal}")]
    Fault {
        /// Its name.
        fault: String,
        /// Why.
        refusal: Refusal,
    },
    /// Two faults that would change the same field at the same time.
    #[error(
        "faults {} and {} would both change {path} of {object} at the same time, and neither would know what was \
         there before; let one of them end before the other begins",
        faults[0],
        faults[1]
    )]
    Clash {
        /// Their names.
        faults: [String; 2],
        /// The object.
        object: Box<ObjectRef>,
        /// The field.
        path: String,
    },
    /// Another run is at work.
    #[error(transparent)]
    Lease(#[from] LeaseError),
    /// A dead run left something.
    #[error(
        "run {run} died in namespace {namespace} before it took its faults back; `shakedown recover --context \
         {context} -n {namespace}` does it now"
    )]
    Dirty {
        /// The dead run.
        run: String,
        /// Where.
        context: String,
        /// Where.
        namespace: String,
    },
    /// The guard cannot be started.
    #[error("the guard cannot be started: {why}; it takes the faults back when this machine is lost: {next}")]
    Guard {
        /// Why.
        why: String,
        /// What to do.
        next: String,
    },
}

/// In a sentence after "must not".
pub(super) fn list(rights: &[Right]) -> String {
    rights.iter().map(Right::to_string).collect::<Vec<_>>().join(", nor ")
}
