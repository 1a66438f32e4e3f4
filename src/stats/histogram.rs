//! Durations in an HDR histogram: 1 µs to 1 h, three significant digits, constant memory.

use super::packed::Packed;
use super::places::FINE;
use super::seek::{Seek, value_us};
use hdrhistogram::Histogram as Hdr;
use std::borrow::Cow;
use std::time::Duration;

/// The longest duration kept apart; longer ones count as this.
const HIGHEST_US: u64 = 3_600_000_000;
pub(super) const DIGITS: u8 = 3;

/// Durations by value, with a relative error of at most 0.1 %.
#[derive(Debug, Clone)]
pub struct Histogram(Form);

#[derive(Debug, Clone)]
enum Form {
    Counted(Hdr<u64>),
    /// As it came from a history: most of those are added up and asked nothing.
    Packed(Packed),
}

impl Default for Histogram {
    fn default() -> Self {
        Histogram::new()
    }
}

impl PartialEq for Histogram {
    fn eq(&self, other: &Histogram) -> bool {
        *self.hdr() == *other.hdr()
    }
}

impl From<Hdr<u64>> for Histogram {
    /// It has to begin at 1 µs and to have as many digits as all others.
    fn from(mut hdr: Hdr<u64>) -> Histogram {
        hdr.auto(true);
        Histogram(Form::Counted(hdr))
    }
}

impl From<Packed> for Histogram {
    fn from(packed: Packed) -> Histogram {
        Histogram(Form::Packed(packed))
    }
}

impl Histogram {
    /// An empty histogram. It starts small and grows with what it records, up to about 190 KB.
    pub fn new() -> Histogram {
        Histogram(Form::Counted(empty()))
    }

    /// Counts one duration; below 1 µs counts as 1 µs, above an hour as an hour.
    pub fn record(&mut self, duration: Duration) {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(HIGHEST_US).clamp(1, HIGHEST_US);
        // Cannot fail: the histogram grows to any value up to the clamp above.
        self.change(|hdr| {
            let _ = hdr.record(micros);
        });
    }

    /// Adds another histogram to this one.
    pub fn merge(&mut self, other: &Histogram) {
        if other.count() == 0 {
            // Most connect histograms; going through their buckets would be most of the time that judging takes.
            return;
        }
        // Cannot fail: both resize by themselves and share their lowest value and precision.
        self.change(|hdr| {
            let _ = hdr.add(&*other.hdr());
        });
    }

    /// Adds counts, each at its place.
    pub(super) fn add_places(&mut self, counts: &[u64]) {
        self.change(|hdr| fill(hdr, counts));
    }

    /// Forgets everything, keeps the memory.
    pub fn clear(&mut self) {
        self.change(Hdr::reset);
    }

    /// How many durations were counted.
    pub fn count(&self) -> u64 {
        match &self.0 {
            Form::Counted(hdr) => hdr.len(),
            Form::Packed(packed) => packed.count(),
        }
    }

    /// The duration in microseconds that the share `q` of all durations does not exceed; `None` when empty.
    pub fn quantile_us(&self, q: f64) -> Option<u64> {
        match &self.0 {
            Form::Counted(hdr) => (!hdr.is_empty()).then(|| hdr.value_at_quantile(q)),
            Form::Packed(packed) => {
                let count = packed.count();
                let [place] = self.seek(Seek::shares(count, [q]));
                (count > 0).then(|| value_us(place, q))
            }
        }
    }

    /// The bucket of the `rank`-th smallest duration (from 1): its lowest and highest microsecond.
    pub fn rank_us(&self, rank: u64) -> Option<(u64, u64)> {
        if rank == 0 || rank > self.count() {
            return None;
        }
        let [place] = self.seek(Seek::ranks([rank]));
        Some((FINE.lowest(place), FINE.highest(place)))
    }

    fn seek<const N: usize>(&self, mut seek: Seek<N>) -> [usize; N] {
        self.each(|place, count| seek.take(place, count));
        seek.places()
    }

    /// Gives each place that has a count, lowest first; maybe some that have none, too.
    pub(super) fn each(&self, mut give: impl FnMut(usize, u64)) {
        match &self.0 {
            Form::Counted(hdr) if hdr.is_empty() => {}
            Form::Counted(hdr) => {
                for one in hdr.iter_recorded() {
                    give(FINE.place(one.value_iterated_to()), one.count_since_last_iteration());
                }
            }
            Form::Packed(packed) => packed.each(give),
        }
    }

    /// No count lies at this place or beyond it.
    pub(super) fn end(&self) -> usize {
        match &self.0 {
            Form::Counted(hdr) => FINE.place(hdr.max()) + 1,
            Form::Packed(packed) => packed.end(),
        }
    }

    /// The longest duration in microseconds.
    pub fn max_us(&self) -> Option<u64> {
        self.ask(Hdr::max)
    }

