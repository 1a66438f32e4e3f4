//! Pods that nothing may reach, or that may reach nothing: a label on them, and a `NetworkPolicy` that selects the label.

mod cut;
mod holes;
mod policy;

pub use cut::cut_rights;
pub use holes::holes;
pub use policy::{Direction, Quarantine};
