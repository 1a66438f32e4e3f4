//! Doubling, bisection, confirmation.
//!
//! 1. From the first rate on, each rate is twice the last, until the gates break or the limit holds.
//! 2. Between the highest rate that held and the lowest that broke, their geometric mean is tried, until the two lie
//!    within the wanted precision of each other.
//! 3. Both ends are tried again with a long hold, until the lower one has held and the upper one has broken often
//!    enough. A lower end that breaks in this is the new upper end, and the search goes on below it.
//!
//! It takes that a service that breaks at a rate breaks at every higher one. Where it does not, ends that waver show
//! it: they are confirmed by most of their runs alone, and the confidence says by how many.

use super::bracket::{Known, bracket, known};
use super::{Attempt, Purpose};
use crate::units::Rate;

/// Where to look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// The first rate to try.
    pub from: Rate,
    /// No higher rate is tried.
    pub limit: Rate,
    /// How near the two ends have to come: 0.05 means that the upper one is at most 5 % above the lower one.
    pub precision: f64,
}

/// How many runs say the same of a rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Confidence {
    /// The rate.
    pub rate: Rate,
    /// So many runs say so.
    pub agree: u32,
    /// Of so many that decided.
    pub of: u32,
}

/// What the search found.
#[derive(Debug, Clone, PartialEq)]
pub struct BreakingPoint {
    /// The highest rate at which the gates held; none where they held at none.
    pub passed: Option<Confidence>,
    /// The lowest rate at which a gate broke; none where even the limit held.
    pub failed: Option<Confidence>,
    /// Why the lowest rate broke.
    pub why: Option<String>,
    /// Why the search ended before both were confirmed, if it did.
    pub cut_short: Option<String>,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// Make a run at this rate.
    Try(Rate, Purpose),
    /// Nothing more.
    Over(BreakingPoint),
}

/// An end has to be seen so often.
const OFTEN: u32 = 2;
/// Two runs at a rate that decide nothing are enough to know that a third will not either.
const UNDECIDED: u32 = 2;
/// Below this part of the first rate nothing is tried.
const LOWEST: f64 = 1.0 / 64.0;
/// A search that has not come to an end by then never will.
const MOST: usize = 60;

/// A search under way.
#[derive(Debug, Clone)]
pub struct Search {
    range: Range,
    attempts: Vec<Attempt>,
}

impl Search {
    /// A search that has tried nothing yet.
    pub fn new(range: Range) -> Search {
        Search { range, attempts: Vec::new() }
    }

    /// Takes in how a run ended.
    pub fn add(&mut self, attempt: Attempt) {
        self.attempts.push(attempt);
    }

    /// The runs so far, in their order.
    pub fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }

    /// What to do next.
    pub fn next(&self) -> Next {
        let known = known(&self.attempts);
        let (low, high) = bracket(&known);
        if let Some(stuck) = known.iter().find(|known| known.undecided >= UNDECIDED) {
            return Next::Over(self.found(low, high, Some(self.undecided(stuck.rate))));
        }
        if self.attempts.len() >= MOST {
            let text = format!("after {MOST} runs the two ends still waver");
            return Next::Over(self.found(low, high, Some(text)));
        }
        match (low, high) {
            (None, None) => Next::Try(self.range.from, Purpose::Look),
            (Some(low), None) if low.rate < self.range.limit => {
                let twice = low.rate.times(2.0);
                let rate = if twice < self.range.limit { twice } else { self.range.limit };
                Next::Try(rate, Purpose::Look)
            }
            (None, Some(high)) => self.further_down(high),
            (Some(low), Some(high)) if !self.near(low, high) => {
                Next::Try(between(low.rate, high.rate), Purpose::Look)
            }
            (Some(low), high) => self.confirm(low, high),
        }
    }

    fn near(&self, low: Known, high: Known) -> bool {
        high.rate.as_per_second() <= low.rate.as_per_second() * (1.0 + self.range.precision)
    }

    /// Nothing held so far.
    fn further_down(&self, high: Known) -> Next {
        let half = high.rate.times(0.5);
        if half >= self.range.from.times(LOWEST) {
            return Next::Try(half, Purpose::Look);
        }
        Next::Over(self.found(None, Some(high), None))
    }

    fn confirm(&self, low: Known, high: Option<Known>) -> Next {
        // One run more has to say it than say the contrary, and often enough.
        if low.passed < low.failed + OFTEN {
            return Next::Try(low.rate, Purpose::Confirm);
        }
        match high {
            Some(high) if high.failed < high.passed + OFTEN => Next::Try(high.rate, Purpose::Confirm),
            high => Next::Over(self.found(Some(low), high, None)),
        }
    }

    fn found(&self, low: Option<Known>, high: Option<Known>, cut_short: Option<String>) -> BreakingPoint {
        let of =
            |known: Known, agree| Confidence { rate: known.rate, agree, of: known.passed + known.failed };
        let broke = |high: Known| self.attempts.iter().find(|one| one.rate == high.rate && one.failed());
        BreakingPoint {
            passed: low.map(|low| of(low, low.passed)),
            failed: high.map(|high| of(high, high.failed)),
            why: high.and_then(broke).map(|attempt| attempt.reason.clone()),
            cut_short,
        }
    }

    fn undecided(&self, rate: Rate) -> String {
        let last = self.attempts.iter().rfind(|one| one.rate == rate && !one.passed() && !one.failed());
        let why = last.map_or("", |attempt| attempt.reason.as_str());
        format!("at {rate} nothing could be decided: {why}")
    }
}

