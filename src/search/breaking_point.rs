//! Doubling, bisection, confirmation.
//!
//! 1. From the first rate on, each rate is twice the last, until the gates break or the limit holds.
//! 2. Between the highest rate that held and the lowest that broke, their geometric mean is tried, until the two lie
//!    within the wanted precision of each other. A rate that decides nothing is tried again with a longer hold; one that
//!    still decides nothing bounds the search from above like one that broke, and is never called one.
//! 3. Both ends are tried again with a long hold, until the lower one has held and the upper one has broken often
//!    enough. A lower end that breaks in this is the new upper end, and the search goes on below it.
//!
//! It takes that a service that breaks at a rate breaks at every higher one. Where it does not, ends that waver show
//! it: they are confirmed by most of their runs alone, and the confidence says by how many.

use super::bracket::{Bracket, Known, TRIES, bracket, known};
use super::{Attempt, BreakingPoint, Confidence, Cut, CutShort, Outcome, Purpose, Why};
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
    /// How often each end is tried again with a long hold and has to say the same.
    pub repeats: u32,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// Make a run at this rate.
    Try {
        /// The rate.
        rate: Rate,
        /// What for.
        purpose: Purpose,
        /// How many runs at this rate decided nothing: the more, the longer it has to be held.
        undecided: u32,
    },
    /// Nothing more.
    Over(BreakingPoint),
}

/// Below this part of the first rate nothing is tried.
const LOWEST: f64 = 1.0 / 16.0;
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

    /// What is known so far, when the search has to end now.
    pub fn ended_early(&self, cut: Cut, text: String) -> BreakingPoint {
        let Bracket { low, high, .. } = bracket(&known(&self.attempts));
        self.found(low, high, Some(CutShort { cut, text }))
    }

    /// What to do next.
    pub fn next(&self) -> Next {
        let known = known(&self.attempts);
        let Bracket { low, high, unclear } = bracket(&known);
        let over = |cut| Next::Over(self.found(low, high, Some(cut)));
        if let Some(stuck) = known.iter().find(|known| known.overstrained >= TRIES) {
            return over(self.overstrained(stuck.rate));
        }
        if self.attempts.len() >= MOST {
            let text = format!("after {MOST} runs the two ends still waver");
            return over(CutShort { cut: Cut::Wavers, text });
        }
        let rate = match (low, unclear.or(high)) {
            (None, _) if unclear.is_some() => return over(self.undecided(unclear)),
            (None, None) => self.range.from,
            (None, Some(high)) => {
                let half = high.rate.times(0.5);
                if half < self.range.from.times(LOWEST) {
                    return Next::Over(self.found(None, Some(high), None));
                }
                half
            }
            (Some(low), None) if low.rate < self.range.limit => {
                let twice = low.rate.times(2.0);
                if twice < self.range.limit { twice } else { self.range.limit }
            }
            (Some(low), Some(top)) if !self.near(low, top) => between(low.rate, top.rate),
            (Some(low), _) => return self.confirm(low, high, unclear),
        };
        let undecided = known.iter().find(|known| known.rate == rate).map_or(0, |known| known.undecided);
        Next::Try { rate, purpose: Purpose::Look, undecided }
    }

    fn near(&self, low: Known, high: Known) -> bool {
        high.rate.as_per_second() <= low.rate.as_per_second() * (1.0 + self.range.precision)
    }

    fn confirm(&self, low: Known, high: Option<Known>, unclear: Option<Known>) -> Next {
        // So many runs more have to say it than say the contrary; the first one was the look.
        let often = 1 + self.range.repeats;
        let ends = [(Some(low), low.passed, low.failed), {
            let (passed, failed) = high.map_or((0, 0), |high| (high.passed, high.failed));
            (high, failed, passed)
        }];
        let unsure = ends.into_iter().find_map(|(end, agree, not)| end.filter(|_| agree < not + often));
        let cut = match unsure {
            Some(end) if !end.wavers() => {
                let (rate, purpose, undecided) = (end.rate, Purpose::Confirm, end.undecided);
                return Next::Try { rate, purpose, undecided };
            }
            unsure => unsure.or(unclear).map(|end| self.undecided(Some(end))),
        };
        Next::Over(self.found(Some(low), high, cut))
    }

    fn found(&self, low: Option<Known>, high: Option<Known>, cut_short: Option<CutShort>) -> BreakingPoint {
        let of =
            |known: Known, agree| Confidence { rate: known.rate, agree, of: known.passed + known.failed };
        let breaks = |attempt: &&Attempt| {
            high.is_some_and(|high| attempt.rate == high.rate) && attempt.outcome == Outcome::Broke
        };
        // The longest run saw most.
        let broke = self.attempts.iter().filter(breaks).max_by_key(|attempt| attempt.hold);
        BreakingPoint {
            passed: low.map(|low| of(low, low.passed)),
            failed: high.map(|high| of(high, high.failed)),
            why: broke.map(|broke| Why { gate: broke.broke.clone(), reason: broke.reason.clone() }),
            cut_short,
        }
    }

    /// The reason of the last run at this rate that ended so.
    fn last(&self, rate: Rate, outcome: Outcome) -> &str {
        let last = self.attempts.iter().rfind(|one| one.rate == rate && one.outcome == outcome);
        last.map_or("", |attempt| attempt.reason.as_str())
    }

    fn undecided(&self, stuck: Option<Known>) -> CutShort {
        let rate = stuck.map_or(Rate::ZERO, |stuck| stuck.rate);
        let why = self.last(rate, Outcome::Undecided);
        CutShort { cut: Cut::Undecided, text: format!("at {rate} nothing could be decided: {why}") }
    }

    fn overstrained(&self, rate: Rate) -> CutShort {
        let why = self.last(rate, Outcome::Generator);
        let text = format!("{rate} is the limit of the generator, not of the target: {why}");
        CutShort { cut: Cut::Generator, text }
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
