//! Placeholder until the gate language arrives; only what judging a run needs.

use crate::stats::Tally;
use crate::units::{Rate, Ratio, Span};
use crate::verdict::Verdict;
use std::time::Duration;

/// One objective.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    /// The metric.
    pub metric: String,
    /// Journey, endpoint or step; all when left out.
    pub on: Option<String>,
    /// The comparison.
    pub op: String,
    /// The limit, in microseconds or as a share.
    pub limit: f64,
    /// The part of the run.
    pub window: Window,
}

/// The part of the run that a gate judges.
#[derive(Debug, Clone, PartialEq)]
pub enum Window {
    /// All measured stages.
    WholeRun,
    /// One stage by name.
    Stage(String),
    /// The last part of the load.
    Last(Span),
}

/// Why a gate could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a gate: {0}")]
pub struct GateError(String);

/// What a gate is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The requests.
    pub tally: &'a Tally,
    /// How long they took to arrive.
    pub length: Duration,
    /// Planned arrivals.
    pub planned_rate: Rate,
}

/// How a gate was decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// Before severity.
    pub verdict: Verdict,
    /// The value.
    pub value: Option<f64>,
    /// Its unit.
    pub unit: &'static str,
    /// The interval's lower end.
    pub low: Option<f64>,
    /// The interval's upper end.
    pub high: Option<f64>,
    /// Samples.
    pub n: u64,
    /// Why.
    pub reason: String,
}

impl Gate {
    /// Reads a gate.
    pub fn parse(text: &str) -> Result<Gate, GateError> {
        let error = || GateError(text.into());
        let words: Vec<&str> = text.split_whitespace().collect();
        let (metric, op, limit) = (
            words.first().ok_or_else(error)?,
            words.get(1).ok_or_else(error)?,
            words.get(2).ok_or_else(error)?,
        );
        let (metric, on) = match metric.split_once('(') {
            Some((metric, on)) => (metric, Some(on.trim_end_matches(')').to_owned())),
            None => (*metric, None),
        };
        let limit = match limit.parse::<Span>() {
            Ok(span) => span.get().as_micros() as f64,
            Err(_) => limit.parse::<Ratio>().map_err(|_| error())?.get(),
        };
        let window = match (words.get(3), words.get(4)) {
            (Some(&"stage"), Some(name)) => Window::Stage((*name).to_owned()),
            (Some(&"last"), Some(span)) => Window::Last(span.parse().map_err(|_| error())?),
            _ => Window::WholeRun,
        };
        Ok(Gate { metric: metric.to_owned(), on, op: (*op).to_owned(), limit, window })
    }

    /// The limit, when it is one of latency.
    pub fn latency_limit(&self) -> Option<Duration> {
        self.metric.starts_with('p').then(|| Duration::from_micros(self.limit as u64))
    }
}

/// Judges.
pub fn decide(gate: &Gate, evidence: &Evidence<'_>) -> Decision {
    let counts = evidence.tally.counts;
    let n = counts.ended();
    let (value, unit) = if gate.metric.starts_with('p') {
        (evidence.tally.response.quantile_us(0.99).map(|us| us as f64), "us")
    } else {
        ((n > 0).then(|| counts.failed as f64 / n as f64), "share")
    };
    let verdict = match value {
        Some(_) if n < 299 => Verdict::Inconclusive,
        Some(value) if value <= gate.limit => Verdict::Pass,
        Some(_) => Verdict::Fail,
        None => Verdict::Inconclusive,
    };
    Decision { verdict, value, unit, low: value, high: value, n, reason: format!("placeholder, n = {n}") }
}
