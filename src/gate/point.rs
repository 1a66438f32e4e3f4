//! `max`, `throughput`, `dropped` and `lag`: what was counted is what is judged, without an interval.

use super::words::{bound, count, micros, more_dropped, part, percent, percent_exactly, requests};
use super::{Comparison, Decision, Gate, Requests};
use crate::stats::Percentile;
use crate::units::{Rate, Ratio, Span};
use crate::verdict::Verdict;

/// A decision on one number.
fn point(verdict: Verdict, value: f64, unit: &'static str, n: u64, reason: String) -> Decision {
    Decision { verdict, value: Some(value), unit, low: None, high: None, n, reason }
}

/// Passes when the comparison holds, else fails.
fn holds<T: PartialOrd>(gate: &Gate, value: &T, limit: &T) -> Verdict {
    if gate.comparison.holds(value, limit) { Verdict::Pass } else { Verdict::Fail }
}

/// The longest response time. A failed request is longer than any limit; a dropped one may have been.
pub(super) fn max(gate: &Gate, limit: Span, evidence: &Requests<'_>) -> Decision {
    let (response, counts) = (&evidence.tally.response, &evidence.tally.counts);
    let n = counts.ended();
    let longest = response.rank_us(response.count());
    let limit_us = limit.get().as_micros() as u64;
    let slower_than =
        if gate.comparison == Comparison::Below { limit_us.saturating_sub(1) } else { limit_us };
    let (certain, possible) = response.above_us(slower_than);
    let allowed = bound(gate.comparison, &limit.to_string());
    let took = longest
        .map(|(_, us)| format!("the longest of {} took {}", requests(n), micros(us)))
        .unwrap_or_default();
    let (verdict, reason) = match () {
        () if counts.failed > 0 => (
            Verdict::Fail,
            format!("{} failed, and a failed request is slower than any limit", part(counts.failed, n)),
        ),
        () if certain > 0 => (Verdict::Fail, format!("{took}; {allowed} is allowed")),
        () if counts.dropped > 0 => {
            let dropped = format!("{} and may have taken longer", more_dropped(counts.dropped));
            (Verdict::Inconclusive, format!("{took}, but {dropped}; lower the rate or raise `max_in_flight`"))
        }
        () if possible > 0 => {
            let close = "which is within 0.1 % of the limit, too close to tell on which side";
            (Verdict::Inconclusive, format!("{took}, {close}; {allowed} is allowed"))
        }
        () => (Verdict::Pass, format!("{took}; {allowed} is allowed")),
    };
    let (low, value) = longest.map(|(low, high)| (low as f64, high as f64)).unzip();
    Decision { verdict, value, unit: "us", low, high: value, n, reason }
}

/// Requests that went well, by the length of the window.
pub(super) fn throughput(gate: &Gate, limit: Rate, evidence: &Requests<'_>) -> Decision {
    let counts = &evidence.tally.counts;
    let seconds = evidence.length.as_secs_f64();
    if seconds <= 0.0 {
        let reason = "the window has no length, so nothing happened per second".to_owned();
        return Decision {
            value: None,
            ..point(Verdict::Inconclusive, 0.0, "per_s", counts.ended(), reason)
        };
    }
    let rate = Rate::per_second(counts.done as f64 / seconds);
    let wanted = bound(gate.comparison, &limit.to_string());
    let within = Span::new(evidence.length);
    let reason =
        format!("{} went well within {within}, which is {rate}; {wanted} is wanted", requests(counts.done));
    point(holds(gate, &rate, &limit), rate.as_per_second(), "per_s", counts.ended(), reason)
}

/// Arrivals that were never sent, as a number.
pub(super) fn dropped_count(gate: &Gate, limit: u64, evidence: &Requests<'_>) -> Decision {
    let allowed = if limit == 0 { "none".to_owned() } else { bound(gate.comparison, &count(limit)) };
    let dropped = evidence.tally.counts.dropped;
    dropped_of(holds(gate, &dropped, &limit), dropped as f64, "count", &allowed, evidence)
}

/// Arrivals that were never sent, as a share of the planned ones.
pub(super) fn dropped_share(gate: &Gate, limit: Ratio, evidence: &Requests<'_>) -> Decision {
    let exactly = percent_exactly(limit.get());
    let allowed = if limit.get() <= 0.0 { "none".to_owned() } else { bound(gate.comparison, &exactly) };
    let counts = &evidence.tally.counts;
    let share = counts.dropped as f64 / counts.planned as f64;
    dropped_of(holds(gate, &share, &limit.get()), share, "ratio", &allowed, evidence)
}

fn dropped_of(
    verdict: Verdict,
    value: f64,
    unit: &'static str,
    allowed: &str,
    evidence: &Requests<'_>,
) -> Decision {
    let counts = &evidence.tally.counts;
    let (dropped, planned) = (counts.dropped, counts.planned);
    let fact = match dropped {
        0 => format!("none of {} planned arrivals was dropped", count(planned)),
        _ => {
            let share = percent(dropped as f64 / planned as f64);
            format!("{} of {} planned arrivals ({share}) were dropped", count(dropped), count(planned))
        }
    };
    point(verdict, value, unit, planned, format!("{fact}; {allowed} may be"))
}

/// The generator's own delay: its 99th percentile.
pub(super) fn lag(gate: &Gate, limit: Span, evidence: &Requests<'_>) -> Decision {
    let lag = &evidence.tally.lag;
    let p99 = Percentile::of(lag, 0, 0.99).value.unwrap_or_default();
    let limit_us = limit.get().as_micros() as u64;
    let allowed = bound(gate.comparison, &limit.to_string());
    let late = format!("99 % of {} were sent within {} of their plan", requests(lag.count()), micros(p99));
    let reason = format!("{late}; {allowed} is allowed");
    point(holds(gate, &p99, &limit_us), p99 as f64, "us", lag.count(), reason)
}
