//! The objects and what happened to them: one version counter for all, a bounded history for each resource.
//!
//! It knows no kinds and no rules; those are above it (`resource`, `cluster`).

mod change;
mod collection;
mod core;
mod key;
mod owners;
#[cfg(test)]
mod stories;
mod watch;

pub use change::{Change, ChangeKind};
pub use core::{Outcome, Snapshot, Store, Write};
pub use key::{ObjectKey, ResourceId};
pub use watch::{Expired, From, Watch};
