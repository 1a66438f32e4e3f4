//! `error_rate` and `availability`: at most so many requests may fail.

use super::proportion::Proportion;
use super::words::{more_dropped, part, percent, requests};
use super::{Comparison, Decision, Gate, Metric, Requests};
use crate::stats::{ALPHA, lower_bound, upper_bound};
use crate::units::Ratio;
use crate::verdict::Verdict;

pub(super) fn decide(gate: &Gate, limit: Ratio, evidence: &Requests<'_>) -> Decision {
    let counts = &evidence.tally.counts;
    let (failed, n) = (counts.failed, counts.ended());
    let (verdict, reason) = match gate.comparison {
        Comparison::Equal => none_may_fail(evidence),
        comparison => {
            let allowed = if gate.metric == Metric::Availability { 1.0 - limit.get() } else { limit.get() };
            let comparison = match comparison {
                Comparison::Below | Comparison::Above => Comparison::Below,
                _ => Comparison::AtMost,
            };
            let what = "failed".to_owned();
            Proportion { certain: failed, possible: failed, allowed, comparison, what, may: "may" }
                .decide(evidence)
        }
    };
    let share = failed as f64 / n as f64;
    let (low, high) = (lower_bound(failed, n, ALPHA), upper_bound(failed, n, ALPHA));
    let (value, low, high) = match gate.metric {
        Metric::Availability => (1.0 - share, 1.0 - high, 1.0 - low),
        _ => (share, low, high),
    };
    Decision { verdict, value: Some(value), unit: "ratio", low: Some(low), high: Some(high), n, reason }
}

/// `error_rate == 0%`: a single failure decides it; without one the reason says what that shows (the rule of three:
/// none of n means less than 3/n, at 95 %).
fn none_may_fail(evidence: &Requests<'_>) -> (Verdict, String) {
    let counts = &evidence.tally.counts;
    let (failed, n) = (counts.failed, counts.ended());
    match (failed, counts.dropped) {
        (0, 0) => {
            let shown = percent((3.0 / n as f64).min(1.0));
            (
                Verdict::Pass,
                format!(
                    "none of {} failed, which shows an error rate below {shown} (3/n, at 95 %)",
                    requests(n)
                ),
            )
        }
        (0, dropped) => {
            let but = format!("but {} and may have failed", more_dropped(dropped));
            let help = "lower the rate or raise `max_in_flight`";
            (Verdict::Inconclusive, format!("none of {} failed, {but}; {help}", requests(n)))
        }
        _ => (Verdict::Fail, format!("{} failed; none may", part(failed, n))),
    }
}
