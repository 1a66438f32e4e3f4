//! Gates: objectives written as `p99(browse) <= 250ms stage hold` or `failover(kill-one) <= 30s`, and the judge that
//! decides them from counts, or from what was measured once around a fault.
//!
//! `token`, `parse` and `sense` read the language; `judge` decides, one file per family of metrics. Nothing here knows
//! where the evidence came from.

#[cfg(test)]
mod decision_tests;
mod error;
mod evidence;
mod judge;
#[cfg(test)]
mod language_tests;
mod limit;
mod mean;
mod measured;
#[cfg(test)]
mod measured_tests;
mod metric;
mod objective;
mod of_fault;
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
pub use evidence::{Decision, Evidence, Figure, Measured, Requests, Watched, Writes};
pub use judge::decide;
pub use limit::Limit;
pub use metric::{Metric, Of};
pub use objective::{Around, Comparison, Gate, Places, Window};
pub use spec::GateSpec;
