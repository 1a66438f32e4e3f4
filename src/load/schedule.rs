//! When each arrival is planned: stages laid out on the run's clock.

use super::line::Line;
use super::{Share, Stage};
use crate::clock::Offset;
use crate::units::Rate;
use std::sync::Arc;

/// How arrivals follow each other at a given rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrivals {
    /// At equal shares of the integral: every 5 ms at 200/s.
    Even,
    /// At random, independent of each other, as a crowd comes; the same seed gives the same arrivals.
    Poisson {
        /// What the random numbers start from.
        seed: u64,
    },
}

/// A stage and its place on the run's clock: from `start` until just before `end`.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// The stage.
    pub stage: Stage,
    /// Its first microsecond.
    pub start: Offset,
    /// One past its last microsecond; the boundary belongs to the stage that follows.
    pub end: Offset,
    /// The rate over its time.
    pub(super) line: Line,
    /// The integral of the rate over all earlier stages.
    pub(super) before: f64,
    /// Positions below this belong to this stage or an earlier one.
    pub(super) until: f64,
}

impl Planned {
    /// The instant at which the integral of the rate reaches `position`, a number of arrivals from the start of the
    /// run that lies in this stage.
    pub(super) fn instant(&self, position: f64) -> Offset {
        let micros = (self.line.inverse(position - self.before) * 1e6).round() as u64;
        let last = self.end.micros().saturating_sub(1).max(self.start.micros());
        Offset::from_micros((self.start.micros() + micros).min(last))
    }
}

/// The plan of all arrivals of a run.
///
/// Time counts in microseconds and positions in arrivals, so nothing is added up from one arrival to the next and
/// nothing drifts: the n-th even arrival is where the integral of the rate reaches n, the first one (n = 0) at the
/// start.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    stages: Arc<[Planned]>,
    arrivals: Arrivals,
}

/// By how much a sum of products of rates and lengths may miss a whole number: a millionth of an arrival, or its
/// share of the total where a double has no such digit any more.
fn tolerance(total: f64) -> f64 {
    (total * 1e-15).max(1e-6)
}

/// How many arrivals have a position below `until`; positions are 0, 1, 2, …
fn below(until: f64) -> u64 {
    until.ceil().max(0.0) as u64
}

impl Schedule {
    /// Lays the stages out one after the other.
    pub fn new(stages: Vec<Stage>, arrivals: Arrivals) -> Schedule {
        let mut start = Offset::ZERO;
        let mut before = 0.0;
        let planned = stages.into_iter().map(|stage| {
            let end = start + stage.length.get();
            let seconds = end.since(start).as_secs_f64();
            let line = Line::new(stage.from.as_per_second(), stage.to.as_per_second(), seconds);
            let after = before + line.integral(seconds);
            let planned = Planned { stage, start, end, line, before, until: after - tolerance(after) };
            (start, before) = (end, after);
            planned
        });
        Schedule { stages: planned.collect(), arrivals }
    }

    /// The stages in order of time.
    pub fn stages(&self) -> &[Planned] {
        &self.stages
    }

    /// How arrivals follow each other.
    pub fn arrivals(&self) -> Arrivals {
        self.arrivals
    }

    /// One past the last microsecond of the last stage.
    pub fn end(&self) -> Offset {
        self.stages.last().map_or(Offset::ZERO, |last| last.end)
    }

    /// The place of the stage in which `at` lies; `None` after the end.
    pub fn stage_at(&self, at: Offset) -> Option<usize> {
        let place = self.stages.partition_point(|planned| planned.end <= at);
        (place < self.stages.len()).then_some(place)
    }

    /// The planned rate at an instant; zero after the end.
    pub fn rate(&self, at: Offset) -> Rate {
        self.stage_at(at).map_or(Rate::ZERO, |place| {
            let planned = &self.stages[place];
            Rate::per_second(planned.line.rate(at.since(planned.start).as_secs_f64()))
        })
    }

    /// How many arrivals the stage at this place has: exactly for even arrivals, on average for random ones; zero
    /// when there is no such stage.
    pub fn expected(&self, stage: usize) -> u64 {
        let until = |place: usize| self.stages.get(place).map_or(0, |planned| below(planned.until));
        let earlier = if stage == 0 { 0 } else { until(stage - 1) };
        until(stage).saturating_sub(earlier)
    }

    /// The integral of the rate from one instant to another; zero when `to` is not later.
    pub fn expected_between(&self, from: Offset, to: Offset) -> f64 {
        (self.integral(to) - self.integral(from)).max(0.0)
    }

    /// How many arrivals there are in all: exactly for even arrivals, on average for random ones.
    pub fn total(&self) -> u64 {
        self.stages.last().map_or(0, |last| below(last.until))
    }

    /// The arrivals of one of `of` workers: those whose number leaves the rest `worker` when divided by `of`. All
    /// shares together are all arrivals, whatever `of` is. A worker that is not below `of` gets none.
    pub fn share(&self, worker: u32, of: u32) -> Share {
        Share::new(Arc::clone(&self.stages), self.arrivals, worker, of)
    }

