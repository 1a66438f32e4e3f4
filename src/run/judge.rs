//! From a history to a verdict.

use super::exit::Judged;
use super::fold::Fold;
use super::outcome::{GateResult, Run};
use super::summary::per_second;
use super::windows::Held;
use super::{Exit, Strictness, Summary, evidence, measured, sentence};
use crate::event::Event;
use crate::gate::{self, Evidence, Gate, Requests};
use crate::history::Meta;
use crate::units::Rate;
use crate::verdict::{Severity, Verdict};

impl Run {
    /// Judges the run that `meta` planned and `events` tell. Each gate comes with what it weighs and its text as
    /// written. Reads the events once and keeps a bounded amount of them in mind.
    pub fn judge(
        meta: Meta,
        gates: Vec<(Gate, Severity, String)>,
        events: impl IntoIterator<Item = Event>,
        strictness: Strictness,
    ) -> Run {
        let mut fold = Fold::new(&meta, gates.iter().map(|(gate, _, _)| gate));
        for event in events {
            fold.add(event);
        }
        let held = fold.held();
        let checks = fold.checks();
        let summary = fold.summary();
        let gates: Vec<GateResult> =
            gates.into_iter().zip(held).map(|(gate, held)| judge_gate(gate, held, &summary)).collect();
        let story = evidence::Story { meta: &meta, summary: &summary, gates: &gates, checks: &checks };
        let findings = story.findings();
        let verdict = Verdict::worst(findings.iter().map(|finding| finding.verdict));
        let asked = checks.iter().filter(|check| check.end.asked.at_all()).count();
        let reason = sentence::reason(&findings, gates.len(), asked);
        let exit = Exit::decide(&Judged {
            verdict,
            ending: summary.ending.as_ref(),
            checks: &checks,
            faults: &summary.faults,
            planned: summary.planned(),
            strictness,
        });
        Run { meta, summary, gates, checks, findings, verdict, reason, exit, strictness }
    }
}

fn judge_gate(
    (gate, severity, text): (Gate, Severity, String),
    held: Result<Held, String>,
    summary: &Summary,
) -> GateResult {
    let decision = match held {
        Ok(Held::Requests { tally, length }) => {
            let planned_rate = Rate::per_second(per_second(tally.counts.planned, length));
            gate::decide(&gate, &Evidence::Requests(Requests { tally: &tally, length, planned_rate }))
        }
        Ok(Held::Fault(place)) => {
            let watched = measured::watched(summary.ending.as_ref());
            let measured = match summary.faults.get(place) {
                Some(fault) => measured::of(gate.metric, fault, watched, summary.ledger.as_ref()),
                None => measured::nothing("the run does not have its fault".to_owned()),
            };
            gate::decide(&gate, &Evidence::Measured(measured))
        }
        Err(why) => gate::decide(&gate, &Evidence::Measured(measured::nothing(why))),
    };
    GateResult { gate: text, severity, verdict: severity.cap(decision.verdict), decision }
}
