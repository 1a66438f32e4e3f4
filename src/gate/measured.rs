//! `detection`, `failover`, `rto`, `rpo`, `lost` and `downtime`: what was measured once around a fault, so what is
//! judged is not a share of many but where the one truth can lie.

use super::words::{bound, count, micros, percent};
use super::{Comparison, Decision, Figure, Gate, Limit, Measured, Metric, Watched, Writes};
use crate::stats::Bounds;
use crate::units::Span;
use crate::verdict::Verdict;
use std::time::Duration;

/// What a gate says where its fault has no figure.
const UNMEASURED: &str = "this run did not measure it";

/// Decides a gate on a fault.
pub(super) fn decide(gate: &Gate, measured: &Measured) -> Decision {
    let mut decision = match (&measured.figure, gate.metric, gate.limit) {
        (Figure::Time { bounds, watched }, _, Limit::Time(limit)) => time(gate, limit, *bounds, *watched),
        (Figure::Writes(writes), _, _) if writes.acknowledged == 0 => {
            nothing(gate, "not one write was acknowledged, so none could be lost".to_owned())
        }
        (Figure::Writes(writes), Metric::Rpo, Limit::Time(limit)) => rpo(gate, limit, writes),
        (Figure::Writes(writes), Metric::Lost, Limit::Count(limit)) => lost(gate, limit, writes),
        (Figure::Nothing(why), _, _) => nothing(gate, why.clone()),
        // Only evidence of another kind than the gate's metric.
        _ => nothing(gate, UNMEASURED.to_owned()),
    };
    if let (false, Figure::Time { .. } | Figure::Writes(_)) =
        (measured.shared_with.is_empty(), &measured.figure)
    {
        let others = measured.shared_with.join("`, `");
        decision.reason = format!("{}; it cannot be told apart from what `{others}` did", decision.reason);
    }
    decision
}

fn nothing(gate: &Gate, reason: String) -> Decision {
    let unit = gate.limit.unit();
    Decision { verdict: Verdict::Inconclusive, value: None, unit, low: None, high: None, n: 0, reason }
}

/// A length of time.
fn time(gate: &Gate, limit: Span, bounds: Bounds, watched: Watched) -> Decision {
    let fact = fact(gate.metric, bounds, watched);
    let (verdict, why) = match gate.comparison {
        Comparison::Equal => none(bounds),
        _ => within(gate, limit, bounds, watched),
    };
    in_time(verdict, bounds, 1, format!("{fact}; {}{why}", allowed(gate, limit)))
}

fn in_time(verdict: Verdict, bounds: Bounds, n: u64, reason: String) -> Decision {
    let us = |time: Duration| time.as_micros() as f64;
    let (value, low, high) = (Some(us(bounds.value)), Some(us(bounds.low)), bounds.high.map(us));
    Decision { verdict, value, unit: "us", low, high, n, reason }
}

/// Against a limit above zero: passes when all that can be true is allowed, fails when none of it is.
fn within(gate: &Gate, limit: Span, bounds: Bounds, watched: Watched) -> (Verdict, &'static str) {
    let holds = |time: Duration| gate.comparison.holds(&time, &limit.get());
    match (bounds.high, watched) {
        (Some(high), _) if holds(high) => (Verdict::Pass, ""),
        _ if !holds(bounds.low) => (Verdict::Fail, ""),
        (Some(_), _) => {
            let next =
                ", and the limit lies between; more requests a second show it finer, or move the limit";
            (Verdict::Inconclusive, next)
        }
        // That nobody noticed in time is told by the lower end alone: what it looks like differs from fault to fault.
        (None, _) if gate.metric == Metric::Rpo => (Verdict::Inconclusive, ", and the first may be older"),
        (None, Watched::ToTheEnd) if gate.metric != Metric::Detection => {
            (Verdict::Fail, ", and it has to be good again before the load ends")
        }
        (None, _) => (Verdict::Inconclusive, ", which it may still have kept; let the load last longer"),
    }
}

/// Against none at all, as `error_rate == 0%` is decided: nothing seen is a pass, with the words for what could go
/// unseen.
fn none(bounds: Bounds) -> (Verdict, &'static str) {
    match (bounds.value.is_zero(), bounds.low.is_zero()) {
        (true, _) if bounds.high.is_some() => (Verdict::Pass, ""),
        (false, false) => (Verdict::Fail, ""),
        _ => (Verdict::Inconclusive, ", and that is too short to be told from none"),
    }
}

