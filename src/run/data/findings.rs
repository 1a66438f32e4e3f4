//! What of the ledger speaks against a pass.
//!
//! Entries that are wrong, that nobody wrote, or that are lost without any fault are failures whatever the gates say.
//! What a fault cost is for gates on it to judge; without one it is a warning. A ledger that says nothing is
//! inconclusive.

use crate::gate::{Gate, Of};
use crate::run::{FaultResult, GateResult, LedgerResult, Summary};
use crate::units::grouped;
use crate::verdict::{Finding, Subject, Verdict};

/// The name under which the ledger's findings go.
const LEDGER: &str = "ledger";

/// The findings about the ledger and about what faults cost of it.
pub(in crate::run) fn of(summary: &Summary, gates: &[GateResult]) -> Vec<Finding> {
    let Some(ledger) = &summary.ledger else { return Vec::new() };
    let finding =
        |verdict, reason| Finding { subject: Subject::Run, name: LEDGER.to_owned(), verdict, reason };
    let of_ledger =
        ledger.doubt.iter().map(|doubt| (Verdict::Inconclusive, doubt.clone())).chain(wrong(ledger));
    let mut findings: Vec<Finding> =
        of_ledger.chain(of_nobody(ledger)).map(|(verdict, reason)| finding(verdict, reason)).collect();
    let unjudged = summary.faults.iter().filter(|fault| !is_judged(&fault.plan.name, gates));
    findings.extend(unjudged.filter_map(cost));
    findings
}

type Said = (Verdict, String);

/// What no fault excuses, and what is odd.
fn wrong(ledger: &LedgerResult) -> impl Iterator<Item = Said> {
    let all = [
        (Verdict::Fail, ledger.corrupted, "are there with another content than was written"),
        (Verdict::Fail, ledger.unexpected, "are there and were never sent"),
        (Verdict::Warn, ledger.duplicated, "are there more than once"),
        (Verdict::Warn, ledger.resurrected, "are there although they were refused"),
        (Verdict::Warn, ledger.stale, "were missed by a reading that began after their acknowledgement"),
    ];
    all.into_iter()
        .filter(|(_, count, _)| *count > 0)
        .map(|(verdict, count, what)| (verdict, format!("writes that {what}: {}", grouped(count))))
}

/// Lost writes that belong to no fault.
fn of_nobody(ledger: &LedgerResult) -> Option<Said> {
    (ledger.unclaimed > 0).then(|| {
        let reason = format!(
            "{} of {} acknowledged writes are lost, and no fault was near; see what else happened to the target",
            grouped(ledger.unclaimed),
            grouped(ledger.acknowledged)
        );
        (Verdict::Fail, reason)
    })
}

/// What a fault cost that no gate judges.
fn cost(fault: &FaultResult) -> Option<Finding> {
    let data = fault.data.as_ref().filter(|data| data.lost > 0)?;
    let name = &fault.plan.name;
    let twice = match data.split_brain {
        0 => String::new(),
        some => format!(", {} of them acknowledged after its effect", grouped(some)),
    };
    let reason = format!(
        "cost {} of {} acknowledged writes{twice}; add a gate such as `lost({name}) == 0` to judge it",
        grouped(data.lost),
        grouped(data.acknowledged)
    );
    Some(Finding { subject: Subject::Fault, name: name.clone(), verdict: Verdict::Warn, reason })
}

/// Whether a gate judges what this fault cost of the data.
fn is_judged(fault: &str, gates: &[GateResult]) -> bool {
    let judges = |gate: Gate| gate.metric.of() == Of::Data && gate.on.as_deref() == Some(fault);
    gates.iter().any(|gate| Gate::parse(&gate.gate).is_ok_and(judges))
}