    /// The mean in microseconds.
    pub fn mean_us(&self) -> Option<f64> {
        self.ask(Hdr::mean)
    }

    /// The standard deviation in microseconds.
    pub fn stdev_us(&self) -> Option<f64> {
        self.ask(Hdr::stdev)
    }

    /// How many durations were longer than `micros`: those certainly longer, and those that may be, because they
    /// share a bucket with it.
    pub fn above_us(&self, micros: u64) -> (u64, u64) {
        let limit = FINE.place(micros);
        let (mut certain, mut possible) = (0, 0);
        // Most are asked for a limit that lies far above all.
        if self.end() <= limit {
            return (0, 0);
        }
        self.each(|place, count| {
            certain += if place > limit { count } else { 0 };
            possible += if place == limit { count } else { 0 };
        });
        (certain, certain + if micros < FINE.highest(limit) { possible } else { 0 })
    }

    /// What it holds, where it came from a history and nothing was done to it.
    pub(super) fn packed(&self) -> Option<&Packed> {
        match &self.0 {
            Form::Packed(packed) => Some(packed),
            Form::Counted(_) => None,
        }
    }

    pub(super) fn hdr(&self) -> Cow<'_, Hdr<u64>> {
        match &self.0 {
            Form::Counted(hdr) => Cow::Borrowed(hdr),
            Form::Packed(packed) => Cow::Owned(unpack(packed)),
        }
    }

    fn ask<T>(&self, what: impl FnOnce(&Hdr<u64>) -> T) -> Option<T> {
        let hdr = self.hdr();
        (!hdr.is_empty()).then(|| what(&hdr))
    }

    fn change(&mut self, how: impl FnOnce(&mut Hdr<u64>)) {
        if let Form::Packed(packed) = &self.0 {
            self.0 = Form::Counted(unpack(packed));
        }
        if let Form::Counted(hdr) = &mut self.0 {
            how(hdr);
        }
    }
}

#[expect(
    clippy::expect_used,
    reason = "the bounds are constants that the library accepts; a unit test makes one"
)]
fn empty() -> Hdr<u64> {
    let mut hdr = Hdr::new_with_bounds(1, 2 * 1_000, DIGITS).expect("constant bounds");
    hdr.auto(true);
    hdr
}

fn unpack(packed: &Packed) -> Hdr<u64> {
    let (mut hdr, mut counts) = (empty(), vec![0; packed.end()]);
    packed.add_to(&mut counts);
    fill(&mut hdr, &counts);
    hdr
}

/// The highest first: it says how large the histogram becomes. Cannot fail: it grows by itself.
fn fill(hdr: &mut Hdr<u64>, counts: &[u64]) {
    for (place, count) in counts.iter().enumerate().rev().filter(|(_, count)| **count > 0) {
        let _ = hdr.record_n(FINE.lowest(place), *count);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(in crate::stats) fn of(micros: impl IntoIterator<Item = u64>) -> Histogram {
        let mut histogram = Histogram::new();
        micros.into_iter().for_each(|us| histogram.record(Duration::from_micros(us)));
        histogram
    }

    /// The same as a history holds it.
    pub(in crate::stats) fn from_history(histogram: &Histogram) -> Histogram {
        let read: Histogram = serde_json::from_str(&serde_json::to_string(histogram).unwrap()).unwrap();
        assert!(read.packed().is_some());
        read
    }

    proptest! {
        #[test]
        fn as_it_lies_in_a_history_it_answers_as_if_it_were_unpacked(
            micros in prop::collection::vec(prop_oneof![1_u64..300, 1_u64..20_000, 1_u64..3_600_000_000], 0..60),
            share in prop_oneof![Just(0.0), Just(1.0), 0.0..1.0_f64],
            limit in prop_oneof![0_u64..400, 0_u64..30_000, any::<u64>()],
        ) {
            let counted = of(micros.iter().copied().chain(micros.iter().copied().take(7)));
            let packed = from_history(&counted);
            prop_assert_eq!(packed.count(), counted.count());
            prop_assert_eq!(packed.quantile_us(share), counted.quantile_us(share));
            prop_assert_eq!(packed.max_us(), counted.max_us());
            prop_assert_eq!(packed.above_us(limit), counted.above_us(limit));
            for us in &micros {
                prop_assert_eq!(packed.above_us(*us), counted.above_us(*us));
            }
            let hdr = unpack(packed.packed().unwrap());
            prop_assert_eq!(packed.quantile_us(share), (!hdr.is_empty()).then(|| hdr.value_at_quantile(share)));
            for rank in 0..=counted.count() + 1 {
                let bucket = packed.rank_us(rank);
                prop_assert_eq!(bucket, counted.rank_us(rank));
                let whole = (1..=counted.count()).contains(&rank);
                let value = whole.then(|| hdr.value_at_quantile((rank as f64 - 0.5) / counted.count() as f64));
                prop_assert_eq!(bucket.map(|(_, highest)| highest), value);
            }
        }
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
