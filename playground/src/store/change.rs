//! One entry of a resource's history.

use crate::store::ObjectKey;
use bytes::Bytes;
use serde_json::Value;
use std::sync::Arc;

/// What happened to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// It came into being, or into the watcher's selection.
    Added,
    /// It changed.
    Modified,
    /// It is gone, or out of the watcher's selection; the object is shown as it last was.
    Deleted,
}

impl ChangeKind {
    /// The `type` of the watch event.
    pub const fn as_str(self) -> &'static str {
        match self {
            ChangeKind::Added => "ADDED",
            ChangeKind::Modified => "MODIFIED",
            ChangeKind::Deleted => "DELETED",
        }
    }
}

/// A change of one object, shared by all who watch.
#[derive(Debug, Clone)]
pub struct Change {
    /// What happened.
    pub kind: ChangeKind,
    /// Whom it happened to.
    pub key: ObjectKey,
    /// The store's version after the change; also `metadata.resourceVersion` of the object.
    pub version: u64,
    /// The object after the change; for a deletion, as it last was, with the version of the deletion.
    pub object: Arc<Value>,
    /// The object before the change; `None` when it was new.
    pub previous: Option<Arc<Value>>,
    /// The object as JSON, written once for all watchers.
    pub encoded: Bytes,
}