    fn integral(&self, until: Offset) -> f64 {
        let inside = self.stage_at(until).or(self.stages.len().checked_sub(1));
        inside.map_or(0.0, |place| {
            let planned = &self.stages[place];
            planned.before + planned.line.integral(until.since(planned.start).as_secs_f64())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Span;
    use proptest::prelude::*;
    use std::time::Duration;

    fn stage(from: f64, to: f64, millis: u64) -> Stage {
        let length = Span::new(Duration::from_millis(millis));
        let (from, to) = (Rate::per_second(from), Rate::per_second(to));
        Stage { name: String::new(), from, to, length, warmup: false }
    }

    fn at(millis: u64) -> Offset {
        Offset::from_micros(millis * 1_000)
    }

    #[test]
    fn a_constant_rate_gives_exactly_what_it_says() {
        let schedule = Schedule::new(vec![stage(2000.0, 2000.0, 20_000)], Arrivals::Even);
        assert_eq!((schedule.total(), schedule.share(0, 1).count()), (40_000, 40_000));
        let all: Vec<_> = schedule.share(0, 1).map(|arrival| arrival.at.micros()).collect();
        assert_eq!(all[..3], [0, 500, 1_000]);
        assert_eq!(all.last(), Some(&19_999_500));
    }

    #[test]
    fn fractions_of_an_arrival_do_not_add_up_to_one() {
        let tenths = vec![stage(0.1, 0.1, 1_000); 30];
        let schedule = Schedule::new(tenths, Arrivals::Even);
        let all: Vec<_> = schedule.share(0, 1).map(|arrival| (arrival.at, arrival.stage)).collect();
        assert_eq!(all, [(at(0), 0), (at(10_000), 10), (at(20_000), 20)]);
        assert_eq!((0..30).map(|stage| schedule.expected(stage)).sum::<u64>(), schedule.total());
    }

    #[test]
    fn nothing_has_drifted_after_a_thousand_million_arrivals() {
        let week = vec![stage(2000.0, 2000.0, 7 * 86_400_000)];
        let schedule = Schedule::new(week, Arrivals::Even);
        let planned = &schedule.stages()[0];
        assert_eq!(planned.instant(1e9).micros(), 500_000_000_000);
        assert_eq!(planned.instant(1_000_000_001.0).micros(), 500_000_000_500);
        assert_eq!(schedule.total(), 2000 * 7 * 86_400);
    }

    #[test]
    #[expect(clippy::float_cmp, reason = "these numbers are exact in binary")]
    fn a_boundary_belongs_to_the_later_stage() {
        let stages = vec![stage(10.0, 10.0, 1_000), stage(50.0, 50.0, 1_000), stage(50.0, 0.0, 1_000)];
        let schedule = Schedule::new(stages, Arrivals::Even);
        assert_eq!(
            [999, 1_000, 2_999, 3_000].map(|ms| schedule.stage_at(at(ms))),
            [Some(0), Some(1), Some(2), None]
        );
        assert_eq!(
            [999, 1_000, 2_500, 3_000].map(|ms| schedule.rate(at(ms)).as_per_second()),
            [10.0, 50.0, 25.0, 0.0]
        );
        assert_eq!([0, 1, 2, 3].map(|stage| schedule.expected(stage)), [10, 50, 25, 0]);
        assert_eq!(schedule.expected_between(at(500), at(1_500)), 30.0);
        assert_eq!(schedule.expected_between(at(0), at(99_000)), 85.0);
        assert_eq!(schedule.expected_between(at(2_000), at(1_000)), 0.0);
        let tenth = schedule.share(0, 1).nth(10).unwrap();
        assert_eq!((tenth.at, tenth.stage), (at(1_000), 1));
    }

    #[test]
    fn an_empty_plan_has_no_arrivals() {
        let schedule = Schedule::new(Vec::new(), Arrivals::Even);
        assert_eq!((schedule.total(), schedule.end(), schedule.share(0, 1).next()), (0, Offset::ZERO, None));
        assert_eq!((schedule.stage_at(Offset::ZERO), schedule.rate(Offset::ZERO)), (None, Rate::ZERO));
    }

    /// Lists of ramps, holds and pauses.
    fn any_stages() -> impl Strategy<Value = Vec<Stage>> {
        let rate = prop_oneof![Just(0.0), 0.0..3000.0_f64, (0..3000_u32).prop_map(f64::from)];
        let one = (rate.clone(), rate, 1..3_000_u64).prop_map(|(from, to, millis)| stage(from, to, millis));
        prop::collection::vec(one, 1..6)
    }

    proptest! {
        #[test]
        fn even_arrivals_are_in_order_and_in_their_stage(stages in any_stages()) {
            let schedule = Schedule::new(stages, Arrivals::Even);
            let mut last = Offset::ZERO;
            let mut count = vec![0; schedule.stages().len()];
            for (n, arrival) in schedule.share(0, 1).enumerate() {
                prop_assert_eq!(arrival.n, n as u64);
                prop_assert!(arrival.at >= last);
                prop_assert_eq!(schedule.stage_at(arrival.at), Some(usize::from(arrival.stage)));
                count[usize::from(arrival.stage)] += 1;
                last = arrival.at;
            }
            let expected: Vec<u64> = (0..count.len()).map(|stage| schedule.expected(stage)).collect();
            prop_assert_eq!(count.iter().sum::<u64>(), schedule.total());
            prop_assert_eq!(count, expected);
        }

        #[test]
        fn the_count_in_any_interval_is_the_integral_within_one(
            stages in any_stages(), a in 0.0..1.0_f64, b in 0.0..1.0_f64
        ) {
            let schedule = Schedule::new(stages, Arrivals::Even);
            let place = |share: f64| Offset::from_micros((schedule.end().micros() as f64 * share) as u64);
            let (from, to) = (place(a.min(b)), place(a.max(b)));
            let count = schedule.share(0, 1).filter(|arrival| from <= arrival.at && arrival.at < to).count();
            let integral = schedule.expected_between(from, to);
            // Instants are whole microseconds, in which at most 0.003 arrivals are planned here.
            prop_assert!((count as f64 - integral).abs() <= 1.01, "{count} for {integral}");
        }
    }
}
