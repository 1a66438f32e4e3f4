//! What the attempts so far say of each rate, and between which two rates the breaking point lies.

use super::{Attempt, Outcome};
use crate::units::Rate;

/// So many runs at a rate that decide nothing are enough to know that one more will not either.
pub(super) const TRIES: u32 = 3;

/// What is known of one rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Known {
    pub(super) rate: Rate,
    pub(super) passed: u32,
    pub(super) failed: u32,
    pub(super) undecided: u32,
    /// Runs in which the generator could not keep up.
    pub(super) overstrained: u32,
}

impl Known {
    fn of(rate: Rate) -> Known {
        Known { rate, passed: 0, failed: 0, undecided: 0, overstrained: 0 }
    }

    /// Whether it counts as a rate that the service bears: more holds than breaks.
    pub(super) fn stands(&self) -> bool {
        self.passed > self.failed
    }

    /// Whether it counts as a rate that breaks it. A tie is no pass.
    fn falls(&self) -> bool {
        self.failed > 0 && !self.stands()
    }

    /// Whether no run more will tell of it.
    pub(super) fn wavers(&self) -> bool {
        self.undecided >= TRIES
    }
}

/// What is known of all rates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bracket {
    /// The highest rate that stands below the lowest that falls.
    pub(super) low: Option<Known>,
    /// The lowest that falls.
    pub(super) high: Option<Known>,
    /// The lowest between the two that was tried often and neither stands nor falls.
    pub(super) unclear: Option<Known>,
}

/// The rates that were tried, in rising order.
pub(super) fn known(attempts: &[Attempt]) -> Vec<Known> {
    let mut rates: Vec<Known> = Vec::new();
    for attempt in attempts {
        let place = rates.iter().position(|known| known.rate == attempt.rate).unwrap_or_else(|| {
            rates.push(Known::of(attempt.rate));
            rates.len() - 1
        });
        let known = &mut rates[place];
        match attempt.outcome {
            Outcome::Held => known.passed += 1,
            Outcome::Broke => known.failed += 1,
            Outcome::Undecided => known.undecided += 1,
            Outcome::Generator => known.overstrained += 1,
        }
    }
    rates.sort_by(|a, b| a.rate.as_per_second().total_cmp(&b.rate.as_per_second()));
    rates
}

/// Where the breaking point lies.
pub(super) fn bracket(known: &[Known]) -> Bracket {
    let high = known.iter().find(|known| known.falls()).copied();
    let below = |known: &&Known| high.is_none_or(|high| known.rate < high.rate);
    let low = known.iter().filter(below).rfind(|known| known.stands()).copied();
    let above = |known: &&Known| low.is_none_or(|low| known.rate > low.rate);
    let unclear = known.iter().filter(below).filter(above).find(|known| known.wavers()).copied();
    Bracket { low, high, unclear }
}
