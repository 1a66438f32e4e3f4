//! Percentiles by rank: the value and its 95 % interval from order statistics, with failed requests slower than any.

use super::Histogram;
use super::binomial::{at_least, at_most};

/// The error allowed on each of two sides, so that the interval covers 95 %.
const EACH_SIDE: f64 = 0.025;

/// The two-sided 95 % interval of the percentile `share` (0.99 for p99) of `n` values, as ranks from 1: the values of
/// these ranks enclose it. `None` where no rank is sure enough, for instance the upper end of p99 below 368 values.
///
/// The largest l with Pr(B ≤ l − 1) ≤ 2.5 % and the smallest u with Pr(B ≥ u) ≤ 2.5 % for B ~ Bin(n, share): Hahn and
/// Meeker, Statistical Intervals (1991), §5.2.
pub fn ranks(n: u64, share: f64) -> (Option<u64>, Option<u64>) {
    let sure_below = first(n, |rank| at_most(rank - 1, n, share) > EACH_SIDE).unwrap_or(n + 1) - 1;
    let sure_above = first(n, |rank| at_least(rank, n, share) <= EACH_SIDE);
    ((sure_below > 0).then_some(sure_below), sure_above)
}

/// The first of the ranks 1 to `n` that is past an edge, if one is; once past, all later ones are.
fn first(n: u64, past: impl Fn(u64) -> bool) -> Option<u64> {
    let (mut low, mut high) = (1, n + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        if past(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    (low <= n).then_some(low)
}

/// The rank from 1 of the percentile `share` of `n` values: the smallest that the share does not exceed.
fn rank(n: u64, share: f64) -> u64 {
    // Taking off a tiny part keeps 0.99 × 1000 at 990 whatever its last binary digit.
    ((n as f64 * share * (1.0 - 1e-13)).ceil() as u64).clamp(1, n.max(1))
}

/// A percentile in microseconds and its 95 % interval, both of all values including the failed ones, which have no
/// length and count as slower than any. `None` is a place among the failed ones, or an end that too few values leave
/// open. The interval includes the width of the histogram's buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Percentile {
    /// The value.
    pub value: Option<u64>,
    /// The lower end of the interval.
    pub low: Option<u64>,
    /// The upper end of the interval.
    pub high: Option<u64>,
}

impl Percentile {
    /// The percentile `share` of the durations and `failed` further requests.
    pub fn of(durations: &Histogram, failed: u64, share: f64) -> Percentile {
        let n = durations.count() + failed;
        if n == 0 {
            return Percentile::default();
        }
        let (low, high) = ranks(n, share);
        let bucket = |rank: Option<u64>| rank.and_then(|rank| durations.rank_us(rank));
        Percentile {
            value: bucket(Some(rank(n, share))).map(|(_, highest)| highest),
            low: bucket(low).map(|(lowest, _)| lowest),
            high: bucket(high).map(|(_, highest)| highest),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use statrs::distribution::{Binomial, DiscreteCDF};
    use std::time::Duration;

    #[test]
    fn ranks_of_p99_from_the_tables() {
        for (n, low, high) in [
            (368, 360, 368),
            (500, 490, 500),
            (1_000, 983, 997),
            (3_000, 2_959, 2_981),
            (10_000, 9_880, 9_920),
            (30_000, 29_666, 29_734),
            (100_000, 98_938, 99_062),
            (1_000_000, 989_805, 990_196),
        ] {
            assert_eq!(ranks(n, 0.99), (Some(low), Some(high)), "{n}");
        }
        assert_eq!(ranks(367, 0.99).1, None, "too few for an upper end");
        assert_eq!(ranks(3_687, 0.999).1, None);
        assert_eq!(ranks(3_688, 0.999).1, Some(3_688));
        assert_eq!(ranks(0, 0.5), (None, None));
    }

    fn hundred() -> Histogram {
        let mut durations = Histogram::new();
        (1..=100).for_each(|micros| durations.record(Duration::from_micros(micros)));
        durations
    }

    #[test]
    fn failures_are_slower_than_any_success() {
        let none_failed = Percentile::of(&hundred(), 0, 0.5);
        assert_eq!(none_failed, Percentile { value: Some(50), low: Some(40), high: Some(61) });
        assert_eq!(Percentile::of(&hundred(), 100, 0.5).value, Some(100));
        let mostly_failed = Percentile::of(&hundred(), 101, 0.5);
        assert_eq!((mostly_failed.value, mostly_failed.high), (None, None));
        assert_eq!(mostly_failed.low, Some(87));
        assert_eq!(Percentile::of(&Histogram::new(), 0, 0.5), Percentile::default());
        assert_eq!(Percentile::of(&Histogram::new(), 9, 0.5), Percentile::default());
    }

    proptest! {
        #[test]
        fn the_interval_covers_and_is_no_wider_than_it_must(
            n in 1..20_000_u64, share in prop::sample::select(vec![0.5, 0.9, 0.95, 0.99, 0.999])
        ) {
            let binomial = Binomial::new(share, n).unwrap();
            let (low, high) = ranks(n, share);
            let below = |rank: u64| if rank == 0 { 0.0 } else { binomial.cdf(rank - 1) };
            let low = low.unwrap_or(0);
            prop_assert!(low == 0 || below(low) <= EACH_SIDE);
            prop_assert!(below(low + 1) > EACH_SIDE);
            let high = high.unwrap_or(n + 1);
            prop_assert!(high == n + 1 || binomial.sf(high - 1) <= EACH_SIDE);
            prop_assert!(high == 1 || binomial.sf(high - 2) > EACH_SIDE);
        }

        #[test]
        fn without_failures_it_is_the_histograms_own_percentile(
            micros in prop::collection::vec(1..5_000_000_u64, 1..300),
            share in prop::sample::select(vec![0.5, 0.9, 0.95, 0.99, 0.999]),
        ) {
            let mut durations = Histogram::new();
            for us in micros {
                durations.record(Duration::from_micros(us));
            }
            prop_assert_eq!(Percentile::of(&durations, 0, share).value, durations.quantile_us(share));
        }
    }
}
