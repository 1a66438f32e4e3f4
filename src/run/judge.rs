//! From a history to a verdict.

use super::exit::Judged;
use super::fold::Fold;
use super::outcome::{GateResult, Run};
use super::summary::per_second;
use super::windows::Held;
use super::{Exit, Strictness, evidence, sentence};
use crate::event::Event;
use crate::gate::{self, Decision, Evidence, Gate};
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
        let gates: Vec<GateResult> =
            gates.into_iter().zip(fold.held()).map(|(gate, held)| judge_gate(gate, held)).collect();
        let checks = fold.checks();
        let summary = fold.summary();
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

fn judge_gate((gate, severity, text): (Gate, Severity, String), held: Result<Held, String>) -> GateResult {
    let decide = |held: &Held| {
        let planned_rate = Rate::per_second(per_second(held.tally.counts.planned, held.length));
        gate::decide(&gate, &Evidence { tally: &held.tally, length: held.length, planned_rate })
    };
    let decision = match held {
        Ok(held) => decide(&held),
        Err(reason) => Decision {
            verdict: Verdict::Inconclusive,
            value: None,
            low: None,
            high: None,
            n: 0,
            reason,
            // Its unit, as it would be if there were something to measure.
            ..decide(&Held::default())
        },
    };
    GateResult { gate: text, severity, verdict: severity.cap(decision.verdict), decision }
}
