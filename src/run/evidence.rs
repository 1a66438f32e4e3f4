//! Everything that speaks against a pass. There is no pass without evidence: a run that was cut off, could not be
//! trusted or judged nothing is inconclusive at best.

use super::{Cause, CheckResult, GateResult, Summary, allowance, data, fault};
use crate::event::{Ending, Phase};
use crate::history::Meta;
use crate::sample::ErrorClass;
use crate::trust::DROPPED;
use crate::units::grouped;
use crate::verdict::{Finding, Subject, Verdict};

/// What a verdict is made of.
pub(super) struct Story<'a> {
    pub(super) meta: &'a Meta,
    pub(super) summary: &'a Summary,
    pub(super) gates: &'a [GateResult],
    pub(super) checks: &'a [CheckResult],
}

fn finding(subject: Subject, name: &str, verdict: Verdict, reason: String) -> Finding {
    Finding { subject, name: name.to_owned(), verdict, reason }
}

fn inconclusive(subject: Subject, name: &str, reason: String) -> Finding {
    finding(subject, name, Verdict::Inconclusive, reason)
}

impl Story<'_> {
    /// The findings, the worst first. Among equals, how the run ended comes before the faults, the ledger, the generator, the
    /// checks and the gates, because it explains them.
    pub(super) fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        findings.extend(self.ending());
        findings.extend(
            self.summary.troubles.iter().map(|text| inconclusive(Subject::Run, "trouble", text.clone())),
        );
        findings.extend(self.summary.faults.iter().flat_map(fault::findings));
        findings.extend(data::findings(self.summary, self.gates));
        findings.extend(self.untrusted());
        findings.extend(self.checks());
        findings.extend(self.gates());
        findings.extend(self.nothing_judged());
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.verdict));
        findings
    }

    fn ending(&self) -> Option<Finding> {
        let (name, reason) = match &self.summary.ending {
            Some(Ending::Completed) => return None,
            // Where checks are all there is to run, they tell it themselves.
            Some(Ending::SmokeFailed) if self.meta.stages.is_empty() => return None,
            Some(Ending::SmokeFailed) => {
                ("no load", "a smoke check failed before the load, so there was no load".to_owned())
            }
            Some(Ending::WatchFailed { check }) => {
                let at = self.summary.last.secs_f64();
                (
                    "watch failed",
                    format!("the watch ended early, after {at:.1} s, because `{check}` kept failing"),
                )
            }
            Some(Ending::Unreachable { reason }) => {
                ("unreachable", format!("the target could not be reached: {reason}"))
            }
            Some(Ending::Interrupted) => {
                let at = self.summary.last.secs_f64();
                ("interrupted", format!("the run was interrupted after {at:.1} s; run it to its end"))
            }
            Some(Ending::Aborted { reason }) => {
                let at = self.summary.last.secs_f64();
                ("aborted", format!("the run was ended after {at:.1} s: {reason}"))
            }
            None => {
                let at = self.summary.last.secs_f64();
                ("cut off", format!("the run was cut off at {at:.1} s: its history has no end; run it again"))
            }
        };
        Some(inconclusive(Subject::Run, name, reason))
    }

    fn dropped(&self) -> Option<Finding> {
        let counts = self.summary.totals.counts;
        let overall = counts.dropped as f64 > DROPPED * counts.planned as f64;
        let seconds = self.summary.generator.untrusted.of(Cause::Dropped).map(|cause| cause.seconds);
        if !overall && seconds.is_none() {
            return None;
        }
        let share = 100.0 * counts.dropped as f64 / counts.planned.max(1) as f64;
        let reason = format!(
            "{} of {} arrivals ({share:.2} %) were dropped, in {} s of the run, because {} requests were already \
             in flight; raise max_in_flight or ask for fewer requests per second",
            grouped(counts.dropped),
            grouped(counts.planned),
            seconds.unwrap_or_default(),
            grouped(self.meta.max_in_flight),
        );
        if overall {
            return Some(inconclusive(Subject::Generator, Cause::Dropped.words(), reason));
        }
        Some(self.of_generator(Cause::Dropped, reason))
    }

    /// One finding for each cause for which seconds cannot be trusted; of dropped arrivals that speaks of all.
    fn untrusted(&self) -> Vec<Finding> {
        let generator = &self.summary.generator;
        let one = |cause| match cause {
            Cause::Dropped => self.dropped(),
            cause => generator.untrusted.of(cause).map(|known| {
                let reason = format!(
                    "in {} s of the run, first in second {}, {}; {}",
                    known.seconds,
                    known.first,
                    known.measured(generator),
                    known.advice(generator)
                );
                self.of_generator(cause, reason)
            }),
        };
        Cause::ALL.into_iter().filter_map(one).collect()
    }

    /// What the generator says against itself: no pass, unless the scenario allows so many such seconds.
    fn of_generator(&self, cause: Cause, reason: String) -> Finding {
        if !allowance::is_used(self.meta, self.summary) {
            return inconclusive(Subject::Generator, cause.words(), reason);
        }
        let reason = format!("{reason} (`load.untrusted` allows {} of the run)", self.meta.untrusted);
        finding(Subject::Generator, cause.words(), Verdict::Warn, reason)
    }

    fn checks(&self) -> Vec<Finding> {
        let ended = self.checks.iter().filter(|check| check.speaks()).map(|check| {
            let when = match check.end.phase {
                Phase::Before | Phase::Watch => "",
                Phase::After => "after the load: ",
            };
            finding(Subject::Check, &check.end.name, check.verdict, format!("{when}{}", check.end.reason))
        });
        // A check that never ran can hold back nothing in a run that ended badly, but must not go unseen in one
        // that ended well.
        let completed = self.summary.ending == Some(Ending::Completed);
        let never = self
            .meta
            .checks
            .iter()
            .filter(|plan| completed && self.checks.iter().all(|check| check.end.name != plan.name));
        let never = never
            .map(|plan| inconclusive(Subject::Check, &plan.name, "planned, but it never ran".to_owned()));
        ended.chain(never).collect()
    }

    fn gates(&self) -> impl Iterator<Item = Finding> {
        self.gates
            .iter()
            .filter(|gate| gate.verdict != Verdict::Pass)
            .map(|gate| finding(Subject::Gate, &gate.gate, gate.verdict, gate.decision.reason.clone()))
    }

    /// What stands in for gates where none were given: a load of which not one request went well cannot pass, and
    /// a run that looked at nothing cannot either.
    fn nothing_judged(&self) -> Option<Finding> {
        let counts = self.summary.totals.counts;
        if !self.gates.is_empty() {
            return None;
        }
        if self.meta.stages.is_empty() {
            let reason = match self.checks {
                [] => "nothing was judged: the run has no load, no gate and no check; add one",
                _ => "nothing was judged: not one check was asked",
            };
            let nothing = self.checks.iter().all(|check| !check.end.asked.at_all());
            return nothing.then(|| inconclusive(Subject::Run, "no evidence", reason.to_owned()));
        }
        let add = "add a gate such as `p99 <= 250ms` to judge them";
        // Nobody said how many failures are too many; a load of which most failed is no evidence of anything good.
        // What failed on our side speaks against nobody.
        let ours = counts.errors[ErrorClass::Generator.index()];
        let word = match counts.failed - ours {
            0 if ours == 0 => Verdict::Pass,
            failed if failed <= counts.done => Verdict::Warn,
            _ => Verdict::Fail,
        };
        let (verdict, reason) = match (counts.done, counts.ended()) {
            (1.., sent) => (
                word,
                format!(
                    "no gate was given; {} of {} requests went well; {add}",
                    grouped(counts.done),
                    grouped(sent)
                ),
            ),
            (0, sent) if sent == ours && ours > 0 => {
                (Verdict::Inconclusive, format!("all of {} requests failed on our side", grouped(ours)))
            }
            (0, 1..) => (Verdict::Fail, format!("none of {} requests went well", grouped(counts.ended()))),
            // How the run ended already says why nothing was sent.
            (0, 0) if self.summary.ending != Some(Ending::Completed) => return None,
            (0, 0) => (Verdict::Inconclusive, "nothing was judged: no request was sent".to_owned()),
        };
        Some(finding(Subject::Run, "no gate", verdict, reason))
    }
}
