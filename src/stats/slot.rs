//! Good and bad in tenths of a second: what recovery is measured from.

use crate::clock::Offset;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// The length of a slot.
pub const SLOT: Duration = Duration::from_millis(100);

/// One tenth of a second of planned requests: how many went well and badly, and the earliest and latest planned
/// instant of each, so that a gap or a change is exact to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Slot {
    /// Requests that went well.
    pub good: u64,
    /// Requests that failed.
    pub bad: u64,
    /// Planned instant of the first and the last good one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub good_between: Option<(Offset, Offset)>,
    /// Planned instant of the first and the last bad one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bad_between: Option<(Offset, Offset)>,
}

impl Slot {
    fn merge(&mut self, other: &Slot) {
        self.good += other.good;
        self.bad += other.bad;
        self.good_between = union(self.good_between, other.good_between);
        self.bad_between = union(self.bad_between, other.bad_between);
    }
}

fn union(a: Option<(Offset, Offset)>, b: Option<(Offset, Offset)>) -> Option<(Offset, Offset)> {
    match (a, b) {
        (Some((a0, a1)), Some((b0, b1))) => Some((a0.min(b0), a1.max(b1))),
        (one, other) => one.or(other),
    }
}

/// Slots by their number from the start of the run; only those with requests.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Slots(BTreeMap<u64, Slot>);

impl Slots {
    /// Counts one request that was planned at `planned`.
    pub fn count(&mut self, planned: Offset, good: Good) {
        let slot = self.0.entry(planned.micros() / SLOT.as_micros() as u64).or_default();
        let one = match good {
            Good::Yes => Slot { good: 1, good_between: Some((planned, planned)), ..Slot::default() },
            Good::No => Slot { bad: 1, bad_between: Some((planned, planned)), ..Slot::default() },
        };
        slot.merge(&one);
    }

    /// Adds the slots of another part of the run.
    pub fn merge(&mut self, other: &Slots) {
        for (number, slot) in &other.0 {
            self.0.entry(*number).or_default().merge(slot);
        }
    }

    /// The slots in order of time, each with its number.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &Slot)> {
        self.0.iter().map(|(number, slot)| (*number, slot))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

/// Whether a request went well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Good {
    /// It did.
    Yes,
    /// It failed.
    No,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_knows_its_first_and_last_of_each_kind() {
        let at = Offset::from_micros;
        let mut slots = Slots::default();
        for (micros, good) in
            [(250_000, Good::Yes), (210_000, Good::Yes), (299_999, Good::No), (300_000, Good::Yes)]
        {
            slots.count(at(micros), good);
        }
        let mut twice = slots.clone();
        twice.merge(&slots);
        let (number, slot) = twice.iter().next().unwrap();
        assert_eq!(number, 2);
        assert_eq!((slot.good, slot.bad), (4, 2));
        assert_eq!(slot.good_between, Some((at(210_000), at(250_000))));
        assert_eq!(slot.bad_between, Some((at(299_999), at(299_999))));
        assert_eq!(twice.iter().count(), 2);
    }
}
