//! What happened, in numbers that reports only need to print.

use super::{Changes, FaultResult, GeneratorSummary, LedgerResult, Row};
use crate::clock::Offset;
use crate::event::Ending;
use crate::sample::ErrorClass;
use crate::stats::{Counts, Histogram, Tally};
use std::time::Duration;

/// A run in numbers. Warm-up is in `warmup` and in `series`, nowhere else.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// All endpoints together.
    pub totals: Totals,
    /// The warm-up stages.
    pub warmup: Counts,
    /// The endpoints, in the order of the plan.
    pub endpoints: Vec<EndpointSummary>,
    /// The run over time.
    pub series: Vec<Row>,
    /// The load generator.
    pub generator: GeneratorSummary,
    /// The faults, in the order of the plan.
    pub faults: Vec<FaultResult>,
    /// The ledger of acknowledged writes, where the scenario has one.
    pub ledger: Option<LedgerResult>,
    /// What the cluster did around them.
    pub changes: Changes,
    /// Stages of a stress profile that broke a gate.
    pub broke: Vec<Broke>,
    /// What went wrong on our side, at most the first 20.
    pub troubles: Vec<String>,
    /// How the run ended; `None` when its history just stops.
    pub ending: Option<Ending>,
    /// The newest moment that the history knows.
    pub last: Offset,
}

impl Summary {
    /// Requests planned, warm-up included: whether there was any load.
    pub fn planned(&self) -> u64 {
        self.totals.counts.planned + self.warmup.planned
    }
}

/// All endpoints together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Totals {
    /// Planned, done, failed and dropped.
    pub counts: Counts,
    /// How long the measured load lasted.
    pub length: Duration,
    /// Good answers a second.
    pub rate: f64,
    /// Planned to done, of requests that went well.
    pub response: Option<Latencies>,
}

/// One endpoint in numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct EndpointSummary {
    /// Its name, `journey/step`.
    pub name: String,
    /// Planned, done, failed and dropped.
    pub counts: Counts,
    /// Good answers a second.
    pub rate: f64,
    /// Planned to done, of requests that went well.
    pub response: Option<Latencies>,
    /// Sent to done, of requests that went well.
    pub service: Option<Latencies>,
    /// Sent to first byte, of requests that were answered.
    pub ttfb: Option<Latencies>,
    /// Connecting, where a connection was made.
    pub connect: Option<Latencies>,
    /// Planned to sent.
    pub lag: Option<Latencies>,
    /// Sent to the first event, of answers that come piece by piece.
    pub first_event: Option<Latencies>,
    /// From each event to the next of the same answer.
    pub gap: Option<Latencies>,
    /// The first failure of each class, in the order of the classes.
    pub examples: Vec<Example>,
}

/// One failure in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// Its class.
    pub class: ErrorClass,
    /// What was expected and what came.
    pub text: String,
}

/// A stage of a stress profile that broke a gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broke {
    /// The stage's name.
    pub stage: String,
    /// The gate as written.
    pub gate: String,
    /// Why it counts as broken.
    pub reason: String,
}

/// Percentiles of durations, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Latencies {
    /// How many durations.
    pub n: u64,
    /// The median.
    pub p50: u64,
    /// The 90th percentile.
    pub p90: u64,
    /// The 95th percentile.
    pub p95: u64,
    /// The 99th percentile.
    pub p99: u64,
    /// The 99.9th percentile.
    pub p999: u64,
    /// The longest.
    pub max: u64,
    /// The mean, to a tenth of a microsecond.
    pub mean: f64,
}

impl Latencies {
    /// The percentiles of a histogram; `None` when it is empty.
    pub fn of(histogram: &Histogram) -> Option<Latencies> {
        let at = |q| histogram.quantile_us(q);
        Some(Latencies {
            n: histogram.count(),
            p50: at(0.5)?,
            p90: at(0.9)?,
            p95: at(0.95)?,
            p99: at(0.99)?,
            p999: at(0.999)?,
            max: histogram.max_us()?,
            mean: (histogram.mean_us()? * 10.0).round() / 10.0,
        })
    }
}

impl EndpointSummary {
    pub(super) fn of(name: &str, tally: &Tally, length: Duration, examples: Vec<Example>) -> EndpointSummary {
        EndpointSummary {
            name: name.to_owned(),
            counts: tally.counts,
            rate: per_second(tally.counts.done, length),
            response: Latencies::of(&tally.response),
            service: Latencies::of(&tally.service),
            ttfb: Latencies::of(&tally.ttfb),
            connect: Latencies::of(&tally.connect),
            lag: Latencies::of(&tally.lag),
            first_event: tally.streamed.as_ref().and_then(|streamed| Latencies::of(&streamed.first_event)),
            gap: tally.streamed.as_ref().and_then(|streamed| Latencies::of(&streamed.gap)),
            examples,
        }
    }
}

/// Events a second; 0 when no time passed.
pub(super) fn per_second(count: u64, length: Duration) -> f64 {
    if length.is_zero() { 0.0 } else { count as f64 / length.as_secs_f64() }
}
