//! From a history to a verdict.

use super::again::{self, Doubted};
use super::exit::Judged;
use super::fold::Fold;
use super::outcome::{GateResult, Run};
use super::summary::per_second;
use super::windows::Held;
use super::{Exit, Strictness, Summary, allowance, evidence, measured, sentence};
use crate::event::Event;
use crate::gate::{self, Decision, Evidence, Gate, Requests};
use crate::history::Meta;
use crate::trust::Spoilt;
use crate::units::Rate;
use crate::verdict::{Severity, Verdict};

impl Run {
    /// Judges the run that `meta` planned and `events` tell. Each gate comes with what it weighs and its text as
    /// written. Reads the events once and keeps a bounded amount of them in mind; once more where a gate has to be
    /// judged without the seconds that cannot be trusted. `events` gives the same ones each time.
    pub fn judge<E: IntoIterator<Item = Event>>(
        meta: Meta,
        gates: Vec<(Gate, Severity, String)>,
        mut events: impl FnMut() -> E,
        strictness: Strictness,
    ) -> Run {
        let mut fold = Fold::new(&meta, gates.iter().map(|(gate, _, _)| gate));
        for event in events() {
            fold.add(event);
        }
        let held = fold.held();
        let checks = fold.checks();
        let (summary, spoilt) = fold.summary();
        let mut decisions: Vec<Decision> = gates
            .iter()
            .zip(held)
            .map(|((gate, ..), held)| decide(gate, held, &meta, &summary, &spoilt))
            .collect();
        look_again(&meta, &gates, events, (&summary, &spoilt), &mut decisions);
        let gates: Vec<GateResult> = gates.into_iter().zip(decisions).map(result).collect();
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

/// Decides gates once more without the seconds that the generator may have spoilt, where that can change anything.
fn look_again<E: IntoIterator<Item = Event>>(
    meta: &Meta,
    gates: &[(Gate, Severity, String)],
    mut events: impl FnMut() -> E,
    (summary, spoilt): (&Summary, &Spoilt),
    decisions: &mut [Decision],
) {
    let untrusted = &summary.generator.untrusted;
    let doubted =
        if allowance::is_used(meta, summary) { Doubted::FailuresAndPasses } else { Doubted::Failures };
    let again = |(gate, decision): (&(Gate, Severity, String), &Decision)| doubted.needs(&gate.0, decision);
    if spoilt.is_empty() || !gates.iter().zip(&*decisions).any(again) {
        return;
    }
    let mut rest = Fold::without(meta, gates.iter().map(|(gate, _, _)| gate), spoilt);
    for event in events() {
        rest.add(event);
    }
    for (((gate, ..), held), decision) in gates.iter().zip(rest.held()).zip(decisions) {
        if doubted.needs(gate, decision) {
            let without = decide(gate, held, meta, summary, spoilt);
            *decision = again::weigh(decision.clone(), &without, untrusted);
        }
    }
}

fn decide(
    gate: &Gate,
    held: Result<Held, String>,
    meta: &Meta,
    summary: &Summary,
    spoilt: &Spoilt,
) -> Decision {
    match held {
        Ok(Held::Requests { tally, length }) => {
            let planned_rate = Rate::per_second(per_second(tally.counts.planned, length));
            gate::decide(gate, &Evidence::Requests(Requests { tally: &tally, length, planned_rate }))
        }
        Ok(Held::Fault(place)) => {
            let watched = measured::watched(summary.ending.as_ref());
            let Some(fault) = summary.faults.get(place) else {
                return nothing(gate, "the run does not have its fault".to_owned());
            };
            let measured = measured::of(gate.metric, fault, watched, summary.ledger.as_ref());
            let decision = gate::decide(gate, &Evidence::Measured(measured));
            let stretch = again::stretch(fault, meta.recovery.stable_for.get(), summary.last);
            again::weigh_fault(gate, decision, stretch, (spoilt, &summary.generator.untrusted))
        }
        Err(why) => nothing(gate, why),
    }
}

fn nothing(gate: &Gate, why: String) -> Decision {
    gate::decide(gate, &Evidence::Measured(measured::nothing(why)))
}

fn result(((_, severity, gate), decision): ((Gate, Severity, String), Decision)) -> GateResult {
    GateResult { gate, severity, verdict: severity.cap(decision.verdict), decision }
}
