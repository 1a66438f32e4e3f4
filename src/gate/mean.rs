//! `mean`: of the requests that went well, as long as all did.

use super::words::{bound, micros, more_dropped, needs, requests};
use super::{Decision, Gate, Requests};
use crate::stats::{FEWEST_FOR_A_MEAN, Mean};
use crate::units::Span;
use crate::verdict::Verdict;

pub(super) fn decide(gate: &Gate, limit: Span, evidence: &Requests<'_>) -> Decision {
    let counts = &evidence.tally.counts;
    let mean = Mean::of(&evidence.tally.response);
    let (verdict, reason) = match &mean {
        _ if counts.failed > 0 => {
            (Verdict::Inconclusive, untimed(&format!("{} failed", requests(counts.failed))))
        }
        _ if counts.dropped > 0 => (Verdict::Inconclusive, untimed(&more_dropped(counts.dropped))),
        Some(mean) if counts.done >= FEWEST_FOR_A_MEAN => bounded(gate, limit, mean, evidence),
        _ => {
            let more = needs(FEWEST_FOR_A_MEAN.saturating_sub(counts.done), evidence);
            (Verdict::Inconclusive, format!("{} are too few to know a mean; {more}", requests(counts.done)))
        }
    };
    Decision {
        verdict,
        value: evidence.tally.response.mean_us(),
        unit: "us",
        low: mean.map(|mean| mean.low),
        high: mean.map(|mean| mean.high),
        n: counts.ended(),
        reason,
    }
}

/// Why requests without a time leave a mean open.
fn untimed(what: &str) -> String {
    format!(
        "{what}, and a mean cannot count what took no known time; gate a percentile such as p99, for which a failed \
         request is slower than any limit"
    )
}

/// Passes when the whole interval is within the limit and fails when none of it is.
fn bounded(gate: &Gate, limit: Span, mean: &Mean, evidence: &Requests<'_>) -> (Verdict, String) {
    let limit_us = limit.get().as_micros() as f64;
    let holds = |us: f64| gate.comparison.holds(&us, &limit_us);
    let fact = format!(
        "the mean of {} is {} (95 % bounds {} and {}); {} is allowed",
        requests(evidence.tally.counts.done),
        micros(mean.value.round() as u64),
        micros(mean.low.round() as u64),
        micros(mean.high.round() as u64),
        bound(gate.comparison, &limit.to_string())
    );
    match (holds(mean.high), holds(mean.low)) {
        (true, _) => (Verdict::Pass, fact),
        (_, false) => (Verdict::Fail, fact),
        _ => {
            // The interval shrinks with the square root of the number of requests.
            let (reach, gap) = ((mean.high - mean.low) / 2.0, (mean.value - limit_us).abs());
            let times = (reach / gap).powi(2);
            let more = evidence.tally.counts.done as f64 * (times - 1.0);
            let next = match more {
                more if more.is_finite() && more < 1e9 => needs((more.ceil() as u64).max(1), evidence),
                _ => "more requests may not decide it".to_owned(),
            };
            (Verdict::Inconclusive, format!("{fact}, and that is too close to call; {next}"))
        }
    }
}
