//! Durations in an HDR histogram: 1 µs to 1 h, three significant digits, constant memory.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use hdrhistogram::Histogram as Hdr;
use hdrhistogram::serialization::{Deserializer, Serializer, V2Serializer};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// The longest duration kept apart; longer ones count as this.
const HIGHEST_US: u64 = 3_600_000_000;
const DIGITS: u8 = 3;

/// Durations by value, with a relative error of at most 0.1 %.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram(Hdr<u64>);

/// Why a histogram of a history could not be read.
#[derive(Debug, thiserror::Error)]
pub enum HistogramError {
    /// Not Base64.
    #[error("not Base64: {0}")]
    Base64(#[from] base64::DecodeError),
    /// Not a histogram in the V2 encoding.
    #[error("not an HdrHistogram V2 encoding: {0:?}")]
    Encoding(hdrhistogram::serialization::DeserializeError),
    /// A histogram of another range or precision.
    #[error("a histogram of another range")]
    Range,
}

impl Default for Histogram {
    fn default() -> Self {
        Histogram::new()
    }
}

impl Histogram {
    /// An empty histogram. It starts small and grows with what it records, up to about 190 KB.
    #[expect(
        clippy::expect_used,
        reason = "the bounds are constants that the library accepts; a unit test makes one"
    )]
    pub fn new() -> Histogram {
        let mut hdr = Hdr::new_with_bounds(1, 2 * 1_000, DIGITS).expect("constant bounds");
        hdr.auto(true);
        Histogram(hdr)
    }

    /// Counts one duration; below 1 µs counts as 1 µs, above an hour as an hour.
    pub fn record(&mut self, duration: Duration) {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(HIGHEST_US).clamp(1, HIGHEST_US);
        // Cannot fail: the histogram grows to any value up to the clamp above.
        let _ = self.0.record(micros);
    }

    /// Adds another histogram to this one.
    pub fn merge(&mut self, other: &Histogram) {
        if other.count() == 0 {
            // Most connect histograms; going through their buckets would be most of the time that judging takes.
            return;
        }
        // Cannot fail: both resize by themselves and share their lowest value and precision.
        let _ = self.0.add(&other.0);
    }

    /// Forgets everything, keeps the memory.
    pub fn clear(&mut self) {
        self.0.reset();
    }

    /// How many durations were counted.
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// The duration in microseconds that the share `q` of all durations does not exceed; `None` when empty.
    pub fn quantile_us(&self, q: f64) -> Option<u64> {
        (self.count() > 0).then(|| self.0.value_at_quantile(q))
    }

    /// The bucket of the `rank`-th smallest duration (from 1): its lowest and highest microsecond.
    pub fn rank_us(&self, rank: u64) -> Option<(u64, u64)> {
        if rank == 0 || rank > self.count() {
            return None;
        }
        let mut seen = 0;
        self.0.iter_recorded().find_map(|bucket| {
            seen += bucket.count_since_last_iteration();
            (seen >= rank).then(|| {
                let value = bucket.value_iterated_to();
                (self.0.lowest_equivalent(value), self.0.highest_equivalent(value))
            })
        })
    }

    /// The durations that were counted, in microseconds to within the precision, shortest first, and how often each.
    pub fn buckets(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        let filled = (self.count() > 0).then(|| self.0.iter_recorded());
        let bucket = |one: hdrhistogram::iterators::IterationValue<u64>| {
            (one.value_iterated_to(), one.count_since_last_iteration())
        };
        filled.into_iter().flatten().map(bucket)
    }

    /// The longest duration in microseconds.
    pub fn max_us(&self) -> Option<u64> {
        (self.count() > 0).then(|| self.0.max())
    }

    /// The mean in microseconds.
    pub fn mean_us(&self) -> Option<f64> {
        (self.count() > 0).then(|| self.0.mean())
    }

    /// The standard deviation in microseconds.
    pub fn stdev_us(&self) -> Option<f64> {
        (self.count() > 0).then(|| self.0.stdev())
    }

    /// How many durations were longer than `micros`: those certainly longer, and those that may be, because they
    /// share a bucket with it.
    pub fn above_us(&self, micros: u64) -> (u64, u64) {
        let (lowest, highest) = (self.0.lowest_equivalent(micros), self.0.highest_equivalent(micros));
        let (mut certain, mut possible) = (0, 0);
        if self.count() == 0 || self.0.max() < lowest {
            return (0, 0);
        }
        for bucket in self.0.iter_recorded() {
            let value = bucket.value_iterated_to();
            if value > highest {
                certain += bucket.count_since_last_iteration();
                possible += bucket.count_since_last_iteration();
            } else if value >= lowest && highest > micros {
                possible += bucket.count_since_last_iteration();
            }
        }
        (certain, possible)
    }
}

impl Serialize for Histogram {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut bytes = Vec::new();
        V2Serializer::new()
            .serialize(&self.0, &mut bytes)
            .map_err(|e| serde::ser::Error::custom(format!("{e:?}")))?;
        to.serialize_str(&BASE64.encode(bytes))
    }
}

impl<'de> Deserialize<'de> for Histogram {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_str(Encoded)
    }
}

/// Reads the text where it lies: a history has millions of them, and copying each would cost as much as reading it.
struct Encoded;

impl serde::de::Visitor<'_> for Encoded {
    type Value = Histogram;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a histogram in Base64")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Histogram, E> {
        decode(text).map_err(E::custom)
    }
}

fn decode(text: &str) -> Result<Histogram, HistogramError> {
    let bytes = BASE64.decode(text)?;
    let mut hdr: Hdr<u64> =
        Deserializer::new().deserialize(&mut bytes.as_slice()).map_err(HistogramError::Encoding)?;
    if hdr.low() != 1 || hdr.sigfig() != DIGITS {
        return Err(HistogramError::Range);
    }
    hdr.auto(true);
    Ok(Histogram(hdr))
}

#[cfg(test)]
mod tests {
    use super::*;

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
    }

    #[test]
    fn a_round_trip_through_text_keeps_every_count() {
        let histogram = of((1..5_000).map(|n| n * 37));
        let text = serde_json::to_string(&histogram).unwrap();
        let back: Histogram = serde_json::from_str(&text).unwrap();
        assert_eq!(
            (back.count(), back.max_us(), back.quantile_us(0.9)),
            (4_999, histogram.max_us(), histogram.quantile_us(0.9))
        );
        assert!(serde_json::from_str::<Histogram>("\"zzz\"").is_err());
    }

    #[test]
    fn merging_grows_the_smaller_one() {
        let mut small = of([5]);
        small.merge(&of([3_000_000_000]));
        assert_eq!(small.count(), 2);
        assert!(small.max_us().unwrap() >= 2_999_000_000);
    }
}
