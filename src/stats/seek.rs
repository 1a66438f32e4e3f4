//! Where wanted ranks lie among counts: several of them in one pass.

use super::places::FINE;

/// So many counts are added up before they are looked at one by one.
const SOME: usize = 32;

/// Places at which ranks from 1 are reached, while the counts go by, lowest place first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seek<const N: usize> {
    ranks: [u64; N],
    places: [usize; N],
    seen: u64,
}

impl<const N: usize> Seek<N> {
    /// For these ranks, none of which is beyond the sum of all counts.
    pub(super) fn ranks(ranks: [u64; N]) -> Seek<N> {
        Seek { ranks, places: [0; N], seen: 0 }
    }

    /// For these shares of `total` counts: as the library does it, in the first digit as in the last.
    pub(super) fn shares(total: u64, shares: [f64; N]) -> Seek<N> {
        Seek::ranks(shares.map(|share| ((share.min(1.0) * total as f64).ceil() as u64).max(1)))
    }

    /// Takes in the count of the next place.
    #[inline]
    pub(super) fn take(&mut self, place: usize, count: u64) {
        for (rank, found) in self.ranks.iter().zip(&mut self.places) {
            // No branch: up to the place that reaches the rank, each takes the place of the one before.
            *found = if self.seen < *rank { place } else { *found };
        }
        self.seen = self.seen.saturating_add(count);
    }

    /// Takes in the counts of all places from the first on.
    pub(super) fn take_all(&mut self, counts: &[u64]) {
        for (number, some) in counts.chunks(SOME).enumerate() {
            let sum = some.iter().fold(0, |sum: u64, count| sum.saturating_add(*count));
            let reached = |rank: &u64| self.seen < *rank && *rank <= self.seen.saturating_add(sum);
            if self.ranks.iter().any(reached) {
                (number * SOME..).zip(some).for_each(|(place, count)| self.take(place, *count));
            } else {
                self.seen = self.seen.saturating_add(sum);
            }
        }
    }

    /// The places of the ranks, in their order.
    pub(super) fn places(self) -> [usize; N] {
        self.places
    }
}

/// The duration in microseconds that a share of all does not exceed, where it is reached at this place; as the library
/// says it.
pub(super) fn value_us(place: usize, share: f64) -> u64 {
    if share == 0.0 { FINE.lowest(place) } else { FINE.highest(place) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn counts_may_be_taken_one_by_one_or_all_at_once(
            counts in prop::collection::vec(prop_oneof![Just(0_u64), 1_u64..5, 1_u64..1 << 60], 1..120),
            shares in prop::array::uniform3(0.0..1.0_f64),
        ) {
            let total: u64 = counts.iter().fold(0, |sum, count| sum.saturating_add(*count));
            prop_assume!(total > 0);
            let (mut one_by_one, mut at_once) = (Seek::shares(total, shares), Seek::shares(total, shares));
            counts.iter().enumerate().for_each(|(place, count)| one_by_one.take(place, *count));
            at_once.take_all(&counts);
            prop_assert_eq!(one_by_one.places(), at_once.places());
        }
    }

    #[test]
    fn ranks_are_found_in_one_pass_in_whatever_order_they_are_wanted() {
        let mut seek = Seek::ranks([6, 1, 3, 4, 10]);
        for (place, count) in [(0, 0), (2, 3), (3, 0), (5, 1), (8, 0), (9, 6), (10, 0)] {
            seek.take(place, count);
        }
        assert_eq!(seek.places(), [9, 2, 2, 5, 9]);
    }
}
