//! What users felt of a fault, and what it cost of the data.

use crate::clock::Offset;
use crate::run::{Bounds, DataLoss, Measures, Recovery};
use serde::Serialize;
use std::time::Duration;

/// What users felt of a fault.
#[derive(Serialize)]
pub(super) struct Felt<'a> {
    injection: u32,
    shared_with: &'a [String],
    doubt: Option<&'a str>,
    overall: Figures<'a>,
    endpoints: Vec<Endpoint<'a>>,
}

#[derive(Serialize)]
struct Endpoint<'a> {
    name: &'a str,
    #[serde(flatten)]
    figures: Figures<'a>,
}

/// The instants of a recovery and the figures between them.
#[derive(Serialize)]
struct Figures<'a> {
    first_error_ms: Option<f64>,
    detected_ms: Option<f64>,
    detected: Option<&'a str>,
    recovered_ms: Option<f64>,
    detection: Option<Span>,
    failover: Option<Span>,
    rto: Option<Span>,
    steady: Option<Span>,
    downtime: Option<Span>,
    longest_gap: Option<Span>,
    lost_requests: u64,
    budget_minutes: f64,
    resolution_ms: f64,
}

/// A length of time and where the truth lies.
#[derive(Serialize)]
struct Span {
    #[serde(rename = "value_ms")]
    value: f64,
    #[serde(rename = "low_ms")]
    low: f64,
    #[serde(rename = "high_ms")]
    high: Option<f64>,
}

/// What a fault cost of the acknowledged writes.
#[derive(Serialize)]
pub(super) struct Cost<'a> {
    rpo: Option<Span>,
    lost: u64,
    acknowledged: u64,
    at_most: Option<f64>,
    split_brain: u64,
    shared_with: &'a [String],
    doubt: Option<&'a str>,
}

impl<'a> From<&'a Recovery> for Felt<'a> {
    fn from(recovery: &'a Recovery) -> Felt<'a> {
        let endpoints = recovery.endpoints.iter();
        Felt {
            injection: recovery.injection,
            shared_with: &recovery.shared_with,
            doubt: recovery.doubt.as_deref(),
            overall: (&recovery.overall).into(),
            endpoints: endpoints.map(|(name, figures)| Endpoint { name, figures: figures.into() }).collect(),
        }
    }
}

impl<'a> From<&'a Measures> for Figures<'a> {
    fn from(measures: &'a Measures) -> Figures<'a> {
        let span = |bounds: Option<Bounds>| bounds.map(Span::from);
        Figures {
            first_error_ms: measures.first_error.map(millis),
            detected_ms: measures.detected.as_ref().map(|(at, _)| millis(*at)),
            detected: measures.detected.as_ref().map(|(_, words)| words.as_str()),
            recovered_ms: measures.recovered.map(millis),
            detection: span(measures.detection),
            failover: span(measures.failover),
            rto: span(measures.rto),
            steady: span(measures.steady),
            downtime: span(measures.downtime),
            longest_gap: span(measures.longest_gap),
            lost_requests: measures.lost_requests,
            budget_minutes: measures.budget_minutes,
            resolution_ms: length(measures.resolution),
        }
    }
}

impl From<Bounds> for Span {
    fn from(bounds: Bounds) -> Span {
        Span { value: length(bounds.value), low: length(bounds.low), high: bounds.high.map(length) }
    }
}

impl<'a> From<&'a DataLoss> for Cost<'a> {
    fn from(data: &'a DataLoss) -> Cost<'a> {
        Cost {
            rpo: data.rpo.map(Span::from),
            lost: data.lost,
            acknowledged: data.acknowledged,
            at_most: data.at_most,
            split_brain: data.split_brain,
            shared_with: &data.shared_with,
            doubt: data.doubt.as_deref(),
        }
    }
}

/// A moment on the run's clock.
pub(super) fn millis(at: Offset) -> f64 {
    at.micros() as f64 / 1_000.0
}

/// A length of time.
pub(super) fn length(time: Duration) -> f64 {
    time.as_micros() as f64 / 1_000.0
}
