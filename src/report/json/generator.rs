//! The load generator, and the run over time.

use super::endpoint::Percentiles;
use crate::run::{Cause, GeneratorSummary, Row};
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Generator<'a> {
    lag_us: Percentiles,
    late_after_us: u64,
    cpu: Option<f64>,
    cores: u32,
    quota: Option<f64>,
    in_flight_max: u64,
    connections_max: u64,
    untrusted_s: u64,
    untrusted: Vec<Untrusted<'a>>,
    causes: Vec<Reason>,
}

#[derive(Serialize)]
struct Reason {
    cause: Cause,
    first_s: u64,
    seconds: u64,
    worst: f64,
    limit: f64,
    measured: String,
    advice: String,
}

#[derive(Serialize)]
struct Untrusted<'a> {
    from_s: u64,
    to_s: u64,
    causes: &'a [Cause],
}

impl<'a> Generator<'a> {
    pub(super) fn of(generator: &'a GeneratorSummary, cores: u32) -> Generator<'a> {
        let spans = generator.untrusted.spans.iter();
        Generator {
            lag_us: generator.lag.as_ref().into(),
            late_after_us: generator.late_after.as_micros() as u64,
            cpu: generator.cpu,
            cores,
            quota: generator.quota,
            in_flight_max: generator.in_flight,
            connections_max: generator.connections,
            untrusted_s: generator.untrusted.seconds,
            untrusted: spans
                .map(|span| Untrusted { from_s: span.from, to_s: span.to, causes: &span.causes })
                .collect(),
            causes: Cause::ALL.into_iter().filter_map(|cause| Reason::of(cause, generator)).collect(),
        }
    }
}

impl Reason {
    fn of(cause: Cause, generator: &GeneratorSummary) -> Option<Reason> {
        generator.untrusted.of(cause).map(|known| Reason {
            cause,
            first_s: known.first,
            seconds: known.seconds,
            worst: known.worst,
            limit: known.limit,
            measured: known.measured(generator),
            advice: known.advice(generator),
        })
    }
}

#[derive(Serialize)]
pub(super) struct Moment {
    second: u64,
    seconds: u64,
    planned: u64,
    done: u64,
    failed: u64,
    dropped: u64,
    p50_us: Option<u64>,
    p99_us: Option<u64>,
    untrusted_s: u64,
}

impl From<&Row> for Moment {
    fn from(row: &Row) -> Moment {
        Moment {
            second: row.second,
            seconds: row.seconds,
            planned: row.planned,
            done: row.done,
            failed: row.failed,
            dropped: row.dropped,
            p50_us: row.p50_us,
            p99_us: row.p99_us,
            untrusted_s: row.untrusted,
        }
    }
}
