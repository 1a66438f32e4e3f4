//! What a gate is decided from, and how it was decided.

use crate::stats::{Bounds, Tally};
use crate::units::Rate;
use crate::verdict::Verdict;
use std::time::Duration;

/// What a gate is decided from.
#[derive(Debug, Clone)]
pub enum Evidence<'a> {
    /// The requests of a part of the run.
    Requests(Requests<'a>),
    /// What was measured once, around a fault.
    Measured(Measured),
}

/// What was counted in the part of the run that a gate is about.
#[derive(Debug, Clone, Copy)]
pub struct Requests<'a> {
    /// The requests.
    pub tally: &'a Tally,
    /// How long that part of the run is.
    pub length: Duration,
    /// At which rate more requests would come, on average; zero when that is not known.
    pub planned_rate: Rate,
}

/// What was measured once, around a fault.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// The figure.
    pub figure: Figure,
    /// Other faults that may have had their part in it.
    pub shared_with: Vec<String>,
}

/// A figure that was measured once.
#[derive(Debug, Clone, PartialEq)]
pub enum Figure {
    /// A length of time.
    Time {
        /// How long, and where the truth lies.
        bounds: Bounds,
        /// Whether we looked as long as planned.
        watched: Watched,
    },
    /// What became of acknowledged writes.
    Writes(Writes),
    /// Nothing; why, in one sentence without a full stop.
    Nothing(String),
}

/// How long a run was watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watched {
    /// To the planned end of its load.
    ToTheEnd,
    /// It was cut short: what had not come about by then might still have.
    CutShort,
}

/// What became of the acknowledged writes around a fault.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Writes {
    /// From the first lost one to the fault's effect.
    pub rpo: Option<Bounds>,
    /// How many are gone.
    pub lost: u64,
    /// Of how many.
    pub acknowledged: u64,
    /// With none lost, the 95 % bound on the share that may be.
    pub at_most: Option<f64>,
    /// How many of the lost ones were acknowledged after the effect.
    pub split_brain: u64,
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
    /// otherwise; of what was measured once, the least that it can be.
    pub low: Option<f64>,
    /// The upper end of the value's interval, likewise; none where something was not over when the run was.
    pub high: Option<f64>,
    /// How many requests it was decided from; of writes the acknowledged ones, of a time around a fault 1.
    pub n: u64,
    /// Why, in one sentence without a full stop.
    pub reason: String,
}
