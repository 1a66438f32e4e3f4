//! Durations in an HDR histogram: 1 µs to 1 h, three significant digits, bounded memory.
//!
//! The layout is that of `HdrHistogram` with a lowest value of 1 and three digits: the first 2,048 microseconds have a
//! bucket each, and each further doubling has 1,024 buckets, each as wide as the share of its value that three digits
//! leave open. It is our own because adding up histograms is nearly all of what judging does, and in this form that is
//! a sum of two arrays; tests compare it with the library.

use super::encoding::{self, HistogramError};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::time::Duration;

/// The longest duration kept apart; longer ones count as this.
const HIGHEST_US: u64 = 3_600_000_000;
/// A doubling has so many buckets, as a power of two.
const HALF_BITS: u32 = 10;
const HALF: usize = 1 << HALF_BITS;
/// Buckets up to the longest duration.
pub(super) const MOST_BUCKETS: usize = place(HIGHEST_US) + 1;

/// Durations by value, with a relative error of at most 0.1 %. It grows with what it records, up to 190 KB.
#[derive(Debug, Clone, Default)]
pub struct Histogram {
    /// How many durations there are in each bucket; what is not there is zero.
    counts: Vec<u64>,
    total: u64,
}

/// The place of the bucket of this many microseconds.
const fn place(micros: u64) -> usize {
    let doublings = (u64::BITS - (HALF_BITS + 1)) - (micros | (2 * HALF as u64 - 1)).leading_zeros();
    ((doublings as usize) << HALF_BITS) + (micros >> doublings) as usize
}

/// The lowest and the highest microsecond of the bucket at this place.
const fn bounds(place: usize) -> (u64, u64) {
    let doublings = (place >> HALF_BITS).saturating_sub(1);
    let lowest = ((place - (doublings << HALF_BITS)) as u64) << doublings;
    (lowest, lowest + (1 << doublings) - 1)
}

/// The middle of a bucket, which stands for all of its durations.
fn middle(place: usize) -> f64 {
    let (lowest, highest) = bounds(place);
    (lowest + (highest - lowest).div_ceil(2)) as f64
}

impl PartialEq for Histogram {
    fn eq(&self, other: &Histogram) -> bool {
        self.total == other.total && self.filled().eq(other.filled())
    }
}

impl Histogram {
    /// An empty histogram; it takes no memory yet.
    pub fn new() -> Histogram {
        Histogram::default()
    }

    /// Of these counts by place.
    ///
    /// # Errors
    /// There are more of them than a histogram has buckets, or so many durations that they cannot be counted.
    pub(super) fn of_counts(counts: Vec<u64>) -> Result<Histogram, HistogramError> {
        let total = counts.iter().try_fold(0_u64, |sum, count| sum.checked_add(*count));
        match total {
            Some(total) if counts.len() <= MOST_BUCKETS => Ok(Histogram { counts, total }),
            _ => Err(HistogramError::Range),
        }
    }

    /// The counts by place, up to the last that is not zero.
    pub(super) fn counts(&self) -> &[u64] {
        &self.counts[..self.last().map_or(0, |last| last + 1)]
    }

    /// Counts one duration; below 1 µs counts as 1 µs, above an hour as an hour.
    pub fn record(&mut self, duration: Duration) {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(HIGHEST_US).clamp(1, HIGHEST_US);
        let place = place(micros);
        if place >= self.counts.len() {
            self.reach(place + 1);
        }
        self.counts[place] += 1;
        self.total += 1;
    }

    /// Makes room for so many buckets, and for the whole doubling that the last of them is in.
    #[cold]
    fn reach(&mut self, buckets: usize) {
        self.counts.resize(buckets.next_multiple_of(HALF), 0);
    }

    /// Adds another histogram to this one.
    pub fn merge(&mut self, other: &Histogram) {
        if other.counts.len() > self.counts.len() {
            self.reach(other.counts.len());
        }
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
        self.total += other.total;
    }

    /// Forgets everything, keeps the memory.
    pub fn clear(&mut self) {
        self.counts.fill(0);
        self.total = 0;
    }

    /// How many durations were counted.
    pub fn count(&self) -> u64 {
        self.total
    }

    /// The duration in microseconds that the share `q` of all durations does not exceed; `None` when empty.
    pub fn quantile_us(&self, q: f64) -> Option<u64> {
        let rank = ((q.min(1.0) * self.total as f64).ceil() as u64).max(1);
        let (lowest, highest) = self.rank_us(rank.min(self.total))?;
        Some(if q == 0.0 { lowest } else { highest })
    }

    /// The bucket of the `rank`-th smallest duration (from 1): its lowest and highest microsecond.
    pub fn rank_us(&self, rank: u64) -> Option<(u64, u64)> {
        let mut seen = 0;
        let reached = self.filled().find(|(_, count)| {
            seen += count;
            seen >= rank
        });
        reached.filter(|_| rank > 0).map(|(place, _)| bounds(place))
    }

    /// The durations that were counted, in microseconds to within the precision, shortest first, and how often each.
    pub fn buckets(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.filled().map(|(place, count)| (bounds(place).1, count))
    }

