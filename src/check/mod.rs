//! Smoke checks: does the deployment answer as it should, before and after the load? One file per kind.

mod context;
mod http;
mod spec;

pub use context::{CheckContext, Found};
pub use spec::{CheckSpec, Compiled};
