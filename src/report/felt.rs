//! What users felt of a fault and what it cost of the data, in the words that all reports for people share.

use super::numbers::{bounds, length, percent, three};
use crate::run::{Bounds, DataLoss, FaultResult, LedgerResult, Measures};
use crate::units::grouped;

/// The figures of a fault that there are, by the names that they have in the json report.
pub(super) fn figures(fault: &FaultResult) -> Vec<(&'static str, Bounds)> {
    let recovery = fault.recovery.as_ref().filter(|recovery| recovery.doubt.is_none());
    let of =
        |figure: fn(&Measures) -> Option<Bounds>| recovery.and_then(|recovery| figure(&recovery.overall));
    let data = fault.data.as_ref().filter(|data| data.doubt.is_none());
    let named = [
        ("detection", of(|all| all.detection)),
        ("failover", of(|all| all.failover)),
        ("rto", of(|all| all.rto)),
        ("steady", of(|all| all.steady)),
        ("downtime", of(|all| all.downtime)),
        ("longest_gap", of(|all| all.longest_gap)),
        ("rpo", data.and_then(|data| data.rpo)),
    ];
    named.into_iter().filter_map(|(name, figure)| Some((name, figure?))).collect()
}

/// A fault in one line: `failover 4.20 s ± 15 ms, RTO …`; none where nothing was measured.
pub fn line(fault: &FaultResult) -> Option<String> {
    let words = |name| match name {
        "rto" => "RTO",
        "rpo" => "RPO",
        "steady" => "steady again after",
        "longest_gap" => "longest gap",
        name => name,
    };
    let mut said: Vec<String> = figures(fault)
        .into_iter()
        .map(|(name, figure)| format!("{} {}", words(name), bounds(figure)))
        .collect();
    if let Some(recovery) = fault.recovery.as_ref().filter(|recovery| recovery.doubt.is_none()) {
        let lost = recovery.overall.lost_requests;
        said.push(format!("{} request{} not good", grouped(lost), if lost == 1 { "" } else { "s" }));
    }
    said.extend(fault.data.as_ref().filter(|data| data.doubt.is_none()).map(cost));
    (!said.is_empty()).then(|| said.join(", "))
}

/// What is said of a fault beside its figures, each in a few words.
pub(super) fn notes(fault: &FaultResult) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(recovery) = &fault.recovery {
        if let Some(doubt) = &recovery.doubt {
            said.push(format!("no figures, because {doubt}"));
        } else {
            said.extend(felt(fault));
        }
        said.extend(together(&recovery.shared_with));
    }
    if let Some(data) = &fault.data {
        match &data.doubt {
            Some(doubt) => said.push(format!("no RPO, because {doubt}")),
            None => said.push(cost(data)),
        }
        let shared = fault.recovery.as_ref().is_some_and(|felt| felt.shared_with == data.shared_with);
        said.extend(together(&data.shared_with).filter(|_| !shared));
    }
    said
}

/// The notes on a recovery that was measured.
fn felt(fault: &FaultResult) -> Vec<String> {
    let Some(recovery) = &fault.recovery else { return Vec::new() };
    let all = &recovery.overall;
    let mut said = Vec::new();
    if fault.count > 1 {
        said.push(format!("injection {} of {}, felt longest", recovery.injection + 1, fault.count));
    }
    let seen = all.detected.as_ref().map(|(_, words)| format!(" ({words})")).unwrap_or_default();
    said.extend(all.detection.map(|figure| match figure.high {
        Some(_) => format!("noticed {} after the effect{seen}", bounds(figure)),
        None => format!("not noticed {} after the effect", length(figure.value)),
    }));
    said.extend(all.steady.map(|figure| match figure.high {
        Some(_) => format!("steady again {} after the effect", bounds(figure)),
        None => format!("not steady {} after the effect", length(figure.value)),
    }));
    if all.lost_requests > 0 {
        said.push(format!("as bad as {} min of a full outage", three(all.budget_minutes)));
    }
    said.push(format!("resolution {}", length(all.resolution)));
    said
}

/// Faults that one cannot be told apart from.
fn together(others: &[String]) -> Option<String> {
    (!others.is_empty()).then(|| format!("cannot be told apart from {}", others.join(", ")))
}

/// What a fault cost of the acknowledged writes.
fn cost(data: &DataLoss) -> String {
    gone(data.lost, data.acknowledged, data.at_most, data.split_brain)
}

/// What the whole run cost of them.
pub(super) fn cost_of_run(ledger: &LedgerResult) -> String {
    let n = ledger.acknowledged;
    // The rule of three, as for each fault.
    let at_most = (ledger.lost == 0 && n > 0).then(|| (3.0 / n as f64).min(1.0));
    gone(ledger.lost, n, at_most, ledger.split_brain)
}

/// `0 of 812 acknowledged writes lost, at most 0.369 % (95 % bound, 3/n)`
fn gone(lost: u64, acknowledged: u64, at_most: Option<f64>, split_brain: u64) -> String {
    let writes = if acknowledged == 1 { "write" } else { "writes" };
    let fact = format!("{} of {} acknowledged {writes} lost", grouped(lost), grouped(acknowledged));
    match (lost, at_most) {
        (0, Some(share)) => format!("{fact}, at most {} (95 % bound, 3/n)", percent(share)),
        _ if split_brain > 0 => {
            format!("{fact}, {} acknowledged after the effect (split brain)", grouped(split_brain))
        }
        _ => fact,
    }
}
