//! What a gate is decided from, and how it was decided.

use crate::stats::Tally;
use crate::units::Rate;
use crate::verdict::Verdict;
use std::time::Duration;

/// What was counted in the part of the run that a gate is about.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The requests.
    pub tally: &'a Tally,
    /// How long that part of the run is.
    pub length: Duration,
    /// At which rate more requests would come, on average; zero when that is not known.
    pub planned_rate: Rate,
}

/// How a gate was decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The answer, before severity.
    pub verdict: Verdict,
    /// What was measured; `None` when there is nothing, or nothing finite: a percentile among failed requests.
    pub value: Option<f64>,
    /// What the numbers are: `us` (microseconds), `ratio` (0 to 1), `per_s` or `count`.
    pub unit: &'static str,
    /// The lower end of the value's interval, where there is one: 95 % for a percentile, a one-sided 95 % bound
    /// otherwise.
    pub low: Option<f64>,
    /// The upper end of the value's interval, likewise.
    pub high: Option<f64>,
    /// How many requests it was decided from.
    pub n: u64,
    /// Why, in one sentence without a full stop.
    pub reason: String,
}
