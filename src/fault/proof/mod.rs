//! Effects that can be seen from outside, one file each; kinds choose among them.

mod prove;
mod replaced;

pub use prove::{Effect, Prove, Proving};
pub use replaced::Replaced;
