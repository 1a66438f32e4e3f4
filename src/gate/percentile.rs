//! `p50` to `p99.9`: at most so many requests may be slower than the limit or fail.

use super::proportion::Proportion;
use super::words::were;
use super::{Comparison, Decision, Gate, Requests};
use crate::stats::Percentile;
use crate::units::Span;

pub(super) fn decide(gate: &Gate, limit: Span, evidence: &Requests<'_>) -> Decision {
    let tally = evidence.tally;
    let (failed, n) = (tally.counts.failed, tally.counts.ended());
    let (within, beyond) = gate.metric.percentile().unwrap_or((1.0, 0.0));
    let limit_us = limit.get().as_micros() as u64;
    // A gate with `<` counts a request that takes exactly the limit as over it.
    let slower_than =
        if gate.comparison == Comparison::Below { limit_us.saturating_sub(1) } else { limit_us };
    let (certain, possible) = tally.response.above_us(slower_than);
    let slower = match gate.comparison {
        Comparison::Below => format!("{} not faster than {limit}, or failed", were(certain + failed)),
        _ => format!("{} slower than {limit} or failed", were(certain + failed)),
    };
    let proportion = Proportion {
        certain: certain + failed,
        possible: possible + failed,
        allowed: beyond,
        comparison: Comparison::AtMost,
        what: slower,
        may: "may be",
    };
    let (verdict, mut reason) = proportion.decide(evidence);
    let measured = Percentile::of(&tally.response, failed, within);
    if measured.value.is_none() {
        reason = format!("{reason}; the {} lies among the failed ones", gate.metric.word());
    }
    let number = |us: Option<u64>| us.map(|us| us as f64);
    Decision {
        verdict,
        value: number(measured.value),
        unit: "us",
        low: number(measured.low),
        high: number(measured.high),
        n,
        reason,
    }
}
