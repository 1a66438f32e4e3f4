//! The slots of one endpoint that are kept, side by side.

use crate::stats::Slot;

/// Slots in order of time, each with its number. Those that are forgotten stay until they are a quarter of all, so that the
/// others are moved seldom and take little more room than they need.
#[derive(Debug, Default)]
pub(super) struct Lane {
    slots: Vec<(u64, Slot)>,
    forgotten: usize,
}

impl Lane {
    /// The slot of this number. News come nearly in order, so it is among the last; hardly ever does a new one lie
    /// before another.
    pub(super) fn slot(&mut self, number: u64) -> &mut Slot {
        let not_before = self.kept().iter().rev().take_while(|(held, _)| *held >= number).count();
        let place = self.slots.len() - not_before;
        if self.slots.get(place).is_none_or(|(held, _)| *held != number) {
            self.slots.insert(place, (number, Slot::default()));
        }
        &mut self.slots[place].1
    }

    /// Forgets all slots before this one.
    pub(super) fn forget_before(&mut self, number: u64) {
        self.forgotten += self.kept().partition_point(|(held, _)| *held < number);
        if self.forgotten * 4 >= self.slots.len() {
            self.slots.drain(..self.forgotten);
            self.forgotten = 0;
        }
    }

    /// Those that are not forgotten.
    pub(super) fn kept(&self) -> &[(u64, Slot)] {
        &self.slots[self.forgotten..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn slots_are_kept_in_order_however_they_come(
            news in prop::collection::vec((0_u64..40, 0_u64..30, any::<bool>()), 0..80),
        ) {
            let (mut lane, mut expected, mut newest) = (Lane::default(), BTreeMap::<u64, u64>::new(), 0);
            let mut floor = 0;
            for (step, back, forget) in news {
                newest += step / 8;
                let number = newest.saturating_sub(back).max(floor);
                lane.slot(number).good += 1;
                *expected.entry(number).or_default() += 1;
                if forget {
                    floor = newest.saturating_sub(20).max(floor);
                    lane.forget_before(floor);
                    expected = expected.split_off(&floor);
                }
                let kept: BTreeMap<u64, u64> = lane.kept().iter().map(|(at, slot)| (*at, slot.good)).collect();
                prop_assert_eq!(&kept, &expected);
                prop_assert!(lane.kept().is_sorted_by(|(one, _), (next, _)| one < next));
                prop_assert!(!forget || 3 * lane.slots.len() <= 4 * expected.len());
            }
        }
    }
}