/// What was measured, in words.
fn fact(metric: Metric, bounds: Bounds, watched: Watched) -> String {
    let time = |time: Duration| micros(u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
    let value = time(bounds.value);
    let when = match watched {
        Watched::ToTheEnd => "when the load ended",
        Watched::CutShort => "when the run was cut short",
    };
    let Some(high) = bounds.high else {
        return match metric {
            Metric::Detection => format!("not noticed {value} after the effect, {when}"),
            Metric::Failover => format!("not recovered {value} after the first error, {when}"),
            Metric::Downtime => format!("not good for {value}, and still not {when}"),
            _ => format!("not recovered {value} after the effect, {when}"),
        };
    };
    if bounds.value.is_zero() && metric != Metric::Detection {
        let unseen = format!(", and what is shorter than {} could not be seen", time(high));
        return format!("nothing was felt{}", if high.is_zero() { "" } else { &unseen });
    }
    let said = match metric {
        Metric::Detection => format!("the platform noticed {value} after the effect"),
        Metric::Failover => format!("recovered {value} after the first error"),
        Metric::Downtime => format!("not good for {value}"),
        _ => format!("recovered {value} after the effect"),
    };
    if bounds.low == high { said } else { format!("{said}, between {} and {}", time(bounds.low), time(high)) }
}

/// What a limit on time allows.
fn allowed(gate: &Gate, limit: Span) -> String {
    match gate.comparison {
        Comparison::Equal => "none is allowed".to_owned(),
        comparison => format!("{} is allowed", bound(comparison, &limit.to_string())),
    }
}

/// How far back acknowledged writes are gone.
fn rpo(gate: &Gate, limit: Span, writes: &Writes) -> Decision {
    let Some(bounds) = writes.rpo else { return nothing(gate, UNMEASURED.to_owned()) };
    let time = |time: Duration| micros(u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
    let fact = match (writes.lost, bounds.value.is_zero(), bounds.high) {
        (0, ..) => gone(writes),
        (_, true, _) => format!("{}, none of them acknowledged before the effect", gone(writes)),
        (_, _, None) => {
            format!("{}, the first more than {} before the effect", gone(writes), time(bounds.value))
        }
        (_, _, Some(high)) if high == bounds.low => {
            format!("{}, the first acknowledged {} before the effect", gone(writes), time(bounds.value))
        }
        (_, _, Some(high)) => format!(
            "{}, the first acknowledged {} before the effect, between {} and {}",
            gone(writes),
            time(bounds.value),
            time(bounds.low),
            time(high)
        ),
    };
    let (verdict, why) = match (gate.comparison, writes.lost) {
        (Comparison::Equal, 0) => (Verdict::Pass, ""),
        (Comparison::Equal, _) => (Verdict::Fail, ""),
        // Without an upper end only the lower one decides.
        _ => within(gate, limit, bounds, Watched::CutShort),
    };
    in_time(verdict, bounds, writes.acknowledged, format!("{fact}; {}{why}", allowed(gate, limit)))
}

/// How many acknowledged writes are gone.
fn lost(gate: &Gate, limit: u64, writes: &Writes) -> Decision {
    let verdict = if gate.comparison.holds(&writes.lost, &limit) { Verdict::Pass } else { Verdict::Fail };
    let may = if limit == 0 { "none".to_owned() } else { bound(gate.comparison, &count(limit)) };
    Decision {
        verdict,
        value: Some(writes.lost as f64),
        unit: "count",
        low: None,
        high: None,
        n: writes.acknowledged,
        reason: format!("{}; {may} may be", gone(writes)),
    }
}

/// How many of how many writes are gone, and what none of them shows: `0 of 812 acknowledged writes lost; with 95 %
/// confidence at most 0.37 %, 3/n`.
fn gone(writes: &Writes) -> String {
    let Writes { lost, acknowledged, at_most, split_brain, .. } = *writes;
    let all =
        format!("{} acknowledged write{}", count(acknowledged), if acknowledged == 1 { "" } else { "s" });
    match (lost, at_most) {
        (0, Some(share)) => {
            format!("0 of {all} lost; with 95 % confidence at most {}, 3/n", percent(share))
        }
        (0, None) => format!("0 of {all} lost"),
        (lost, _) => {
            let share = percent(lost as f64 / acknowledged as f64);
            let twice = match split_brain {
                0 => String::new(),
                n => format!(", {} of them acknowledged after the effect (split brain)", count(n)),
            };
            format!("{} of {all} ({share}) lost{twice}", count(lost))
        }
    }
}
