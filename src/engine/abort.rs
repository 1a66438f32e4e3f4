//! Whether what is seen of the load says that the run has to end early.

use super::LoadPlan;
use super::trusted::{Trusted, failure};
use crate::clock::Offset;
use crate::gate::Requests;
use crate::scenario::PlannedAbort;
use crate::stats::{Delta, Tally};
use crate::units::Rate;
use std::collections::BTreeMap;

/// The last seconds of the endpoints that the condition is about.
#[derive(Debug, Default)]
pub(super) struct Abort {
    seconds: BTreeMap<u64, Tally>,
}

impl Abort {
    /// Takes in a window.
    pub(super) fn add(&mut self, plan: &LoadPlan, delta: &Delta) {
        if let Some(abort) = &plan.abort_when
            && plan.gate_covers(&abort.gate, delta.endpoint)
        {
            self.take(abort, delta);
        }
    }

    fn take(&mut self, abort: &PlannedAbort, delta: &Delta) {
        self.seconds.entry(delta.second).or_default().merge_only(&delta.tally, abort.gate.metric.times());
    }

    /// Why the run has to end, when all before `second` is in. It is looked at only when the stretch is full, and comes
    /// about only where the seconds that can be trusted show it as well.
    pub(super) fn reason(&mut self, abort: &PlannedAbort, second: u64, trusted: &Trusted) -> Option<String> {
        let from = second.checked_sub(abort.last.get().as_secs())?;
        self.seconds = self.seconds.split_off(&from);
        let sum = |wanted: &dyn Fn(u64) -> bool| {
            let mut sum = Tally::default();
            let parts = self.seconds.range(..second).filter(|(second, _)| wanted(**second));
            parts.for_each(|(_, part)| sum.merge_only(part, abort.gate.metric.times()));
            sum
        };
        let (whole, rest) = (sum(&|_| true), sum(&|second| trusted.has(second)));
        let at = |second: u64| Offset::from_micros(second * 1_000_000);
        let of = |tally, length| Requests { tally, length, planned_rate: Rate::ZERO };
        let length = trusted.between(at(from), at(second));
        let reason = failure(&abort.gate, of(&whole, abort.last.get()), of(&rest, length))?;
        Some(format!("`abort_when: {}` came about: {reason}", abort.text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{GeneratorSecond, RunQueue};
    use crate::gate::Gate;
    use crate::sample::{EndpointId, ErrorClass, Outcome, Sample};
    use crate::trust::Limits;
    use crate::units::Span;
    use std::time::Duration;

    /// In which second of twenty the run ends, where requests fail in those of `bad`, and the generator hardly ever got a
    /// core in those of `starved`.
    fn ends(bad: &[u64], starved: &[u64]) -> Option<u64> {
        let text = "error_rate > 50% last 4s".to_owned();
        let (gate, last) = (Gate::condition(&text).unwrap(), Span::new(Duration::from_secs(4)));
        let planned = PlannedAbort { gate, last, text };
        let (mut abort, mut trusted) = (Abort::default(), Trusted::new(Limits::new([], Some(2.0))));
        (0..20).find(|second| {
            let mut delta = Delta::new(EndpointId(0), 0, *second);
            for n in 0..100 {
                let planned = Offset::from_micros(second * 1_000_000 + n * 1_000);
                let failed = bad.contains(second);
                let outcome = if failed { Outcome::Bad(ErrorClass::Timeout) } else { Outcome::Good };
                let (endpoint, sent, done, connect) = (EndpointId(0), planned, planned, None);
                delta.record(
                    &Sample { endpoint, planned, sent, first_byte: None, done, connect, outcome },
                    Duration::from_secs(1),
                );
            }
            abort.take(&planned, &delta);
            let waited_us = if starved.contains(second) { 900_000 } else { 0 };
            let queue = Some(RunQueue { waited_us, ran_us: 1, turns: 3 });
            trusted.said(&GeneratorSecond { second: *second, queue, ..GeneratorSecond::default() });
            abort.reason(&planned, second + 1, &trusted).is_some()
        })
    }

    #[test]
    fn a_run_ends_early_for_what_the_target_did_and_not_for_what_the_generator_did() {
        let all: Vec<u64> = (5..20).collect();
        for (bad, starved, ended) in [
            (vec![], vec![], None),
            (all.clone(), vec![], Some(7)),
            (vec![5, 6], vec![], None),
            (all.clone(), all.clone(), None),
            (vec![5, 6, 7], vec![5, 6, 7], None),
            // What failed in second 8 and later nobody but the target did.
            (all.clone(), vec![5, 6, 7], Some(8)),
        ] {
            assert_eq!(ends(&bad, &starved), ended, "bad {bad:?}, starved {starved:?}");
        }
    }
}
