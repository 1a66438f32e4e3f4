//! Many tallies added up.

use super::tally::TallyOf;
use super::{Sum, Tally, Times};

/// Tallies added up: of a part of a run, whatever its length. It takes what a history holds faster than a [`Tally`]
/// does, which it becomes in the end.
pub type Sums = TallyOf<Sum>;

impl Sums {
    /// Adds a tally.
    pub fn add(&mut self, tally: &Tally) {
        self.add_each(tally, Sum::add);
    }

    /// Adds the counts of a tally, and of its durations only these.
    pub fn add_only(&mut self, tally: &Tally, times: Times) {
        self.add_one(tally, times, Sum::add);
    }

    /// Adds others.
    pub fn merge(&mut self, other: &Sums) {
        self.add_each(other, Sum::merge);
    }

    /// All of them as one tally.
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        tally.add_each(self, |all, sum| *all = sum.histogram());
        tally
    }
}
