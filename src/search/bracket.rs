//! What the attempts so far say of each rate, and between which two rates the breaking point lies.

use super::Attempt;
use crate::units::Rate;

/// What is known of one rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Known {
    pub(super) rate: Rate,
    pub(super) passed: u32,
    pub(super) failed: u32,
    pub(super) undecided: u32,
}

impl Known {
    /// Whether it counts as a rate that the service bears: more holds than breaks.
    pub(super) fn stands(&self) -> bool {
        self.passed > self.failed
    }

    /// Whether it counts as a rate that breaks it. A tie is no pass.
    fn falls(&self) -> bool {
        self.failed > 0 && !self.stands()
    }
}

/// The rates that were tried, in rising order.
pub(super) fn known(attempts: &[Attempt]) -> Vec<Known> {
    let mut rates: Vec<Known> = Vec::new();
    for attempt in attempts {
        let place = rates.iter().position(|known| known.rate == attempt.rate).unwrap_or_else(|| {
            rates.push(Known { rate: attempt.rate, passed: 0, failed: 0, undecided: 0 });
            rates.len() - 1
        });
        let known = &mut rates[place];
        match (attempt.passed(), attempt.failed()) {
            (true, _) => known.passed += 1,
            (_, true) => known.failed += 1,
            _ => known.undecided += 1,
        }
    }
    rates.sort_by(|a, b| a.rate.as_per_second().total_cmp(&b.rate.as_per_second()));
    rates
}

/// The highest rate that stands below the lowest that falls, and that one.
pub(super) fn bracket(known: &[Known]) -> (Option<Known>, Option<Known>) {
    let high = known.iter().find(|known| known.falls());
    let below = |known: &&Known| high.is_none_or(|high| known.rate < high.rate);
    let low = known.iter().filter(below).rfind(|known| known.stands());
    (low.copied(), high.copied())
}
