//! Durations of one second, coarse enough that many seconds can be kept.

use crate::stats::{Rough, Tally};
use std::time::Duration;

/// Durations of good answers by value, to within 2 %, and how many requests there were in all.
#[derive(Debug, Clone, Default)]
pub(super) struct Coarse {
    planned: u64,
    times: Rough,
}

impl From<&Tally> for Coarse {
    fn from(tally: &Tally) -> Coarse {
        Coarse { planned: tally.counts.planned, times: Rough::from(&tally.response) }
    }
}

impl Coarse {
    /// Adds another part of the same second, or another second.
    pub(super) fn merge(&mut self, other: &Coarse) {
        self.planned += other.planned;
        self.times.merge(&other.times);
    }

    /// The share of all requests that were answered well within this time; all of none.
    pub(super) fn share_within(&self, within: Duration) -> f64 {
        let good = self.times.within_us(u64::try_from(within.as_micros()).unwrap_or(u64::MAX));
        if self.planned == 0 { 1.0 } else { good as f64 / self.planned as f64 }
    }

    /// The time that this share of all requests did not exceed, in microseconds. A request that was not answered well
    /// is slower than any. None without requests.
    pub(super) fn quantile_us(&self, share: f64) -> Option<u64> {
        self.rank_us(self.planned, share)
    }

    /// The same among those that were answered well.
    pub(super) fn answered_us(&self, share: f64) -> Option<u64> {
        self.rank_us(self.times.count(), share)
    }

    fn rank_us(&self, all: u64, share: f64) -> Option<u64> {
        let rank = (all as f64 * share).ceil() as u64;
        (all > 0).then(|| self.times.rank_us(rank).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_is_slower_than_anything() {
        let mut tally = Tally::default();
        for ms in 1..=90 {
            tally.response.record(Duration::from_millis(ms));
        }
        tally.counts.planned = 100;
        let coarse = Coarse::from(&tally);
        assert!(coarse.quantile_us(0.5).unwrap().abs_diff(50_000) < 600);
        assert_eq!(coarse.quantile_us(0.95), Some(u64::MAX));
        assert!(coarse.answered_us(0.95).unwrap() < 87_000);
        assert!((coarse.share_within(Duration::from_secs(1)) - 0.9).abs() < 1e-9);
        assert_eq!(Coarse::default().quantile_us(0.5), None);
    }
}
