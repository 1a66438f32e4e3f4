//! Pods that nothing may reach, or that may reach nothing: a label on them, and a `NetworkPolicy` that selects the label.

mod holes;
mod policy;

pub use holes::holes;
pub use policy::{Direction, Quarantine};
