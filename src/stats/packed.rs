//! A histogram as a history holds it: a few bytes instead of an array of counts.
//!
//! Most counts take one byte, so that going through them is cheaper than moving the array that they stand for from one
//! core to another.

use super::places::FINE;

/// "HdrHistogram, version 2, not compressed".
const COOKIE: [u8; 4] = [0x1c, 0x84, 0x93, 0x13];
const HEADER: usize = 40;
/// Nobody counts beyond; the library takes what has such a range.
const HIGHEST: u64 = 1 << 48;
/// Set in a byte that is not the last of its number.
const MORE: u8 = 0x80;
/// A number has at most so many bytes; the last counts in full.
const LONGEST: usize = 9;

/// A histogram from 1 µs on with three digits in the V2 encoding, checked: it holds what it says it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Packed {
    bytes: Box<[u8]>,
    /// No count lies at this place or beyond it.
    end: usize,
}

impl Packed {
    /// What these bytes hold; gives them back where they are anything but what histories usually hold. That is for
    /// the library to judge.
    pub(super) fn of(mut bytes: Vec<u8>) -> Result<Packed, Vec<u8>> {
        match usual(&bytes) {
            Some((length, end)) => {
                bytes.truncate(length);
                Ok(Packed { bytes: bytes.into(), end })
            }
            None => Err(bytes),
        }
    }

    /// No count lies at this place or beyond it.
    pub(super) fn end(&self) -> usize {
        self.end
    }

    /// Adds the counts to those at the same places, of which there must be as many as [`Packed::end`] says.
    pub(super) fn add_to(&self, counts: &mut [u64]) {
        self.each(|place, count| {
            // Nothing comes after the zeros at the end.
            if let Some(sum) = counts.get_mut(place) {
                *sum = sum.saturating_add(count);
            }
        });
    }

    /// All counts together.
    pub(super) fn count(&self) -> u64 {
        let mut sum = 0_u64;
        self.each(|_, count| sum = sum.saturating_add(count));
        sum
    }

    /// Gives each place with its count, lowest first; some of those that have none, too.
    #[inline]
    pub(super) fn each(&self, mut give: impl FnMut(usize, u64)) {
        let (mut rest, mut place) = (self.bytes.get(HEADER..).unwrap_or_default(), 0);
        loop {
            while let Some((bytes, tail)) = rest.split_first_chunk::<8>()
                && are_short(bytes)
            {
                if are_counts(bytes) {
                    // Side by side: none has to wait until it is known where the one before ends.
                    (place..).zip(bytes).for_each(|(place, byte)| give(place, u64::from(byte >> 1)));
                    place += bytes.len();
                } else {
                    // No branch asks which of them are counts and which zeros: it would be guessed wrong too often.
                    for byte in bytes {
                        let Number { count, zeros } = Number::of(u64::from(*byte));
                        give(place, count);
                        place += 1 + zeros as usize;
                    }
                }
                rest = tail;
            }
            let Some((Number { count, zeros }, tail)) = Number::first(rest) else { return };
            give(place, count);
            place += 1 + zeros as usize;
            rest = tail;
        }
    }
}

/// How long the encoding is with which these bytes begin, and the place after its last, where it is a usual one.
fn usual(bytes: &[u8]) -> Option<(usize, usize)> {
    let (header, rest) = bytes.split_first_chunk::<HEADER>()?;
    let number = |at: usize| header[at..].first_chunk().map(|four| u32::from_be_bytes(*four));
    let wide = |at: usize| header[at..].first_chunk().map(|eight| u64::from_be_bytes(*eight));
    let (length, offset, digits) = (number(4)? as usize, number(8)?, number(12)?);
    let (low, high, ratio) = (wide(16)?, wide(24)?, f64::from_bits(wide(32)?));
    let is_ours = header.starts_with(&COOKIE) && offset == 0 && digits == 3 && low == 1;
    if !is_ours || ratio.to_bits() != 1.0_f64.to_bits() || !(2..HIGHEST).contains(&high) {
        return None;
    }
    let end = end(rest.get(..length)?, FINE.up_to(high))?;
    Some((HEADER + length, end))
}

/// The place after the last, where these numbers are whole and go up to `most` at most.
fn end(mut rest: &[u8], most: usize) -> Option<usize> {
    let mut place = 0_usize;
    while !rest.is_empty() {
        while let Some((bytes, tail)) = rest.split_first_chunk::<16>()
            && are_short(bytes)
        {
            // A byte whose lowest bit is set stands for more than one place.
            let more = |byte: &u8| u16::from((byte >> 1) & 0_u8.wrapping_sub(byte & 1));
            place = place.checked_add(bytes.len() + usize::from(bytes.iter().map(more).sum::<u16>()))?;
            rest = tail;
        }
        if !rest.is_empty() {
            let (number, tail) = Number::first(rest)?;
            place = place.checked_add(1)?.checked_add(usize::try_from(number.zeros).ok()?)?;
            rest = tail;
        }
    }
    (place <= most).then_some(place)
}

/// Whether each of these bytes is a number.
fn are_short<const N: usize>(bytes: &[u8; N]) -> bool {
    bytes.iter().fold(0, |all, byte| all | byte) & MORE == 0
}

/// Whether each of these numbers is a count.
fn are_counts<const N: usize>(bytes: &[u8; N]) -> bool {
    bytes.iter().fold(0, |all, byte| all | byte) & 1 == 0
}

/// What the encoding says of a place, and of those after it.
#[derive(Debug, Clone, Copy)]
struct Number {
    count: u64,
    /// How many of the next places have no count.
    zeros: u64,
}

