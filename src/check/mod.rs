//! Smoke checks: does the deployment answer as it should, before and after the load? One file per kind, under `kinds`;
//! what stands around each of them, whatever its kind, under `around`.

mod around;
mod compiled;
mod context;
mod count;
mod dial;
pub mod diff;
mod found;
mod kind;
mod kinds;
mod kubernetes;
mod shell;
mod spec;
mod value;

pub use around::{Answered, Eventually, OnlyIf, Patience, Places, Retry, resolve};
pub use compiled::{Compiled, Effort};
pub use context::{CheckCluster, CheckContext};
pub use found::{Found, Outlook};
pub use kind::{Check, CheckKind, Probing};
pub use spec::CheckSpec;
