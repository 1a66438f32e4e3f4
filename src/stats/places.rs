//! Where an HDR histogram counts which durations: the places of its array of counts, lowest first.
//!
//! The first values have a place each; the places after them become twice as wide again and again. The layout of three
//! digits is part of the V2 encoding, so it never changes.

/// How many places there are of each width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Places {
    /// Values below two to this power have a place each; of others so many bits are told apart.
    exact_bits: u32,
}

/// Those of three digits: the first 2,048 hold one value each, and each further 1,024 are twice as wide as those before.
pub(super) const FINE: Places = Places { exact_bits: 11 };

/// Those that tell durations apart to one part in 64. Each of the fine ones lies in one of them as a whole.
pub(super) const ROUGH: Places = Places { exact_bits: 7 };

impl Places {
    /// How often the width has doubled where this value lies.
    fn doublings(self, value: u64) -> u32 {
        (u64::BITS - value.leading_zeros()).saturating_sub(self.exact_bits)
    }

    /// The places of each further width are two to this power.
    fn half_bits(self) -> u32 {
        self.exact_bits - 1
    }

    /// The place at which a value is counted.
    pub(super) fn place(self, value: u64) -> usize {
        let doublings = self.doublings(value);
        ((doublings as usize) << self.half_bits()) + (value >> doublings) as usize
    }

    /// The lowest value that is counted at a place.
    pub(super) fn lowest(self, place: usize) -> u64 {
        let doublings = (place >> self.half_bits()).saturating_sub(1);
        ((place - (doublings << self.half_bits())) as u64) << doublings
    }

    /// The highest value that is counted at a place.
    pub(super) fn highest(self, place: usize) -> u64 {
        // Beyond the last place of all lies 2^64.
        self.lowest(place + 1).wrapping_sub(1)
    }

    /// How many places a histogram has whose highest value this is.
    pub(super) fn up_to(self, value: u64) -> usize {
        (self.doublings(value) as usize + 2) << self.half_bits()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hdrhistogram::Histogram as Hdr;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn places_are_those_of_the_library(value in 1_u64..1 << 62, shift in 0_u32..60) {
            let value = (value >> shift).max(2);
            let hdr: Hdr<u64> = Hdr::new_with_bounds(1, value, 3).unwrap();
            prop_assert_eq!(FINE.up_to(value), hdr.distinct_values());
            prop_assert_eq!(FINE.lowest(FINE.place(value)), hdr.lowest_equivalent(value));
            prop_assert_eq!(FINE.highest(FINE.place(value)), hdr.highest_equivalent(value));
            prop_assert!(FINE.place(value) < FINE.up_to(value));
        }

        #[test]
        fn rough_places_are_little_wider_and_hold_fine_ones_as_a_whole(value in any::<u64>(), shift in 0_u32..64) {
            let value = value >> shift;
            let (lowest, highest) = (ROUGH.lowest(ROUGH.place(value)), ROUGH.highest(ROUGH.place(value)));
            prop_assert!(lowest <= value && value <= highest && highest - lowest <= lowest / 64);
            let fine = FINE.place(value);
            prop_assert!(lowest <= FINE.lowest(fine) && FINE.highest(fine) <= highest);
        }
    }

    #[test]
    fn every_place_is_reached_by_its_own_values_alone() {
        for places in [FINE, ROUGH] {
            let last = places.place(u64::MAX);
            for number in 0..=last {
                let (lowest, highest) = (places.lowest(number), places.highest(number));
                assert_eq!((places.place(lowest), places.place(highest)), (number, number));
            }
            assert_eq!((places.lowest(0), places.highest(0), places.highest(last)), (0, 0, u64::MAX));
        }
    }
}
