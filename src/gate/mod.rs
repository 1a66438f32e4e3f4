//! Gates: objectives written as `p99(browse) <= 250ms stage hold`, and the judge that decides them from counts.
//!
//! `token`, `parse` and `sense` read the language; `judge` decides, one file per family of metrics. Nothing here knows
//! where the counts came from.

#[cfg(test)]
mod decision_tests;
mod error;
mod evidence;
mod judge;
#[cfg(test)]
mod language_tests;
mod limit;
mod mean;
mod metric;
mod objective;
mod parse;
mod percentile;
mod point;
mod proportion;
mod sense;
mod share;
mod spec;
mod token;
mod window;
mod words;

pub use error::GateError;
pub use evidence::{Decision, Evidence};
pub use judge::decide;
pub use limit::Limit;
pub use metric::Metric;
pub use objective::{Around, Comparison, Gate, Places, Window};
pub use spec::GateSpec;
