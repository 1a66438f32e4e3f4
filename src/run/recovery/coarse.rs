//! Durations of one second, coarse enough that many seconds can be kept.

use crate::stats::Tally;
use std::collections::BTreeMap;
use std::time::Duration;

/// How many bits of a duration are kept: one part in 128.
const BITS: u32 = 7;

/// Durations of good answers by value, to within 1 %, and how many requests there were in all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Coarse {
    planned: u64,
    times: BTreeMap<u64, u64>,
}

impl Coarse {
    /// Adds a part of the same second.
    pub(super) fn add(&mut self, tally: &Tally) {
        self.planned += tally.counts.planned;
        let mut buckets = tally.response.buckets().map(|(micros, count)| (rounded(micros), count)).peekable();
        while let Some((micros, mut count)) = buckets.next() {
            // Neighbours first: finding the place of each would take longer than adding them up.
            while let Some((_, more)) = buckets.next_if(|(next, _)| *next == micros) {
                count += more;
            }
            *self.times.entry(micros).or_default() += count;
        }
    }

    /// Adds another second.
    pub(super) fn merge(&mut self, other: &Coarse) {
        self.planned += other.planned;
        for (micros, count) in &other.times {
            *self.times.entry(*micros).or_default() += count;
        }
    }

    /// The share of all requests that were answered well within this time; all of none.
    pub(super) fn share_within(&self, within: Duration) -> f64 {
        let most = u64::try_from(within.as_micros()).unwrap_or(u64::MAX);
        let good: u64 = self.times.range(..=most).map(|(_, count)| count).sum();
        if self.planned == 0 { 1.0 } else { good as f64 / self.planned as f64 }
    }

    /// The time that this share of all requests did not exceed, in microseconds. A request that was not answered well
    /// is slower than any. None without requests.
    pub(super) fn quantile_us(&self, share: f64) -> Option<u64> {
        Coarse::rank(&self.times, self.planned, share)
    }

    /// The same among those that were answered well.
    pub(super) fn answered_us(&self, share: f64) -> Option<u64> {
        Coarse::rank(&self.times, self.times.values().sum(), share)
    }

    fn rank(times: &BTreeMap<u64, u64>, all: u64, share: f64) -> Option<u64> {
        let rank = ((all as f64 * share).ceil() as u64).max(1);
        let mut seen = 0;
        let reached = times.iter().find(|(_, count)| {
            seen += **count;
            seen >= rank
        });
        (all > 0).then(|| reached.map_or(u64::MAX, |(micros, _)| *micros))
    }
}

/// The longest duration that is not kept apart from this one.
fn rounded(micros: u64) -> u64 {
    let shift = (u64::BITS - micros.leading_zeros()).saturating_sub(BITS);
    micros | ((1 << shift) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_failed_is_slower_than_anything() {
        let mut tally = Tally::default();
        for ms in 1..=90 {
            tally.response.record(Duration::from_millis(ms));
        }
        tally.counts.planned = 100;
        let mut coarse = Coarse::default();
        coarse.add(&tally);
        assert!(coarse.quantile_us(0.5).unwrap().abs_diff(50_000) < 600);
        assert_eq!(coarse.quantile_us(0.95), Some(u64::MAX));
        assert!(coarse.answered_us(0.95).unwrap() < 87_000);
        assert_eq!(Coarse::default().quantile_us(0.5), None);
    }

    proptest! {
        #[test]
        fn rounding_goes_up_and_by_little(micros in 0_u64..3_600_000_000) {
            let up = rounded(micros);
            prop_assert!(up >= micros && (up - micros) as f64 <= micros as f64 / 64.0);
        }
    }
}