    /// The places of the buckets that are not empty, and their counts.
    fn filled(&self) -> impl Iterator<Item = (usize, u64)> + '_ {
        self.counts.iter().copied().enumerate().filter(|(_, count)| *count > 0)
    }

    /// The place of the last bucket that is not empty.
    fn last(&self) -> Option<usize> {
        self.counts.iter().rposition(|count| *count > 0)
    }

    /// The longest duration in microseconds.
    pub fn max_us(&self) -> Option<u64> {
        self.last().map(|last| bounds(last).1)
    }

    /// The mean in microseconds.
    pub fn mean_us(&self) -> Option<f64> {
        let all = self.total as f64;
        let mean = self.filled().fold(0.0, |sum, (place, count)| sum + middle(place) * count as f64 / all);
        (self.total > 0).then_some(mean)
    }

    /// The standard deviation in microseconds.
    pub fn stdev_us(&self) -> Option<f64> {
        let mean = self.mean_us()?;
        let squares = self.filled().fold(0.0, |sum, (place, count)| {
            let off = middle(place) - mean;
            sum + (off * off) * count as f64
        });
        Some((squares / self.total as f64).sqrt())
    }

    /// How many durations were longer than `micros`: those certainly longer, and those that may be, because they
    /// share a bucket with it.
    pub fn above_us(&self, micros: u64) -> (u64, u64) {
        let at = place(micros.min(u64::MAX >> 1));
        let certain = self.counts.iter().skip(at + 1).sum();
        let shared = if bounds(at).1 > micros { self.counts.get(at).copied().unwrap_or(0) } else { 0 };
        (certain, certain + shared)
    }
}

impl Serialize for Histogram {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&BASE64.encode(encoding::encode(self)))
    }
}

impl<'de> Deserialize<'de> for Histogram {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        /// A text, taken where it lies.
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Histogram;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a histogram in Base64")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Histogram, E> {
                let bytes = BASE64.decode(text).map_err(|e| E::custom(HistogramError::from(e)))?;
                encoding::decode(&bytes).map_err(E::custom)
            }
        }

        from.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hdrhistogram::Histogram as Hdr;
    use hdrhistogram::serialization::{Deserializer as HdrReader, Serializer as _, V2Serializer};
    use proptest::prelude::*;

    fn of(micros: impl IntoIterator<Item = u64>) -> Histogram {
        let mut histogram = Histogram::new();
        micros.into_iter().for_each(|us| histogram.record(Duration::from_micros(us)));
        histogram
    }

    #[test]
    fn quantiles_are_within_a_thousandth() {
        let histogram = of(1..=100_000);
        for (q, truth) in [(0.5, 50_000.0), (0.99, 99_000.0), (0.999, 99_900.0)] {
            let got = histogram.quantile_us(q).unwrap() as f64;
            assert!((got - truth).abs() / truth < 0.001, "{q}: {got}");
        }
        assert_eq!(Histogram::new().quantile_us(0.5), None);
    }

    #[test]
    fn above_counts_what_is_certain_and_what_is_possible() {
        let histogram = of([100, 200, 300, 400]);
        assert_eq!(histogram.above_us(200), (2, 2), "small values are exact");
        let coarse = of([250_000, 250_090, 260_000]);
        let (certain, possible) = coarse.above_us(250_000);
        assert_eq!((certain, possible), (1, 3), "values in the bucket of the limit may lie on either side");
        assert_eq!(coarse.above_us(u64::MAX), (0, 0));
    }

    #[test]
    fn a_round_trip_through_text_keeps_every_count() {
        let histogram = of((1..5_000).map(|n| n * 37));
        let text = serde_json::to_string(&histogram).unwrap();
        assert_eq!(serde_json::from_str::<Histogram>(&text).unwrap(), histogram);
        assert!(serde_json::from_str::<Histogram>("\"zzz\"").is_err());
    }

    #[test]
    fn merging_grows_the_smaller_one() {
        let mut small = of([5]);
        small.merge(&of([3_000_000_000]));
        assert_eq!(small.count(), 2);
        assert!(small.max_us().unwrap() >= 2_999_000_000);
        small.clear();
        assert_eq!((&small, small.max_us(), small.mean_us()), (&Histogram::new(), None, None));
    }

    proptest! {
        #[test]
        fn it_says_what_the_library_says(
            values in prop::collection::vec((1_u64..HIGHEST_US).prop_map(|v| v >> (v % 30)), 1..200),
            q in 0.0..1.0,
            limit in 0_u64..5_000_000_000,
        ) {
            let values: Vec<u64> = values.into_iter().map(|value| value.max(1)).collect();
            let (ours, mut theirs) = (of(values.clone()), Hdr::<u64>::new_with_bounds(1, HIGHEST_US, 3).unwrap());
            for value in &values {
                theirs.record(*value).unwrap();
            }
            prop_assert_eq!(ours.count(), theirs.len());
            prop_assert_eq!(ours.max_us(), Some(theirs.max()));
            prop_assert_eq!(ours.mean_us(), Some(theirs.mean()));
            prop_assert_eq!(ours.stdev_us(), Some(theirs.stdev()));
            for q in [0.0, q, 1.0] {
                prop_assert_eq!(ours.quantile_us(q), Some(theirs.value_at_quantile(q)));
            }
            let buckets = theirs.iter_recorded().map(|one| (one.value_iterated_to(), one.count_at_value()));
            prop_assert!(ours.buckets().eq(buckets));
            let longer = values.iter().filter(|value| **value > limit).count() as u64;
            let (certain, possible) = ours.above_us(limit);
            prop_assert!(certain <= longer && longer <= possible);
            // Each reads what the other writes.
            let mut bytes = Vec::new();
            V2Serializer::new().serialize(&theirs, &mut bytes).unwrap();
            prop_assert_eq!(&encoding::decode(&bytes).unwrap(), &ours);
            let back: Hdr<u64> = HdrReader::new().deserialize(&mut encoding::encode(&ours).as_slice()).unwrap();
            prop_assert_eq!(back, theirs);
        }
    }
}
