//! Smoke checks: does the deployment answer as it should, before and after the load? One file per kind.

mod compiled;
mod context;
mod found;
mod kind;
mod kinds;
mod spec;

pub use compiled::Compiled;
pub use context::{CheckCluster, CheckContext};
pub use found::{Found, Outlook};
pub use kind::{Check, CheckKind, Probing};
pub use spec::CheckSpec;
