//! Whether a history holds what was told of its run: nothing is missing, nothing stands in it twice, and nothing contradicts
//! itself or the plan. Where it does not, no verdict that rests on it is a pass.

mod arrivals;
mod history;
mod window;

pub(super) use history::{End, Whole};
pub(super) use window::contradiction;

/// What to do about a history that is not whole.
const NEXT: &str = "the history was changed or damaged, run the scenario again";
