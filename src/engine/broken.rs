//! Stress: does a gate break in the stage that has just ended?

use super::LoadPlan;
use super::trusted::{OPEN, Trusted, failure};
use crate::gate::{Gate, Requests};
use crate::history::StagePlan;
use crate::stats::{Delta, Tally};
use std::collections::BTreeMap;

/// What the stages that were not looked at yet showed: for each gate, in their order, what it is decided from.
#[derive(Debug, Default)]
pub(super) struct Broken {
    /// The newest seconds, of which it is not yet certain whether they can be trusted; by stage and second.
    seconds: BTreeMap<(u16, u64), Vec<Tally>>,
    /// The older ones.
    stages: BTreeMap<u16, Vec<Shown>>,
}

/// What a stage shows of one gate.
#[derive(Debug, Clone, Default)]
struct Shown {
    whole: Tally,
    /// Without the seconds that the generator may have spoilt.
    trusted: Tally,
}

/// A gate that does not hold in a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BrokenGate {
    pub(super) gate: String,
    pub(super) reason: String,
}

impl Broken {
    /// Takes in a window of a profile that ends when a gate breaks.
    pub(super) fn add(&mut self, plan: &LoadPlan, delta: &Delta) {
        self.take(&plan.until_broken, delta, |gate| plan.gate_covers(gate, delta.endpoint));
    }

    fn take(&mut self, gates: &[(Gate, String)], delta: &Delta, covers: impl Fn(&Gate) -> bool) {
        if gates.is_empty() {
            return;
        }
        let none = || vec![Tally::default(); gates.len()];
        let tallies = self.seconds.entry((delta.stage, delta.second)).or_insert_with(none);
        for ((gate, _), tally) in gates.iter().zip(tallies).filter(|((gate, _), _)| covers(gate)) {
            tally.merge_only(&delta.tally, gate.metric.times());
        }
    }

    /// Adds up the seconds that are so old that nothing more is learnt of them; all before `second` are in.
    pub(super) fn add_up(&mut self, gates: &[(Gate, String)], second: u64, trusted: &Trusted) {
        let before = second.saturating_sub(OPEN);
        self.add_up_those(gates, trusted, |(_, second)| second < before);
    }

    fn add_up_those(
        &mut self,
        gates: &[(Gate, String)],
        trusted: &Trusted,
        old: impl Fn((u16, u64)) -> bool,
    ) {
        for ((stage, second), tallies) in self.seconds.extract_if(.., |key, _| old(*key)) {
            let shown = self.stages.entry(stage).or_insert_with(|| vec![Shown::default(); gates.len()]);
            for (((gate, _), shown), tally) in gates.iter().zip(shown).zip(&tallies) {
                shown.whole.merge_only(tally, gate.metric.times());
                if trusted.has(second) {
                    shown.trusted.merge_only(tally, gate.metric.times());
                }
            }
        }
    }

    /// The first gate that fails on what `stage` showed, with and without the seconds that the generator may have spoilt;
    /// what it and earlier stages showed is forgotten. One look a stage, so that looking often does not by itself find a
    /// failure.
    pub(super) fn in_stage(
        &mut self,
        gates: &[(Gate, String)],
        (stage, planned): (u16, &StagePlan),
        trusted: &Trusted,
    ) -> Option<BrokenGate> {
        self.add_up_those(gates, trusted, |(of, _)| of <= stage);
        let later = self.stages.split_off(&stage.saturating_add(1));
        let shown = std::mem::replace(&mut self.stages, later).remove(&stage)?;
        let whole = planned.end.since(planned.start);
        let length = trusted.between(planned.start, planned.end);
        gates.iter().zip(&shown).find_map(|((gate, text), shown)| {
            let of = |tally, length| Requests { tally, length, planned_rate: planned.from };
            let reason = failure(gate, of(&shown.whole, whole), of(&shown.trusted, length))?;
            Some(BrokenGate { gate: text.clone(), reason })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Offset;
    use crate::event::{GeneratorSecond, RunQueue};
    use crate::sample::{EndpointId, ErrorClass, Outcome, Sample};
    use crate::trust::Limits;
    use crate::units::Rate;
    use std::time::Duration;

    /// So many seconds of two stages; in those of `bad` every request fails, in those of `starved` the generator hardly
    /// ever got a core.
    fn look(seconds: u64, bad: &[u64], starved: &[u64]) -> [Option<String>; 2] {
        let gates = [(Gate::parse("error_rate < 5%").unwrap(), "error_rate < 5%".to_owned())];
        let (mut broken, mut trusted) = (Broken::default(), Trusted::new(Limits::new([], Some(2.0))));
        let at = |second: u64, n: u64| Offset::from_micros(second * 1_000_000 + n * 1_000);
        for second in 0..2 * seconds {
            let mut delta = Delta::new(EndpointId(0), u16::from(second >= seconds), second);
            for n in 0..100 {
                let (planned, failed) = (at(second, n), bad.contains(&second));
                let outcome = if failed { Outcome::Bad(ErrorClass::Timeout) } else { Outcome::Good };
                let (endpoint, sent, done, connect) = (EndpointId(0), planned, planned, None);
                delta.record(
                    &Sample { endpoint, planned, sent, first_byte: None, done, connect, outcome },
                    Duration::from_secs(1),
                );
            }
            broken.take(&gates, &delta, |_| true);
            let waited_us = if starved.contains(&second) { 900_000 } else { 0 };
            let queue = Some(RunQueue { waited_us, ran_us: 1, turns: 3 });
            trusted.said(&GeneratorSecond { second, queue, ..GeneratorSecond::default() });
            broken.add_up(&gates, second + 1, &trusted);
        }
        [0, 1].map(|stage| {
            let (start, end) = (at(u64::from(stage) * seconds, 0), at(u64::from(stage + 1) * seconds, 0));
            let (name, rate) = (format!("step-{stage}"), Rate::per_second(100.0));
            let planned = StagePlan { name, start, end, from: rate, to: rate, warmup: false };
            broken.in_stage(&gates, (stage, &planned), &trusted).map(|broken| broken.reason)
        })
    }

    #[test]
    fn a_stage_breaks_by_what_the_target_did_and_not_by_what_the_generator_did() {
        for (seconds, bad, starved, breaks) in [
            (10, vec![], vec![], [false, false]),
            (10, vec![3], vec![], [true, false]),
            (10, vec![13], vec![], [false, true]),
            (10, vec![13], vec![13], [false, false]),
            (10, vec![12, 13], vec![13], [false, false]),
            (10, vec![11, 12, 13], vec![13], [false, true]),
            (10, vec![13], vec![15], [false, true]),
            (10, (10..20).collect(), (10..20).collect(), [false, false]),
            (100, (0..9).collect(), (0..9).collect(), [false, false]),
            (100, (0..9).collect(), vec![50], [true, false]),
        ] {
            let found = look(seconds, &bad, &starved).map(|reason| reason.is_some());
            assert_eq!(found, breaks, "{seconds} s, bad {bad:?}, starved {starved:?}");
        }
    }
}
