//! A run: history folded once, in bounded memory, into a summary, findings and a verdict. Pure: no clock, no files,
//! so the same history always gives the same run, byte for byte.
//!
//! What the fold keeps, whatever the length of the run:
//! - one tally (five histograms, below 1 MiB) per endpoint; one histogram at most per gate on a stage, at most 62 per
//!   gate on a `last` window, and at most 12 per gate on a window of a fault;
//! - the newest 61 seconds with one histogram each, and at most 1,200 rows of the series;
//! - at most 100,000 stretches of seconds that gates are judged without; where one of them would fail, the history is
//!   read a second time, with as much memory again;
//! - one example per endpoint and class, at most 100 spans of untrusted seconds and 20 troubles;
//! - of the arrivals of a plan one count for each of the newest 10,000 seconds;
//! - one entry per check of a watch, with its newest failure;
//! - of the ledger at most 10 million writes with 24 bytes each, and two of its readings;
//! - of each fault 256 injections and all that went badly, and at most 2,000 changes of the cluster around them;
//! - for the recovery of at most 64 injections, from a minute before each call to half an hour after its end, at most
//!   400,000 slots over all endpoints (about 50 MB), one percentile a second, and at most 2,000 signs that the platform
//!   noticed. Beyond that the figures of the oldest injection are settled as they are, and its slots forgotten. Without
//!   an injection the newest minute and a half is kept, with faults in the plan.

mod advice;
mod again;
mod allowance;
mod around;
mod changes;
mod data;
mod evidence;
mod exit;
mod extent;
mod fault;
mod fold;
mod generator;
mod judge;
mod load;
mod measured;
mod outcome;
mod recovery;
mod ring;
mod seconds;
mod sentence;
mod series;
#[cfg(test)]
mod stories;
#[cfg(test)]
mod stories_of_damage;
#[cfg(test)]
mod stories_of_faults;
#[cfg(test)]
mod stories_of_generator;
mod summary;
mod watched;
mod whole;
mod windows;

pub use crate::stats::Bounds;
pub use crate::trust::{Cause, LATE_FLOOR, LATE_WITHOUT_GATE};
pub use changes::{Changes, Noticed};
pub use data::{DataLoss, LedgerResult};
pub use exit::{Exit, Strictness};
pub use fault::{FaultResult, FaultStatus, Injection};
pub use generator::{GeneratorSummary, Untrusted, UntrustedCause, UntrustedSpan};
pub use outcome::{CheckResult, GateResult, Run, Watched};
pub use recovery::{Measures, Recovery};
pub use series::Row;
pub use summary::{Broke, EndpointSummary, Example, Latencies, Summary, Totals};
