//! The slots and percentiles around injections, in bounded memory.

use super::coarse::Coarse;
use super::lane::Lane;
use super::latency::{BEFORE, Baseline, Latency};
use super::series::{Series, start};
use crate::clock::Offset;
use crate::history::RecoveryPlan;
use crate::stats::{Delta, Slot};
use std::time::Duration;

/// The newest slots are kept, in case that a fault comes: a minute, and what late news of it may take.
const NEWEST: Duration = Duration::from_secs(90);

/// Slots and percentiles of each endpoint, and at the last place of all together.
#[derive(Debug)]
pub(super) struct Kept {
    slots: Vec<Lane>,
    latency: Vec<Latency>,
    newest: Offset,
    floor: u64,
}

impl Kept {
    pub(super) fn new(endpoints: usize) -> Kept {
        Kept {
            slots: (0..=endpoints).map(|_| Lane::default()).collect(),
            latency: (0..=endpoints).map(|_| Latency::default()).collect(),
            newest: Offset::ZERO,
            floor: 0,
        }
    }

    /// Takes in a delta; late answers to old seconds as well, as long as those are kept. Whether its second is newer
    /// than all before.
    pub(super) fn add(&mut self, delta: &Delta) -> bool {
        let (all, coarse) = (self.slots.len() - 1, Coarse::from(&delta.tally));
        for place in [usize::from(delta.endpoint.0), all] {
            let Some(slots) = self.slots.get_mut(place) else { continue };
            for (number, slot) in delta.slots.iter().filter(|(number, _)| *number >= self.floor) {
                slots.slot(number).merge(slot);
            }
            self.latency[place].add(delta.second, &coarse);
        }
        let begins = Offset::from_micros(delta.second.saturating_mul(1_000_000));
        let newer = begins > self.newest;
        self.newest = self.newest.max(begins);
        newer
    }

    /// Forgets what is older than a minute before `call`, the oldest that is still of interest, and is not among the
    /// newest.
    pub(super) fn forget_before(&mut self, call: Option<Offset>) {
        let newest = self.newest - NEWEST;
        let floor = call.map_or(newest, |call| newest.min(call - BEFORE));
        self.floor = self.floor.max(Slot::number(floor));
        self.slots.iter_mut().for_each(|slots| slots.forget_before(self.floor));
        self.latency.iter_mut().for_each(|latency| latency.forget_before(floor.second()));
    }

    /// The start of the newest second.
    pub(super) fn newest(&self) -> Offset {
        self.newest
    }

    /// How many slots are kept.
    pub(super) fn count(&self) -> usize {
        self.slots.iter().map(|slots| slots.kept().len()).sum()
    }

    /// How many endpoints there are; the place of all together.
    pub(super) fn all(&self) -> usize {
        self.slots.len() - 1
    }

    /// One endpoint's slots from a minute before `call`, when they are kept that long.
    pub(super) fn series(&self, place: usize, call: Offset) -> Series<'_> {
        Series::of(Series::of(self.slots[place].kept()).from(call - BEFORE))
    }

    /// One endpoint's percentiles.
    pub(super) fn latency(&self, place: usize) -> &Latency {
        &self.latency[place]
    }

    /// How fast each series was in the minute before `call`.
    pub(super) fn baselines(&self, call: Offset, plan: &RecoveryPlan) -> Vec<Option<Baseline>> {
        self.latency.iter().map(|latency| latency.baseline(call, plan)).collect()
    }

    /// The end of the last slot with an arrival.
    pub(super) fn last(&self) -> Offset {
        let planned = self.slots[self.all()].kept().iter().rev().find(|(_, slot)| slot.planned() > 0);
        planned.map_or(self.newest, |(number, _)| start(number.saturating_add(1)))
    }
}
