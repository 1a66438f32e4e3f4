//! Who writes, as the owners of fields know it.

use crate::cluster::{Cluster, Part};
use crate::ownership::{Operation, Owner};
use crate::resource::{Kind, Subresource};
use std::sync::Arc;

/// The name of a writer that gave none.
pub(super) const NAMELESS: &str = "playground";

/// Who writes through a handle on the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Writer {
    /// The name under which it owns fields (`manager` in `managedFields`).
    pub manager: String,
    /// The subresource through which it writes, where that is not told by the part of the object.
    pub subresource: Option<Subresource>,
}

impl Writer {
    /// A writer of whole objects and their parts.
    pub fn named(manager: &str) -> Writer {
        Writer { manager: manager.to_owned(), subresource: None }
    }
}

impl Cluster {
    /// The same cluster, for another writer: it will own the fields that are written through this handle.
    #[must_use]
    pub fn written_by(&self, writer: Writer) -> Cluster {
        let mut cluster = self.clone();
        cluster.writer = Arc::new(writer);
        cluster
    }

    pub(super) fn owner(&self, kind: &Kind, part: Part) -> Owner {
        let subresource = self.writer.subresource.or(match part {
            Part::Whole => None,
            Part::Status => Some(Subresource::Status),
            Part::EphemeralContainers => Some(Subresource::EphemeralContainers),
            Part::Resize => Some(Subresource::Resize),
            Part::Finalize => Some(Subresource::Finalize),
        });
        Owner {
            manager: self.writer.manager.clone(),
            operation: Operation::Update,
            api_version: kind.api_version(),
            subresource: subresource.map_or("", Subresource::as_str),
        }
    }
}