impl Number {
    /// The meaning of a number: twice a count, or twice the further places without one, and one more.
    #[inline]
    fn of(encoded: u64) -> Number {
        let zeros = 0_u64.wrapping_sub(encoded & 1);
        Number { count: (encoded >> 1) & !zeros, zeros: (encoded >> 1) & zeros }
    }

    /// The first of these numbers, and the bytes after it; none where they end before it does. Seven bits are in each
    /// byte, lowest first.
    #[inline]
    fn first(bytes: &[u8]) -> Option<(Number, &[u8])> {
        let mut number = 0;
        for (place, byte) in bytes.iter().take(LONGEST).enumerate() {
            let last = byte & MORE == 0 || place + 1 == LONGEST;
            let bits = if last { *byte } else { byte & !MORE };
            number |= u64::from(bits) << (7 * place);
            if last {
                return Some((Number::of(number), &bytes[place + 1..]));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hdrhistogram::Histogram as Hdr;
    use hdrhistogram::serialization::{Deserializer, Serializer, V2DeflateSerializer, V2Serializer};
    use proptest::prelude::*;

    fn encoded(counts: &[(u64, u64)]) -> Vec<u8> {
        let mut hdr: Hdr<u64> = Hdr::new_with_bounds(1, 2_000, 3).unwrap();
        hdr.auto(true);
        for (value, count) in counts {
            hdr.record_n(*value, *count).unwrap();
        }
        let mut bytes = Vec::new();
        V2Serializer::new().serialize(&hdr, &mut bytes).unwrap();
        bytes
    }

    /// The places that have counts, lowest first.
    fn counts(packed: &Packed) -> Vec<(usize, u64)> {
        let mut all = Vec::new();
        packed.each(|place, count| all.extend((count > 0).then_some((place, count))));
        all
    }

    /// The counts that the library reads, by place.
    fn library(mut bytes: &[u8]) -> Option<Vec<(usize, u64)>> {
        let hdr: Hdr<u64> = Deserializer::new().deserialize(&mut bytes).ok()?;
        let value = |one: &hdrhistogram::iterators::IterationValue<u64>| one.value_iterated_to();
        let all = hdr.iter_all().map(|one| (FINE.place(value(&one)), one.count_at_value()));
        Some(all.filter(|(_, count)| *count > 0).collect())
    }

    /// A histogram whose counts these bytes are.
    fn with_counts(counts: &[u8], high: u64) -> Vec<u8> {
        let mut bytes = encoded(&[]);
        bytes.truncate(HEADER);
        bytes[4..8].copy_from_slice(&(counts.len() as u32).to_be_bytes());
        bytes[24..32].copy_from_slice(&high.to_be_bytes());
        bytes.extend(counts);
        bytes
    }

    fn recorded() -> impl Strategy<Value = Vec<(u64, u64)>> {
        let value = prop_oneof![1_u64..300, 1_u64..20_000, 1_u64..3_600_000_000];
        let count = prop_oneof![1_u64..64, 1_u64..100_000, 1_u64..1 << 60];
        prop::collection::vec((value, count), 0..300)
    }

    proptest! {
        #[test]
        fn what_is_packed_is_what_the_library_reads(recorded in recorded()) {
            let bytes = encoded(&recorded);
            let packed = Packed::of(bytes.clone()).unwrap();
            prop_assert_eq!(Some(counts(&packed)), library(&bytes));
            let mut sums = vec![1; packed.end()];
            packed.add_to(&mut sums);
            let added: Vec<_> = sums.iter().map(|sum| sum - 1).enumerate().filter(|(_, sum)| *sum > 0).collect();
            prop_assert_eq!(added, counts(&packed));
        }

        #[test]
        fn what_the_library_refuses_is_never_packed(
            bytes in prop::collection::vec(any::<u8>(), 0..90), high in 2_u64..20_000, cut in 0_usize..4,
        ) {
            // The library overflows at the farthest number of zeros of all.
            prop_assume!(!bytes.windows(9).any(|nine| nine.iter().all(|byte| *byte == 0xff)));
            let cut = cut.min(bytes.len());
            let mut bytes = with_counts(&bytes, high);
            bytes.truncate(bytes.len() - cut);
            if let Ok(packed) = Packed::of(bytes.clone()) {
                prop_assert_eq!(Some(counts(&packed)), library(&bytes));
            }
        }
    }

    #[test]
    fn what_is_not_usual_is_left_to_the_library() {
        let good = encoded(&[(5, 7), (100_000, 300)]);
        assert!(Packed::of(good.clone()).is_ok());
        let changed = |at: usize, byte: u8| {
            let mut bytes = good.clone();
            bytes[at] = byte;
            bytes
        };
        let mut compressed = Vec::new();
        let hdr: Hdr<u64> = Deserializer::new().deserialize(&mut good.as_slice()).unwrap();
        V2DeflateSerializer::new().serialize(&hdr, &mut compressed).unwrap();
        for (bytes, what) in [
            (changed(0, 0), "another cookie"),
            (changed(7, 200), "more bytes than there are"),
            (changed(11, 1), "shifted"),
            (changed(15, 2), "two digits"),
            (changed(23, 2), "from 2 µs on"),
            (changed(24, 0x7f), "up to 290,000 years"),
            (changed(32, 0), "another unit"),
            (with_counts(&[0x80], 5_000), "a number that does not end"),
            (with_counts(&[2; 3_073], 3_000), "a count beyond the last place"),
            (with_counts(&[0xff; 9], 3_000), "zeros without an end"),
            (compressed, "compressed"),
            (good[..39].to_vec(), "half a header"),
            (Vec::new(), "nothing"),
        ] {
            assert_eq!(Packed::of(bytes.clone()), Err(bytes), "{what}");
        }
        let mut longer = good.clone();
        longer.extend([1, 2, 3]);
        assert_eq!(Packed::of(longer), Packed::of(good), "what follows the counts is none of them");
    }
}
