//! The requests before, during or after a fault: what such a gate is judged by.

use super::fault::{Faults, Seconds};
use crate::gate::Around;
use crate::stats::{Delta, Sums, Tally, Times};
use std::collections::BTreeMap;

/// What is added up of the seconds around one fault.
///
/// Where a second belongs is known only when the fault's steps in it were told, which may be a moment after its
/// requests. So the newest seconds wait, each by itself.
#[derive(Debug)]
pub(super) struct AroundFault {
    fault: usize,
    part: Around,
    /// What is kept of each tally.
    times: Times,
    /// By what is known so far.
    seconds: Seconds,
    sums: Sums,
    waiting: BTreeMap<u64, Sums>,
}

impl AroundFault {
    /// The stretch `part` around the fault at this place of the plan.
    pub(super) fn new(faults: &Faults, fault: usize, part: Around, times: Times) -> AroundFault {
        let seconds = faults.seconds(fault, part);
        AroundFault { fault, part, times, seconds, sums: Sums::default(), waiting: BTreeMap::new() }
    }

    /// Something was told of a fault.
    pub(super) fn learn(&mut self, faults: &Faults) {
        let seconds = faults.seconds(self.fault, self.part);
        let begins = |seconds: &Seconds| seconds.first().map(|range| range.start);
        // What comes after the last injection begins anew with each.
        if matches!(self.part, Around::After(_)) && begins(&seconds) != begins(&self.seconds) {
            self.sums = Sums::default();
        }
        self.seconds = seconds;
    }

    /// Adds a delta; the seconds before `settled` no longer wait.
    pub(super) fn add(&mut self, delta: &Delta, settled: u64) {
        while let Some(first) = self.waiting.first_entry().filter(|first| *first.key() < settled) {
            let (second, waited) = first.remove_entry();
            if self.contains(second) {
                self.sums.merge(&waited);
            }
        }
        if delta.second >= settled {
            self.waiting.entry(delta.second).or_default().add_only(&delta.tally, self.times);
        } else if self.contains(delta.second) {
            self.sums.add_only(&delta.tally, self.times);
        }
    }

    fn contains(&self, second: u64) -> bool {
        let after = self.seconds.partition_point(|range| range.end <= second);
        self.seconds.get(after).is_some_and(|range| range.contains(&second))
    }

    /// The requests and the seconds that they were planned in, or why nothing can be judged by them.
    pub(super) fn window(&self, faults: &Faults) -> Result<(Tally, &Seconds), String> {
        if let Some(doubt) = faults.doubt(self.fault, self.part) {
            return Err(doubt);
        }
        let mut all = self.sums.clone();
        for (_, waiting) in self.waiting.iter().filter(|(second, _)| self.contains(**second)) {
            all.merge(waiting);
        }
        Ok((all.tally(), &self.seconds))
    }

    #[cfg(test)]
    pub(super) fn tallies(&self) -> usize {
        self.waiting.len() + 1
    }
}
