//! Decides a gate: which family of metrics it belongs to, and what happens when there is nothing to decide from.

use super::{
    Decision, Evidence, Gate, Limit, Metric, Requests, mean, measured, percentile, point, share, words,
};
use crate::verdict::Verdict;

/// Decides a gate from what was counted or measured. Pure: the same evidence gives the same decision.
pub fn decide(gate: &Gate, evidence: &Evidence<'_>) -> Decision {
    match evidence {
        Evidence::Requests(requests) => on_requests(gate, requests),
        Evidence::Measured(measured) => measured::decide(gate, measured),
    }
}

fn on_requests(gate: &Gate, evidence: &Requests<'_>) -> Decision {
    if samples(gate, evidence) == 0 {
        return nothing(gate, evidence);
    }
    match (gate.metric, gate.limit) {
        (Metric::P50 | Metric::P90 | Metric::P95 | Metric::P99 | Metric::P999, Limit::Time(limit)) => {
            percentile::decide(gate, limit, evidence)
        }
        (Metric::ErrorRate | Metric::Availability, Limit::Share(limit)) => {
            share::decide(gate, limit, evidence)
        }
        (Metric::Mean, Limit::Time(limit)) => mean::decide(gate, limit, evidence),
        (Metric::Max, Limit::Time(limit)) => point::max(gate, limit, evidence),
        (Metric::Lag, Limit::Time(limit)) => point::lag(gate, limit, evidence),
        (Metric::Throughput, Limit::Rate(limit)) => point::throughput(gate, limit, evidence),
        (Metric::Dropped, Limit::Count(limit)) => point::dropped_count(gate, limit, evidence),
        (Metric::Dropped, Limit::Share(limit)) => point::dropped_share(gate, limit, evidence),
        // Only a gate that was put together by hand has a limit of another kind than its metric, and none on a fault
        // is asked of requests.
        (metric, limit) => Decision {
            reason: format!("requests do not say whether `{}` is {limit}", metric.word()),
            ..nothing(gate, evidence)
        },
    }
}

/// How many requests, or arrivals where those are what counts, a gate has to go by.
fn samples(gate: &Gate, evidence: &Requests<'_>) -> u64 {
    match gate.metric {
        Metric::Dropped => evidence.tally.counts.planned,
        Metric::Lag => evidence.tally.lag.count(),
        _ => evidence.tally.counts.ended(),
    }
}

fn nothing(gate: &Gate, evidence: &Requests<'_>) -> Decision {
    Decision {
        verdict: Verdict::Inconclusive,
        value: None,
        unit: gate.limit.unit(),
        low: None,
        high: None,
        n: 0,
        reason: words::nothing(&evidence.tally.counts),
    }
}
