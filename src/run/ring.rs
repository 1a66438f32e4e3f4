//! The newest part of a run in bounded memory: what a `last 30s` gate is judged by.

use crate::stats::{Delta, Sums, Tally, Times};
use std::collections::BTreeMap;

/// A window is kept in at most this many parts (and two more at its rims).
const PARTS: u64 = 60;

/// The tallies of the newest seconds, in parts of a second or more.
///
/// Windows of up to a minute are exact to the second. Longer ones are kept in parts of a sixtieth of their length.
/// The parts are laid so that the window of a run that reaches its planned end begins exactly with one; only the
/// window of a run that was cut short may begin up to a part early.
#[derive(Debug)]
pub(super) struct Ring {
    /// What is kept of each tally.
    times: Times,
    /// Length of the window and of one part, in seconds.
    length: u64,
    part: u64,
    /// Where the window begins when the run reaches its planned end; part 0. Before the run's start it is negative.
    anchor: i128,
    /// The last second of the plan.
    last: u64,
    newest: u64,
    parts: BTreeMap<i128, Sums>,
}

impl Ring {
    /// For the last `length` seconds of a run that is planned to end in second `end`.
    pub(super) fn new(length: u64, end: u64, times: Times) -> Ring {
        Ring {
            times,
            length,
            part: length.div_ceil(PARTS).max(1),
            anchor: i128::from(end) - i128::from(length),
            last: end.saturating_sub(1),
            newest: 0,
            parts: BTreeMap::new(),
        }
    }

    /// Adds a delta, unless it can no longer be in the window. Steps of journeys that began before the planned end may
    /// be planned after it; they belong to its last second, and push nothing out.
    pub(super) fn add(&mut self, delta: &Delta) {
        let second = delta.second.min(self.last);
        self.newest = self.newest.max(second);
        let oldest = self.first(self.newest.saturating_add(1));
        let number = self.number(i128::from(second));
        if number >= oldest {
            self.parts.entry(number).or_default().add_only(&delta.tally, self.times);
        }
        while let Some(first) = self.parts.first_entry().filter(|first| *first.key() < oldest) {
            first.remove();
        }
    }

    /// The tally of the window that ends before second `end`, and the second it begins with.
    pub(super) fn window(&self, end: u64) -> (Tally, u64) {
        let first = self.first(end);
        let mut window = Sums::default();
        self.parts.range(first..).for_each(|(_, part)| window.merge(part));
        let begins = self.anchor + first * i128::from(self.part);
        (window.tally(), u64::try_from(begins.max(0)).unwrap_or(u64::MAX))
    }

    fn first(&self, end: u64) -> i128 {
        self.number(i128::from(end) - i128::from(self.length))
    }

    fn number(&self, second: i128) -> i128 {
        (second - self.anchor).div_euclid(i128::from(self.part))
    }

    #[cfg(test)]
    pub(super) fn parts(&self) -> usize {
        self.parts.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Offset;
    use crate::sample::EndpointId;

    fn one(second: u64) -> Delta {
        let mut delta = Delta::new(EndpointId(0), 0, second);
        delta.drop_one(Offset::from_micros(second * 1_000_000));
        delta
    }

    fn planned(ring: &Ring, end: u64) -> (u64, u64) {
        let (tally, begins) = ring.window(end);
        (tally.counts.planned, begins)
    }

    #[test]
    fn a_minute_is_exact_wherever_the_run_ends() {
        for end in [100, 61, 60, 30] {
            let mut ring = Ring::new(30, 100, Times::None);
            (0..end).for_each(|second| ring.add(&one(second)));
            assert_eq!(planned(&ring, end), (30, end - 30), "ended at {end}");
        }
    }

    #[test]
    fn late_answers_add_up_while_their_second_is_in_the_window() {
        let mut ring = Ring::new(10, 100, Times::None);
        for second in [50, 59, 41, 50, 49, 39] {
            ring.add(&one(second));
        }
        assert_eq!(planned(&ring, 60), (3, 50), "50 twice and 59; 49 and older are out");
    }

    #[test]
    fn steps_planned_after_the_end_push_nothing_out() {
        for length in [1, 10, 600] {
            let mut ring = Ring::new(length, 1_000, Times::None);
            (0..1_000).chain([1_000, 1_007, 90_000]).for_each(|second| ring.add(&one(second)));
            assert_eq!(planned(&ring, 1_000), (length + 3, 1_000 - length));
        }
    }

    #[test]
    fn longer_windows_are_exact_at_the_planned_end_and_never_too_short() {
        for length in [61, 100, 3_600, 7_777] {
            let mut ring = Ring::new(length, 10_000, Times::None);
            (0..10_000).for_each(|second| ring.add(&one(second)));
            assert_eq!(planned(&ring, 10_000), (length, 10_000 - length), "exact for {length}");
            assert!(ring.parts() <= 62, "{} parts", ring.parts());
            let mut cut = Ring::new(length, 10_000, Times::None);
            (0..9_001).for_each(|second| cut.add(&one(second)));
            let (got, _) = planned(&cut, 9_001);
            assert!((length..length + length.div_ceil(60)).contains(&got), "{got} of {length}");
        }
    }

    #[test]
    fn a_window_longer_than_the_run_is_the_run() {
        let mut ring = Ring::new(500, 20, Times::None);
        (0..20).for_each(|second| ring.add(&one(second)));
        assert_eq!(planned(&ring, 20), (20, 0));
    }
}
