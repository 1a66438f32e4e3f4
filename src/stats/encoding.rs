//! Histograms as bytes, in the V2 encoding of `HdrHistogram`, which other tools read as well.
//!
//! After a head come the counts by place: each as a zigzag number in groups of seven bits, lowest first, at most nine
//! bytes; a negative number stands for so many zeros.

use super::Histogram;
use super::histogram::MOST_BUCKETS;

const COOKIE: u32 = 0x1c84_9313;
const HEAD: usize = 40;
const DIGITS: u32 = 3;
const LOWEST: u64 = 1;
/// What a reader needs to know of the longest duration: an hour, as in every histogram of ours.
const HIGHEST: u64 = 3_600_000_000;

/// Why a histogram of a history could not be read.
#[derive(Debug, thiserror::Error)]
pub enum HistogramError {
    /// Not Base64.
    #[error("not Base64: {0}")]
    Base64(#[from] base64::DecodeError),
    /// Not a histogram in the V2 encoding.
    #[error("not an HdrHistogram V2 encoding: {0}")]
    Encoding(&'static str),
    /// A histogram of another range or precision.
    #[error("a histogram of another range")]
    Range,
}

/// A histogram as bytes.
pub(super) fn encode(histogram: &Histogram) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEAD + 256);
    out.extend_from_slice(&COOKIE.to_be_bytes());
    // The length of what follows the head; known at the end.
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&0_u32.to_be_bytes());
    out.extend_from_slice(&DIGITS.to_be_bytes());
    out.extend_from_slice(&LOWEST.to_be_bytes());
    out.extend_from_slice(&HIGHEST.to_be_bytes());
    out.extend_from_slice(&1.0_f64.to_be_bytes());
    let mut zeros = 0_i64;
    for count in histogram.counts() {
        if *count == 0 {
            zeros += 1;
            continue;
        }
        skip(zeros, &mut out);
        zeros = 0;
        number(i64::try_from(*count).unwrap_or(i64::MAX), &mut out);
    }
    let length = u32::try_from(out.len() - HEAD).unwrap_or(u32::MAX);
    out[4..8].copy_from_slice(&length.to_be_bytes());
    out
}

/// So many zeros: one as itself, more as their number.
fn skip(zeros: i64, out: &mut Vec<u8>) {
    match zeros {
        0 => {}
        1 => number(0, out),
        more => number(-more, out),
    }
}

fn number(value: i64, out: &mut Vec<u8>) {
    let mut rest = ((value << 1) ^ (value >> 63)).cast_unsigned();
    for _ in 0..8 {
        if rest < 0x80 {
            break;
        }
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

/// A histogram from bytes.
///
/// # Errors
/// They are none, or one of another range or precision.
pub(super) fn decode(bytes: &[u8]) -> Result<Histogram, HistogramError> {
    let Some((head, rest)) = bytes.split_at_checked(HEAD) else {
        return Err(HistogramError::Encoding("it is too short"));
    };
    let word = |at: usize| head[at..at + 4].iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
    if word(0) != COOKIE {
        return Err(HistogramError::Encoding("it does not begin like one"));
    }
    if word(8) != 0 || head[32..40] != 1.0_f64.to_be_bytes() {
        return Err(HistogramError::Encoding("its values are shifted or scaled"));
    }
    if word(12) != DIGITS || head[16..24] != LOWEST.to_be_bytes() {
        return Err(HistogramError::Range);
    }
    let mut left = usize::try_from(word(4)).ok().and_then(|length| rest.get(..length));
    let mut counts = Vec::with_capacity(left.map_or(0, <[u8]>::len).min(MOST_BUCKETS));
    while let Some((value, behind)) = left.and_then(next) {
        left = Some(behind);
        match u64::try_from(value) {
            Ok(count) => counts.push(count),
            Err(_) => counts.resize(counts.len().saturating_add(zeros(value)?), 0),
        }
        if counts.len() > MOST_BUCKETS {
            return Err(HistogramError::Range);
        }
    }
    if left.is_none_or(|left| !left.is_empty()) {
        return Err(HistogramError::Encoding("it is cut off"));
    }
    Histogram::of_counts(counts)
}

/// How many zeros a negative number stands for.
fn zeros(value: i64) -> Result<usize, HistogramError> {
    let zeros = usize::try_from(value.unsigned_abs()).unwrap_or(usize::MAX);
    if zeros > MOST_BUCKETS { Err(HistogramError::Range) } else { Ok(zeros) }
}

/// The number at the front, and what is behind it.
fn next(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let mut coded = 0_u64;
    for (place, byte) in bytes.iter().enumerate().take(9) {
        let whole = place == 8;
        coded |= u64::from(if whole { *byte } else { byte & 0x7f }) << (7 * place);
        if whole || byte & 0x80 == 0 {
            let value = (coded >> 1).cast_signed() ^ -(coded & 1).cast_signed();
            return Some((value, &bytes[place + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_no_histogram_is_refused_in_words() {
        let good = encode(&Histogram::of_counts(vec![0, 3, 0, 0, 5]).unwrap());
        let changed = |at: usize, byte: u8| {
            let mut bytes = good.clone();
            bytes[at] = byte;
            bytes
        };
        let with_counts = |counts: &[u8]| {
            let mut bytes = good[..HEAD].to_vec();
            bytes[7] = counts.len() as u8;
            bytes.extend_from_slice(counts);
            bytes
        };
        for (bytes, words) in [
            (good[..30].to_vec(), "not an HdrHistogram V2 encoding: it is too short"),
            (changed(0, 7), "not an HdrHistogram V2 encoding: it does not begin like one"),
            (changed(11, 7), "not an HdrHistogram V2 encoding: its values are shifted or scaled"),
            (changed(15, 2), "a histogram of another range"),
            (changed(7, 200), "not an HdrHistogram V2 encoding: it is cut off"),
            (with_counts(&[0x80]), "not an HdrHistogram V2 encoding: it is cut off"),
            (with_counts(&[0xff, 0xff, 0xff, 0x7f]), "a histogram of another range"),
            (
                with_counts(&[
                    0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0xfe, 0xff, 0xff, 0xff, 0xff,
                    0xff, 0xff, 0xff, 0xff, 2, 2, 2,
                ]),
                "a histogram of another range",
            ),
        ] {
            assert_eq!(decode(&bytes).unwrap_err().to_string(), words);
        }
    }

    proptest! {
        #[test]
        fn every_number_comes_back(value in any::<i64>(), small in -300_i64..300) {
            for value in [value, small] {
                let mut bytes = Vec::new();
                number(value, &mut bytes);
                prop_assert!(bytes.len() <= 9);
                prop_assert_eq!(next(&bytes), Some((value, &[][..])));
            }
        }

        #[test]
        fn nothing_that_comes_in_can_break_it(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&bytes);
            let mut headed = encode(&Histogram::new());
            headed[7] = bytes.len() as u8;
            headed.extend_from_slice(&bytes);
            let _ = decode(&headed);
        }
    }
}
