//! One endpoint.

use crate::run::{EndpointSummary, Latencies};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
pub(super) struct Endpoint<'a> {
    name: &'a str,
    planned: u64,
    done: u64,
    failed: u64,
    dropped: u64,
    rate: f64,
    errors: BTreeMap<&'static str, u64>,
    examples: BTreeMap<&'static str, &'a str>,
    response_us: Percentiles,
    service_us: Percentiles,
    ttfb_us: Percentiles,
    connect_us: Percentiles,
    lag_us: Percentiles,
    /// Only where answers came piece by piece, as the next.
    #[serde(skip_serializing_if = "Option::is_none")]
    first_event_us: Option<Percentiles>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gap_us: Option<Percentiles>,
}

/// Percentiles in microseconds; all null when there was nothing to measure.
#[derive(Serialize, Default)]
pub(super) struct Percentiles {
    n: u64,
    p50: Option<u64>,
    p90: Option<u64>,
    p95: Option<u64>,
    p99: Option<u64>,
    p999: Option<u64>,
    max: Option<u64>,
    mean: Option<f64>,
}

impl From<Option<&Latencies>> for Percentiles {
    fn from(latencies: Option<&Latencies>) -> Percentiles {
        latencies.map_or_else(Percentiles::default, |of| Percentiles {
            n: of.n,
            p50: Some(of.p50),
            p90: Some(of.p90),
            p95: Some(of.p95),
            p99: Some(of.p99),
            p999: Some(of.p999),
            max: Some(of.max),
            mean: Some(of.mean),
        })
    }
}

pub(super) fn of(endpoint: &EndpointSummary) -> Endpoint<'_> {
    let counts = &endpoint.counts;
    Endpoint {
        name: &endpoint.name,
        planned: counts.planned,
        done: counts.done,
        failed: counts.failed,
        dropped: counts.dropped,
        rate: endpoint.rate,
        errors: counts.by_class().map(|(class, count)| (class.word(), count)).collect(),
        examples: endpoint.examples.iter().map(|one| (one.class.word(), one.text.as_str())).collect(),
        response_us: endpoint.response.as_ref().into(),
        service_us: endpoint.service.as_ref().into(),
        ttfb_us: endpoint.ttfb.as_ref().into(),
        connect_us: endpoint.connect.as_ref().into(),
        lag_us: endpoint.lag.as_ref().into(),
        first_event_us: endpoint.first_event.as_ref().map(|of| Some(of).into()),
        gap_us: endpoint.first_event.as_ref().map(|_| endpoint.gap.as_ref().into()),
    }
}
