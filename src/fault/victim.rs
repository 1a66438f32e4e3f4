//! Who is hit.

use crate::cluster::ObjectRef;

/// An object that a fault hits, known by its uid, so that a successor of the same name is never hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Victim {
    /// The object.
    pub object: ObjectRef,
    /// What `plan` says of it beside its name: its node, how many replicas it has.
    pub detail: String,
}
