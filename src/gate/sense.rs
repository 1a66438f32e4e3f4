//! Refuses gates that can be read but cannot be meant: the wrong way round, never broken, never shown.

use super::error::GateError;
use super::metric::Better;
use super::{Comparison, Gate, Limit, Metric, Of, of_fault};
use crate::units::Ratio;
use std::ops::Range;

/// Checks what a gate says; its comparison and its limit stand at these places.
pub(super) fn check(gate: &Gate, compared: Range<usize>, limited: Range<usize>) -> Result<(), GateError> {
    let all = compared.start..limited.end;
    let of_requests = gate.metric.of() == Of::Requests;
    match gate.comparison {
        Comparison::Equal if of_requests => return equality(gate, compared),
        Comparison::Equal => return of_fault::equality(gate, compared),
        _ => {}
    }
    direction(gate, &all)?;
    always_holds(gate, &all)?;
    if of_requests { never_shown(gate, &all) } else { of_fault::never_shown(gate, &all) }
}

/// `==` decides where a single request does: none may fail, none may be dropped.
fn equality(gate: &Gate, compared: Range<usize>) -> Result<(), GateError> {
    let counts = matches!(gate.metric, Metric::ErrorRate | Metric::Dropped);
    if counts && gate.limit.is_zero() {
        return Ok(());
    }
    let help = match (gate.metric, gate.limit) {
        (Metric::Availability, Limit::Share(share)) if share.get() >= 1.0 => {
            "write `error_rate == 0%`".to_owned()
        }
        _ => instead(gate),
    };
    Err(GateError::at(compared, "`==` decides only `error_rate == 0%` and `dropped == 0`", help))
}

/// The gate with the comparison that its metric takes.
fn instead(gate: &Gate) -> String {
    let meant = Gate { comparison: gate.metric.usual(), ..gate.clone() };
    format!("write `{meant}`")
}

fn direction(gate: &Gate, all: &Range<usize>) -> Result<(), GateError> {
    let upward = matches!(gate.comparison, Comparison::AtLeast | Comparison::Above);
    let word = gate.metric.word();
    let (good, better) = match (gate.metric.better(), upward) {
        (Better::Lower, true) => ("low", "lower"),
        (Better::Higher, false) => ("high", "higher"),
        _ => return Ok(()),
    };
    // Who limits a share from the wrong side often has the opposite share in mind.
    let other = match (gate.metric, gate.limit) {
        (Metric::ErrorRate, Limit::Share(share)) => Some((Metric::ErrorRate, Metric::Availability, share)),
        (Metric::Availability, Limit::Share(share)) => Some((Metric::Availability, Metric::ErrorRate, share)),
        _ => None,
    };
    let help = match other {
        Some((this, opposite, share)) => {
            let rest = Limit::Share(rounded(1.0 - share.get()));
            let said =
                |metric: Metric, limit| format!("{} {} {limit}", metric.word(), metric.usual().symbol());
            format!("write `{}` or `{}`", said(this, rest), said(opposite, gate.limit))
        }
        None => format!("{better} is better: {}", instead(gate)),
    };
    Err(GateError::at(
        all.clone(),
        format!("this gate would break when `{word}` is {good}, which is good"),
        help,
    ))
}

/// A share without the noise of a subtraction.
fn rounded(share: f64) -> Ratio {
    Ratio::new((share * 1e12).round() / 1e12)
}

fn always_holds(gate: &Gate, all: &Range<usize>) -> Result<(), GateError> {
    let whole = |share: Ratio| share.get() >= 1.0;
    let always = match (gate.metric, gate.comparison, gate.limit) {
        (Metric::ErrorRate | Metric::Dropped, Comparison::AtMost, Limit::Share(share)) => whole(share),
        (Metric::Availability | Metric::Throughput, Comparison::AtLeast, limit) => limit.is_zero(),
        _ => false,
    };
    if !always {
        return Ok(());
    }
    let help = match gate.metric.better() {
        Better::Lower => "write a lower limit",
        Better::Higher => "write a higher limit",
    };
    Err(GateError::at(all.clone(), "this gate always holds, so it says nothing", help))
}

fn never_shown(gate: &Gate, all: &Range<usize>) -> Result<(), GateError> {
    let whole = |limit: Limit| matches!(limit, Limit::Share(share) if share.get() >= 1.0);
    let (message, help) = match gate.metric {
        Metric::ErrorRate if gate.limit.is_zero() => (
            "no number of requests shows an error rate of zero",
            "write `error_rate == 0%`, which holds when not one request fails",
        ),
        Metric::Availability if whole(gate.limit) => (
            "no number of requests shows an availability of 100%",
            "write `error_rate == 0%`, which holds when not one request fails",
        ),
        Metric::Dropped if gate.comparison == Comparison::Below && gate.limit.is_zero() => {
            ("fewer than none cannot be dropped", "write `dropped == 0`")
        }
        _ if matches!(gate.limit, Limit::Time(_)) && gate.limit.is_zero() => {
            ("every request takes longer than 0s", "write a length of time above zero, such as 250ms")
        }
        _ => return Ok(()),
    };
    Err(GateError::at(all.clone(), message, help))
}
