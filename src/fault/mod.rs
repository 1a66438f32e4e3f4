//! Faults: what is done to a target through the Kubernetes API, each kind in one file.
//!
//! A kind says what it *would* do, as data: victims, deeds, and what proves that they acted. Everything else follows
//! from the data and is written once: the undo of a deed, its dry run, its entry in the journal, its way back. So a
//! kind cannot forget to be undone.

pub mod caution;
pub mod clash;
mod context;
mod deed;
mod dry_run;
pub mod ephemeral;
mod inject;
pub mod interpose;
pub mod kinds;
pub mod nodes;
mod plan;
pub mod proof;
pub mod quarantine;
pub mod reach;
mod refusal;
pub mod resources;
pub mod select;
pub mod service;
mod take_back;
mod undo_needs;
mod victim;
pub mod workload;

pub use crate::cluster::{cluster_rights, rights};
pub use context::{FaultContext, Helpers};
pub use deed::{Deed, Lasting};
pub use dry_run::dry_run;
pub use inject::{Injected, Taken};
pub use kinds::FaultSpec;
pub use plan::{Fault, FaultKind, Plan, Planning};
pub use proof::{Effect, Prove, Proving};
pub use refusal::{InjectError, Refusal};
pub use take_back::{Left, TakenBack, take_back};
pub use undo_needs::needs_of_undo;
pub use victim::Victim;
