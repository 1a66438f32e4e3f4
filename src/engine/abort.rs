//! Whether what is seen of the load says that the run has to end early.

use super::LoadPlan;
use super::blame::Doubtful;
use super::trusted::{Trusted, failure_of};
use crate::clock::Offset;
use crate::gate::{Decision, Metric, Requests};
use crate::scenario::PlannedAbort;
use crate::stats::{Delta, Tally};
use crate::units::Rate;
use std::collections::BTreeMap;
use std::time::Duration;

/// The last seconds of the endpoints that the condition is about.
#[derive(Debug)]
pub(super) struct Abort {
    /// What became known in which second, of requests that were planned in which: one that is never answered is known
    /// when its timeout is over, and no sooner.
    seconds: BTreeMap<(u64, u64), Tally>,
    /// The shortest time in which a request is given up.
    timeout: Duration,
}

impl Abort {
    /// Nothing yet of this load.
    pub(super) fn new(plan: &LoadPlan) -> Abort {
        let steps = plan.journeys.iter().flat_map(|journey| &journey.steps);
        let timeout = steps.map(|step| step.timeout).min().unwrap_or_default();
        Abort { seconds: BTreeMap::new(), timeout }
    }

    /// Takes in a window, which was handed over when the second before `before` was over.
    pub(super) fn add(&mut self, plan: &LoadPlan, delta: &Delta, before: u64) {
        if let Some(abort) = &plan.abort_when
            && plan.gate_covers(&abort.gate, delta.endpoint)
        {
            self.take(abort, delta, before);
        }
    }

    fn take(&mut self, abort: &PlannedAbort, delta: &Delta, before: u64) {
        let known = before.saturating_sub(1).max(delta.second);
        let tally = self.seconds.entry((known, delta.second)).or_default();
        tally.merge_only(&delta.tally, abort.gate.metric.times());
    }

    /// Why the run has to end, when all before `second` is in. It is looked at only when the stretch is full. The condition
    /// has to come about twice: by all that was seen, and by what a disturbed generator cannot have done itself.
    pub(super) fn reason(&mut self, abort: &PlannedAbort, second: u64, trusted: &Trusted) -> Option<String> {
        let last = abort.last.get();
        let from = second.checked_sub(last.as_secs())?;
        self.seconds = self.seconds.split_off(&(from, 0));
        let fails = |tally: &Tally, length| {
            failure_of(&abort.gate, Requests { tally, length, planned_rate: Rate::ZERO })
        };
        let came =
            |decision: Decision| format!("`abort_when: {}` came about: {}", abort.text, decision.reason);
        let seen = self.sum(abort, second, |_| Some(Doubtful { second: false, timeouts: false }));
        let seen = fails(&seen, last)?;
        if !abort.gate.metric.tells_of_target() {
            return Some(came(seen));
        }
        let doubtful = |(known, planned): (u64, u64)| Doubtful {
            second: !(trusted.has(planned) && trusted.has(known)),
            timeouts: trusted.held(planned, known) * 2 >= self.timeout,
        };
        let rest = self.sum(abort, second, |key| Some(doubtful(key)).filter(|doubtful| !doubtful.second));
        let at = |second: u64| Offset::from_micros(second * 1_000_000);
        if fails(&rest, trusted.between(at(from), at(second))).is_some() {
            return Some(came(seen));
        }
        if !counts_requests(abort.gate.metric) {
            return None;
        }
        let certain = self.sum(abort, second, |key| Some(doubtful(key)));
        let certain = fails(&certain, last)?;
        let but = "not counting what a disturbed generator may have done itself";
        Some(format!("{}, {but}", came(certain)))
    }

    /// What became known before `second`, each part as `doubtful` says, and left out where it says nothing.
    fn sum(
        &self,
        abort: &PlannedAbort,
        second: u64,
        doubtful: impl Fn((u64, u64)) -> Option<Doubtful>,
    ) -> Tally {
        let mut sum = Tally::default();
        for (key, tally) in self.seconds.range(..(second, 0)) {
            if let Some(doubtful) = doubtful(*key) {
                doubtful.add(&mut sum, tally, abort.gate.metric.times());
            }
        }
        sum
    }
}