/// The geometric mean, rounded to a rate that people would write where that stays in between.
fn between(low: Rate, high: Rate) -> Rate {
    let (low, high) = (low.as_per_second(), high.as_per_second());
    let middle = (low * high).sqrt();
    let step = 10_f64.powf(middle.log10().floor() - 2.0);
    let round = (middle / step).round() * step;
    Rate::per_second(if round > low && round < high { round } else { middle })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Verdict;
    use proptest::prelude::*;

    fn per_second(rate: f64) -> Rate {
        Rate::per_second(rate)
    }

    /// Runs a search against a service of which `verdict` says how it bears the n-th run.
    fn search(range: Range, mut verdict: impl FnMut(f64, usize) -> Verdict) -> (BreakingPoint, Search) {
        let mut search = Search::new(range);
        for n in 0.. {
            match search.next() {
                Next::Over(found) => return (found, search),
                Next::Try(rate, _) => {
                    let verdict = verdict(rate.as_per_second(), n);
                    search.add(Attempt { rate, verdict, reason: format!("{verdict} in run {n}") });
                }
            }
        }
        unreachable!("a search comes to an end")
    }

    fn breaks_above(point: f64) -> impl FnMut(f64, usize) -> Verdict {
        move |rate, _| if rate > point { Verdict::Fail } else { Verdict::Pass }
    }

    const RANGE: Range = Range { from: Rate::ZERO, limit: Rate::ZERO, precision: 0.05 };

    fn range(from: f64, limit: f64) -> Range {
        Range { from: per_second(from), limit: per_second(limit), ..RANGE }
    }

    #[test]
    fn it_doubles_then_halves_the_gap_then_makes_sure() {
        let (found, search) = search(range(100.0, 10_000.0), breaks_above(730.0));
        let tried: Vec<f64> = search.attempts().iter().map(|one| one.rate.as_per_second()).collect();
        assert_eq!(tried, [100.0, 200.0, 400.0, 800.0, 566.0, 673.0, 734.0, 703.0, 703.0, 734.0]);
        let (passed, failed) = (found.passed.unwrap(), found.failed.unwrap());
        assert_eq!((passed.rate, passed.agree, passed.of), (per_second(703.0), 2, 2));
        assert_eq!((failed.rate, failed.agree, failed.of), (per_second(734.0), 2, 2));
        assert_eq!((found.why.as_deref(), found.cut_short), (Some("fail in run 6"), None));
    }

    #[test]
    fn a_limit_that_holds_is_confirmed_and_said_to_hold() {
        let (found, search) = search(range(100.0, 300.0), breaks_above(1e9));
        assert_eq!((found.passed.unwrap().rate, found.failed), (per_second(300.0), None));
        assert_eq!(search.attempts().len(), 4, "100, 200, 300 and 300 again");
    }

    #[test]
    fn a_service_that_bears_nothing_has_no_highest_rate() {
        let (found, _) = search(range(64.0, 300.0), breaks_above(0.0));
        assert_eq!((found.passed, found.failed.unwrap().rate), (None, per_second(1.0)));
    }

    #[test]
    fn what_cannot_be_decided_twice_ends_the_search_and_says_why() {
        let late = |rate: f64, _| if rate > 150.0 { Verdict::Inconclusive } else { Verdict::Pass };
        let (found, search) = search(range(100.0, 1_000.0), late);
        assert_eq!(search.attempts().len(), 3);
        assert_eq!(found.passed.unwrap().rate, per_second(100.0));
        assert_eq!(found.cut_short.unwrap(), "at 200/s nothing could be decided: inconclusive in run 2");
    }

    #[test]
    fn a_lower_end_that_breaks_when_it_is_held_for_long_is_the_new_upper_end() {
        // It holds 400/s once, and never again.
        let tired = |rate: f64, n: usize| match rate {
            _ if rate > 400.0 || rate > 250.0 && n > 2 => Verdict::Fail,
            _ => Verdict::Pass,
        };
        let (found, _) = search(range(100.0, 1_000.0), tired);
        let (passed, failed) = (found.passed.unwrap(), found.failed.unwrap());
        assert!(passed.rate <= per_second(250.0) && passed.agree >= 2, "{passed:?}");
        assert!(failed.rate > per_second(250.0) && failed.agree > failed.of - failed.agree, "{failed:?}");
    }

    proptest! {
        #[test]
        fn the_point_lies_between_the_ends_and_they_are_near(
            point in 0.5_f64..100_000.0, from in 1.0_f64..2_000.0, precision in 0.01_f64..0.3,
        ) {
            let range = Range { from: per_second(from), limit: per_second(200_000.0), precision };
            let (found, search) = search(range, breaks_above(point));
            prop_assert!(search.attempts().len() < MOST);
            if let Some(passed) = found.passed {
                let (low, high) = (passed.rate.as_per_second(), found.failed.unwrap().rate.as_per_second());
                prop_assert!(low <= point && point < high, "{low} {point} {high}");
                prop_assert!(high <= low * (1.0 + precision));
            } else {
                prop_assert!(point < from / 32.0);
            }
        }

        #[test]
        fn it_always_ends(verdicts in prop::collection::vec(0_u8..3, 100)) {
            let all = [Verdict::Pass, Verdict::Fail, Verdict::Inconclusive];
            let (_, search) = search(range(10.0, 1e6), |_, n| all[usize::from(verdicts[n])]);
            prop_assert!(search.attempts().len() <= MOST);
        }
    }
}
