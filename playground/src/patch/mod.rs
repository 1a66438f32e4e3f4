//! The ways a client can say what to change.

mod keys;
mod merge;
mod strategic;

pub use keys::{ListRule, list_rule, retains_keys};
pub use merge::merge;
pub use strategic::{StrategicError, strategic};