/// Whether the metric counts bad requests among all, so that some of them are enough, whatever the others were.
fn counts_requests(metric: Metric) -> bool {
    metric.percentile().is_some() || matches!(metric, Metric::ErrorRate | Metric::Availability)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{GeneratorSecond, RunQueue};
    use crate::gate::Gate;
    use crate::sample::{EndpointId, ErrorClass, Outcome, Sample};
    use crate::trust::Limits;
    use crate::units::Span;

    /// A load of 30 seconds, a hundred requests in each.
    struct Story<'a> {
        condition: &'a str,
        /// In which seconds requests fail, how many of the hundred and how; the others are good.
        bad: (std::ops::Range<u64>, u64, ErrorClass),
        /// How long it takes until they have failed.
        after: u64,
        /// In which seconds the generator waits for a core, and for what part of them.
        waits: (std::ops::Range<u64>, f64),
    }

    impl Default for Story<'_> {
        fn default() -> Self {
            let (condition, bad) = ("error_rate > 50% last 4s", (5..30, 100, ErrorClass::Timeout));
            Story { condition, bad, after: 0, waits: (0..0, 0.0) }
        }
    }

    impl Story<'_> {
        fn deltas(&self, planned: u64) -> [Delta; 2] {
            let mut deltas = [false, true].map(|_| Delta::new(EndpointId(0), 0, planned));
            let (seconds, many, class) = &self.bad;
            for n in 0..100 {
                let failed = seconds.contains(&planned) && n < *many;
                let outcome = if failed { Outcome::Bad(*class) } else { Outcome::Good };
                let planned = Offset::from_micros(planned * 1_000_000 + n * 1_000);
                let (endpoint, sent, done, connect) = (EndpointId(0), planned, planned, None);
                let sample = Sample { endpoint, planned, sent, first_byte: None, done, connect, outcome };
                deltas[usize::from(failed)].record(&sample, Duration::from_secs(1));
            }
            deltas
        }

        /// The second with which the run ends, and why.
        fn ends(&self) -> Option<(u64, String)> {
            let text = self.condition.to_owned();
            let (gate, last) = (Gate::condition(&text).unwrap(), Span::new(Duration::from_secs(4)));
            let planned = PlannedAbort { gate, last, text };
            let timeout = Duration::from_secs(self.after.max(1));
            let mut abort = Abort { seconds: BTreeMap::new(), timeout };
            let mut trusted = Trusted::new(Limits::new([], Some(2.0)));
            (0..30_u64).find_map(|second| {
                let late = second.checked_sub(self.after).map(|planned| self.deltas(planned));
                let [good, _] = self.deltas(second);
                for delta in [Some(good), late.map(|[_, bad]| bad)].into_iter().flatten() {
                    trusted.add(&delta);
                    abort.take(&planned, &delta, second + 1);
                }
                let waited = if self.waits.0.contains(&second) { self.waits.1 } else { 0.0 };
                let queue = Some(RunQueue { waited_us: (waited * 1e6) as u64, ran_us: 1, turns: 3 });
                trusted.said(&GeneratorSecond { second, queue, ..GeneratorSecond::default() });
                Some((second, abort.reason(&planned, second + 1, &trusted)?))
            })
        }
    }

    #[test]
    fn a_run_ends_early_for_what_the_target_did_and_not_for_what_the_generator_did() {
        use ErrorClass::{Assertion, Generator, Refused, Reset, Status, Timeout};
        let usual = || Story::default();
        for (story, ended) in [
            (Story { bad: (0..0, 0, Timeout), ..usual() }, None),
            (usual(), Some(7)),
            (Story { bad: (5..7, 100, Timeout), ..usual() }, None),
            // A generator that hardly ever got a core may have missed every answer, and never made up a refusal.
            (Story { waits: (0..30, 0.9), ..usual() }, None),
            (Story { waits: (5..8, 0.9), bad: (5..8, 100, Timeout), ..usual() }, None),
            (Story { waits: (0..30, 0.9), bad: (5..30, 100, Reset), ..usual() }, None),
            (Story { waits: (0..30, 0.9), bad: (5..30, 100, Generator), ..usual() }, None),
            (Story { waits: (0..30, 0.9), bad: (5..30, 100, Refused), ..usual() }, Some(7)),
            (Story { waits: (0..30, 0.9), bad: (5..30, 100, Status), ..usual() }, Some(7)),
            (Story { waits: (0..30, 0.9), bad: (5..30, 100, Assertion), ..usual() }, Some(7)),
            // What failed in second 8 and later nobody but the target did.
            (Story { waits: (5..8, 0.9), ..usual() }, Some(8)),
            // Nobody knows of an answer that does not come until its time is over.
            (Story { after: 10, ..usual() }, Some(15)),
            (Story { after: 25, bad: (0..30, 100, Timeout), ..usual() }, Some(25)),
            // It was there for most of that time, or it was not.
            (Story { after: 10, waits: (0..30, 0.4), ..usual() }, Some(15)),
            (Story { after: 10, waits: (0..30, 0.6), ..usual() }, None),
            (Story { after: 10, waits: (8..13, 0.9), ..usual() }, Some(15)),
        ] {
            let Story { bad, after, waits, .. } = &story;
            let ends = story.ends().map(|(second, _)| second);
            assert_eq!(ends, ended, "bad {bad:?} after {after} s, waits {waits:?}");
        }
    }

    #[test]
    fn other_conditions_and_their_words() {
        use ErrorClass::{Refused, Timeout};
        let but = "not counting what a disturbed generator may have done itself";
        for (condition, class, waits, said) in [
            ("p99 > 1s last 4s", Refused, 0..0, Some("")),
            ("p99 > 1s last 4s", Refused, 0..30, Some(but)),
            ("p99 > 1s last 4s", Timeout, 0..30, None),
            ("availability < 50% last 4s", Refused, 0..30, Some(but)),
            // Whoever is disturbed answers fewer requests as well.
            ("throughput < 50/s last 4s", Refused, 0..0, Some("")),
            ("throughput < 50/s last 4s", Refused, 0..30, None),
        ] {
            let story = Story { condition, bad: (5..30, 100, class), after: 0, waits: (waits, 0.9) };
            let ends = story.ends().map(|(_, reason)| reason);
            let told = |said: &str| {
                ends.as_ref().is_some_and(|ends| ends.contains(said) && ends.contains(condition))
            };
            assert_eq!(ends.is_some(), said.is_some_and(told), "{condition} {ends:?}");
            assert_eq!(ends.is_some_and(|ends| ends.ends_with(but)), said == Some(but), "{condition}");
        }
    }
}
