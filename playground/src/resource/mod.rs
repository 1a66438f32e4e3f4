//! The kinds that are served: one file for each API group, one line for each resource.

mod apps;
mod authentication;
mod authorization;
mod autoscaling;
mod batch;
mod coordination;
mod core_v1;
mod defaults;
mod discovery;
mod events;
mod kind;
mod metrics;
mod networking;
mod policy;
mod quality;
mod rbac;
mod refusal;
mod rules;
mod shape;
mod table;

pub(crate) use defaults::CLAIM_PROTECTION;
pub use kind::{Deletion, Generation, Hooks, Kept, Kind, NameRule, Scope, Subresource, Verbs};
pub use rules::{check_metadata, no_change, no_rules};
pub use shape::{Misfit, misfit};
pub use table::{by_kind, by_resource, groups, kind_of, kinds};
