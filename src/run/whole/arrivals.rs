//! Whether all arrivals of the plan are in the history, second by second and in all. An arrival is the first step of its
//! journey, at its planned instant, whatever became of it: so their number in each second follows from the plan.

use super::NEXT;
use crate::clock::Offset;
use crate::history::{Meta, Pacing, StagePlan};
use crate::load::{self, Schedule, Stage};
use crate::stats::Delta;
use std::collections::{BTreeMap, HashSet};

/// A second is looked at when this many newer ones have begun; no answer comes that late.
const OPEN: u64 = 10_000;
/// What chance does less often than once in e^40 was not chance: never in any run, whatever its length.
const NEVER: f64 = 40.0;

/// Counts arrivals against the plan.
#[derive(Debug)]
pub(super) struct Arrivals {
    schedule: Schedule,
    pacing: Pacing,
    /// Whether an endpoint is the first step of its journey.
    first_steps: Vec<bool>,
    /// One past the last second of the plan.
    end: u64,
    /// Arrivals of the seconds that were not looked at yet.
    open: BTreeMap<u64, u64>,
    looked_at: u64,
    total: u64,
    /// The first second that differs from the plan, in words, and how many more there are.
    wrong: Option<(String, u64)>,
}

impl Arrivals {
    /// The arrivals of this plan. `None` where it does not say how many there are: in the closed model, and in histories
    /// of versions that did not keep how arrivals follow each other.
    pub(super) fn of(meta: &Meta) -> Option<Arrivals> {
        let pacing = meta.pacing.filter(|pacing| *pacing != Pacing::Answers)?;
        let mut journeys = HashSet::new();
        let first_steps = meta.endpoints.iter().map(|plan| journeys.insert(plan.journey.as_str()));
        let schedule = Schedule::new(meta.stages.iter().map(stage).collect(), load::Arrivals::Even);
        Some(Arrivals {
            end: schedule.end().micros().div_ceil(1_000_000),
            first_steps: first_steps.collect(),
            schedule,
            pacing,
            open: BTreeMap::new(),
            looked_at: 0,
            total: 0,
            wrong: None,
        })
    }

    /// Counts those of a window.
    pub(super) fn add(&mut self, delta: &Delta) {
        let is_first = self.first_steps.get(usize::from(delta.endpoint.0)).copied().unwrap_or_default();
        let planned = delta.tally.counts.planned;
        if !is_first || planned == 0 {
            return;
        }
        self.total = self.total.saturating_add(planned);
        if delta.second >= self.end {
            self.note(delta.second, planned);
        } else if delta.second >= self.looked_at {
            let open = self.open.entry(delta.second).or_default();
            *open = open.saturating_add(planned);
            self.look_before(delta.second.saturating_sub(OPEN));
        }
    }

    /// What differs from the plan in a run whose load went to the end of it.
    pub(super) fn of_whole_load(mut self) -> Vec<String> {
        self.look_before(self.end);
        let expected = self.schedule.total();
        let differs = match self.pacing {
            Pacing::Even => self.total != expected,
            Pacing::Poisson | Pacing::Answers => is_no_chance(self.total, expected as f64),
        };
        let about = self.about();
        let total = differs.then(|| {
            format!("the history holds {} arrivals, where {about}{expected} were planned; {NEXT}", self.total)
        });
        self.seconds().into_iter().chain(total).collect()
    }

    /// What differs from the plan before this second, in a run whose load ended at it or later.
    pub(super) fn of_load_before(mut self, second: u64) -> Vec<String> {
        self.look_before(second);
        self.seconds()
    }

    fn seconds(&mut self) -> Vec<String> {
        let told = self.wrong.take().map(|(first, more)| match more {
            0 => format!("{first}; {NEXT}"),
            more => format!("{first}, and {more} more s differ from the plan as well; {NEXT}"),
        });
        told.into_iter().collect()
    }

    fn look_before(&mut self, before: u64) {
        for second in self.looked_at..before.min(self.end) {
            let count = self.open.remove(&second).unwrap_or(0);
            let expected = self.expected(second);
            let differs = match self.pacing {
                // Instants are whole microseconds, so the neighbour may have an arrival that lies on the boundary.
                Pacing::Even => (count as f64 - expected).abs() > 1.01 + expected * 1e-5,
                Pacing::Poisson | Pacing::Answers => is_no_chance(count, expected),
            };
            if differs {
                self.note(second, count);
            }
        }
        self.looked_at = self.looked_at.max(before);
    }

    fn note(&mut self, second: u64, count: u64) {
        match &mut self.wrong {
            Some((_, more)) => *more += 1,
            None => {
                let (about, expected) = (self.about(), self.expected(second).round());
                let text = format!(
                    "the history holds {count} arrivals of second {second}, where {about}{expected} were planned"
                );
                self.wrong = Some((text, 0));
            }
        }
    }

    /// How many arrivals were planned in a second.
    fn expected(&self, second: u64) -> f64 {
        let at = |second: u64| Offset::from_micros(second.saturating_mul(1_000_000));
        self.schedule.expected_between(at(second), at(second.saturating_add(1)))
    }

    fn about(&self) -> &'static str {
        if self.pacing == Pacing::Even { "" } else { "about " }
    }
}

fn stage(plan: &StagePlan) -> Stage {
    let length = plan.length();
    Stage { name: plan.name.clone(), from: plan.from, to: plan.to, length, warmup: plan.warmup }
}

