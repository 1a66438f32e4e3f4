//! Where an HDR histogram of three digits counts which durations: the places of its array of counts, lowest first.
//!
//! The first 2,048 places hold one value each; each further 1,024 are twice as wide as those before them. The layout is
//! part of the V2 encoding, so it never changes.

/// Values below this have a place each; its exponent.
const EXACT_BITS: u32 = 11;
/// The places of each further width.
const HALF_BITS: u32 = EXACT_BITS - 1;

/// How often the width has doubled where this value lies.
fn doublings(value: u64) -> u32 {
    (u64::BITS - value.leading_zeros()).saturating_sub(EXACT_BITS)
}

/// The place at which a value is counted.
pub(super) fn place(value: u64) -> usize {
    let doublings = doublings(value);
    ((doublings as usize) << HALF_BITS) + (value >> doublings) as usize
}

/// The lowest value that is counted at a place.
pub(super) fn lowest(place: usize) -> u64 {
    let doublings = (place >> HALF_BITS).saturating_sub(1);
    ((place - (doublings << HALF_BITS)) as u64) << doublings
}

/// The highest value that is counted at a place.
pub(super) fn highest(place: usize) -> u64 {
    // Beyond the last place of all lies 2^64.
    lowest(place + 1).wrapping_sub(1)
}

/// How many places a histogram has whose highest value this is.
pub(super) fn up_to(value: u64) -> usize {
    (doublings(value) as usize + 2) << HALF_BITS
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
            prop_assert_eq!(up_to(value), hdr.distinct_values());
            prop_assert_eq!(lowest(place(value)), hdr.lowest_equivalent(value));
            prop_assert_eq!(highest(place(value)), hdr.highest_equivalent(value));
            prop_assert!(place(value) < up_to(value));
        }
    }

    #[test]
    fn every_place_is_reached_by_its_own_values_alone() {
        let last = place(u64::MAX);
        for number in 0..=last {
            assert_eq!((place(lowest(number)), place(highest(number))), (number, number));
        }
        assert_eq!((lowest(0), highest(0), highest(last)), (0, 0, u64::MAX));
    }
}
