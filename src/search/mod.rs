//! Many runs, one question: at which rate does a service break? Pure: it says which rate to try next, and what all
//! tries together show; whoever drives it makes the runs.

mod attempt;
mod bracket;
mod breaking_point;

pub use attempt::{Attempt, Purpose};
pub use breaking_point::{BreakingPoint, Confidence, Next, Range, Search};
