//! Many runs, one question: at which rate does a service break? Pure: it says which rate to try next, and what all
//! tries together show; whoever drives it makes the runs.

mod attempt;
mod bracket;
mod breaking_point;
mod found;
#[cfg(test)]
mod judged_runs;
mod record;
#[cfg(test)]
mod stories;

pub use attempt::{Attempt, Broken, Outcome, Purpose, Seen};
pub use breaking_point::{Next, Range, Search};
pub use found::{BreakingPoint, Confidence, Cut, CutShort, Why};
pub use record::{Asked, Record, SCHEMA};
