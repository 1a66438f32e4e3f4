//! What a run says of its faults: steps folded into one result per fault, the seconds around each, and what of it
//! speaks against a pass.

mod findings;
mod injection;
mod result;
mod stretch;
mod track;

pub(super) use findings::of as findings;
pub(super) use injection::Takes;
pub use injection::{FaultStatus, Injection};
pub use result::FaultResult;
pub(super) use stretch::Seconds;
pub(super) use track::Faults;
