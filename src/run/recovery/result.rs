//! What users felt of one fault, and for how long.

use crate::clock::Offset;
use crate::run::Bounds;
use std::time::Duration;

/// What users felt of one fault; of a fault with several injections, of the one that they felt longest.
#[derive(Debug, Clone, PartialEq)]
pub struct Recovery {
    /// Which injection this is about.
    pub injection: u32,
    /// All endpoints together.
    pub overall: Measures,
    /// Each endpoint that had arrivals, in the order of the plan: its name and what was felt there.
    pub endpoints: Vec<(String, Measures)>,
    /// Other faults that this one cannot be told apart from; what they caused may be counted here.
    pub shared_with: Vec<String>,
    /// Why there are no figures although the fault was injected: it was not proven, nothing was good before it.
    pub doubt: Option<String>,
}

/// The instants of a recovery and the figures between them. A figure is none where nothing can be said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Measures {
    /// The planned instant of the first arrival since the injection that was not good; none when all were.
    pub first_error: Option<Offset>,
    /// When the platform noticed, and what of it was seen.
    pub detected: Option<(Offset, String)>,
    /// When it was good again for good; none when it never was.
    pub recovered: Option<Offset>,
    /// From the effect until the platform noticed.
    pub detection: Option<Bounds>,
    /// From the first error until it was good again; zero when there was none.
    pub failover: Option<Bounds>,
    /// From the effect until it was good again: the measured recovery time, to hold against the objective.
    pub rto: Option<Bounds>,
    /// From the effect until the 95th percentile was again near the one before the fault.
    pub steady: Option<Bounds>,
    /// All time in which it was not good.
    pub downtime: Option<Bounds>,
    /// The longest time between two good answers while requests were waiting.
    pub longest_gap: Option<Bounds>,
    /// Arrivals that were not good until it was good again.
    pub lost_requests: u64,
    /// The same as minutes of a full outage at the rate of that time.
    pub budget_minutes: f64,
    /// The time between two arrivals: nothing shorter can be seen.
    pub resolution: Duration,
}
