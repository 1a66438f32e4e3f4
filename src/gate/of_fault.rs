//! What is different about gates on what was measured once around a fault, such as `failover(kill-one) <= 30s`.

use super::error::GateError;
use super::{Comparison, Gate, Limit, Metric, Of, Window};
use std::ops::Range;

/// The metrics of a fault need its name; what stands in its place is at `place`.
pub(super) fn unnamed(metric: Metric, place: Range<usize>) -> Result<(), GateError> {
    if metric.of() == Of::Requests {
        return Ok(());
    }
    let message = format!("`{}` is measured of a fault, and none is named", metric.word());
    Err(GateError::at(place, message, format!("name it in parentheses: `{}`", metric.named())))
}

/// What is measured around a fault has its own moments; a window would say nothing.
pub(super) fn no_window(metric: Metric, window: &Window, place: &Range<usize>) -> Result<(), GateError> {
    if metric.of() == Of::Requests || *window == Window::WholeRun {
        return Ok(());
    }
    let message = format!("`{}` is measured around its fault, so a window says nothing", metric.word());
    Err(GateError::at(place.clone(), message, "leave the window out"))
}

/// Nothing can stop at what is known only when the run is over.
pub(super) fn no_condition(gate: &Gate, text: &str) -> Result<(), GateError> {
    if gate.metric.of() == Of::Requests {
        return Ok(());
    }
    let start = text.len() - text.trim_start().len();
    let place = start..start + gate.metric.word().len();
    let message =
        format!("`{}` is known only when the run is over, too late to end it early", gate.metric.word());
    Err(GateError::at(place, message, "say what requests show: `error_rate > 50% last 10s`"))
}

/// `==` decides where none can be shown: none lost, nothing felt.
pub(super) fn equality(gate: &Gate, compared: Range<usize>) -> Result<(), GateError> {
    let none = matches!(gate.metric, Metric::Lost | Metric::Rpo | Metric::Downtime);
    if none && gate.limit.is_zero() {
        return Ok(());
    }
    let message = "of a fault, `==` decides only `lost(…) == 0`, `rpo(…) == 0s` and `downtime(…) == 0s`";
    let help = match (none, gate.limit.is_zero()) {
        (false, true) => {
            let name = Gate { metric: Metric::Downtime, ..gate.clone() };
            format!("write `{name}` where nothing may be felt, or give it a length of time")
        }
        _ => format!("write `{}`", Gate { comparison: Comparison::AtMost, ..gate.clone() }),
    };
    Err(GateError::at(compared, message, help))
}

/// A limit of none: only `==` says it, as a measured length of time is never shown to be exactly zero.
pub(super) fn never_shown(gate: &Gate, all: &Range<usize>) -> Result<(), GateError> {
    if !gate.limit.is_zero() || (gate.metric == Metric::Lost && gate.comparison == Comparison::AtMost) {
        return Ok(());
    }
    let (message, help) = match (gate.metric, gate.limit) {
        (Metric::Lost, _) => ("fewer than none cannot be lost", equals_none(gate)),
        (Metric::Rpo | Metric::Downtime, Limit::Time(_)) => {
            ("no measurement shows a time of exactly zero", equals_none(gate))
        }
        _ => ("everything takes longer than 0s", "write a length of time above zero, such as 30s".to_owned()),
    };
    Err(GateError::at(all.clone(), message, help))
}

fn equals_none(gate: &Gate) -> String {
    format!("write `{}`", Gate { comparison: Comparison::Equal, ..gate.clone() })
}