/// Whether random arrivals never come to this number where so many are expected: Chernoff's bound of a Poisson
/// distribution, `P(N ≥ n or ≤ n) ≤ e^-(λ − n + n ln(n/λ))` (Boucheron et al., Concentration Inequalities, §2.2).
fn is_no_chance(count: u64, expected: f64) -> bool {
    let n = count as f64;
    let surprise = if count == 0 { expected } else { expected - n + n * (n / expected).ln() };
    // Arrivals on a boundary between two seconds are of either.
    (n - expected).abs() > 2.0 && surprise > NEVER
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::EndpointPlan;
    use crate::sample::EndpointId;
    use crate::units::Rate;
    use proptest::prelude::*;

    /// Stages of these rates, each so many milliseconds long, and two journeys, of which the first has two steps.
    fn meta(pacing: Pacing, stages: &[(f64, f64, u64)]) -> Meta {
        let mut start = 0;
        let stage = |&(from, to, millis): &(f64, f64, u64)| {
            let at = |millis: u64| Offset::from_micros(millis * 1_000);
            let (begin, end) = (start, start + millis);
            start = end;
            let (from, to) = (Rate::per_second(from), Rate::per_second(to));
            StagePlan { name: "s".into(), start: at(begin), end: at(end), from, to, warmup: false }
        };
        let endpoint =
            |name: &str, journey: &str| EndpointPlan { name: name.into(), journey: journey.into() };
        Meta {
            pacing: Some(pacing),
            stages: stages.iter().map(stage).collect(),
            endpoints: vec![endpoint("a/1", "a"), endpoint("a/2", "a"), endpoint("b/1", "b")],
            ..Meta::bare("s")
        }
    }

    fn window(endpoint: u16, second: u64, planned: u64) -> Delta {
        let mut delta = Delta::new(EndpointId(endpoint), 0, second);
        delta.tally.counts.planned = planned;
        delta
    }

    /// What is said of a history with these windows of endpoint, second and number of requests.
    fn told(pacing: Pacing, windows: &[(u16, u64, u64)]) -> Vec<String> {
        let mut arrivals = Arrivals::of(&meta(pacing, &[(100.0, 100.0, 4_000)])).unwrap();
        for (endpoint, second, planned) in windows {
            arrivals.add(&window(*endpoint, *second, *planned));
        }
        arrivals.of_whole_load()
    }

    #[test]
    fn the_first_steps_of_all_journeys_are_the_arrivals() {
        let seconds = (0..4).flat_map(|second| [(0, second, 60), (1, second, 55), (2, second, 40)]);
        assert_eq!(told(Pacing::Even, &seconds.collect::<Vec<_>>()), [""; 0]);
    }

    #[test]
    fn what_is_missing_and_what_is_too_much_is_named_with_its_second() {
        for (windows, words) in [
            (
                vec![(0, 0, 100)],
                vec![
                    "0 arrivals of second 1, where 100 were planned, and 2 more s",
                    "100 arrivals, where 400",
                ],
            ),
            (
                vec![(0, 0, 100), (0, 1, 97), (0, 2, 100), (0, 3, 100)],
                vec!["97 arrivals of second 1", "397 arrivals"],
            ),
            (
                vec![(0, 0, 100), (0, 1, 200), (0, 3, 100)],
                vec!["200 arrivals of second 1, where 100 were planned, and 1 more s"],
            ),
            (vec![(0, 0, 100), (0, 1, 99), (0, 2, 100), (0, 3, 100)], vec!["399 arrivals, where 400"]),
            (
                vec![(0, 0, 100), (0, 1, 100), (0, 2, 100), (0, 3, 100), (0, 9, 1)],
                vec!["1 arrivals of second 9, where 0", "401"],
            ),
            // A late answer makes a further window.
            (vec![(0, 0, 99), (0, 1, 100), (0, 2, 100), (0, 3, 100), (0, 0, 1)], vec![]),
        ] {
            let told = told(Pacing::Even, &windows);
            assert_eq!(told.len(), words.len(), "{windows:?}: {told:?}");
            told.iter().zip(words).for_each(|(text, words)| assert!(text.contains(words), "{text}"));
        }
    }

    #[test]
    fn of_random_arrivals_only_what_chance_never_does_is_said() {
        for (counts, lines) in [
            ([100, 100, 100, 100], 0),
            ([70, 140, 90, 120], 0),
            ([0, 130, 130, 130], 1),
            ([100, 0, 0, 0], 2),
            ([300, 50, 50, 50], 1),
        ] {
            let windows: Vec<_> = (0..).zip(counts).map(|(second, count)| (0, second, count)).collect();
            assert_eq!(told(Pacing::Poisson, &windows).len(), lines, "{counts:?}");
        }
    }

    proptest! {
        /// Whatever the engine plans, its history is whole.
        #[test]
        fn all_arrivals_of_a_schedule_are_as_planned(
            stages in prop::collection::vec((0.0..3_000.0_f64, 0.0..3_000.0_f64, 1..4_000_u64), 1..5),
            seed in prop::option::of(any::<u64>()),
        ) {
            let pacing = if seed.is_some() { Pacing::Poisson } else { Pacing::Even };
            let meta = meta(pacing, &stages);
            let random = seed.map_or(load::Arrivals::Even, |seed| load::Arrivals::Poisson { seed });
            let schedule = Schedule::new(meta.stages.iter().map(stage).collect(), random);
            let mut counts: BTreeMap<u64, u64> = BTreeMap::new();
            schedule.share(0, 1).for_each(|arrival| *counts.entry(arrival.at.second()).or_default() += 1);
            let mut arrivals = Arrivals::of(&meta).unwrap();
            for (second, count) in &counts {
                arrivals.add(&window(2, *second, *count));
            }
            prop_assert_eq!(arrivals.of_whole_load(), Vec::<String>::new());
        }
    }
}
