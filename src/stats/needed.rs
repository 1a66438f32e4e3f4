//! How many requests a decision needs.

use super::binomial::{lower_bound_of, upper_bound_of};

/// The fewest requests, all of them good, that show a share of bad ones of at most `limit`, but for a chance of
/// `alpha`: 299 for 1 % at 5 %. `None` for a limit of zero, which no number shows.
///
/// The smallest n with (1 − limit)ⁿ ≤ alpha.
pub fn fewest(limit: f64, alpha: f64) -> Option<u64> {
    if limit <= 0.0 {
        return None;
    }
    if limit >= 1.0 {
        return Some(1);
    }
    // Nobody runs more than 2^53 requests; the cast saturates above.
    Some(((alpha.ln() / (-limit).ln_1p()).ceil() as u64).max(1))
}

/// Where the search ends; a share that needs more than this lies at the limit itself.
const MAX: f64 = 1e8;

/// About how many more requests decide whether the share of bad ones is at most `limit`, if they go on as the `k` bad
/// ones of `n` did. `None` when the share is so near the limit that no reasonable number would, or when `n` decides
/// already.
pub fn about_more(k: u64, n: u64, limit: f64, alpha: f64) -> Option<u64> {
    let share = if n == 0 { 0.0 } else { k as f64 / n as f64 };
    let decided = |n: f64| {
        let k = share * n;
        if share < limit { upper_bound_of(k, n, alpha) <= limit } else { lower_bound_of(k, n, alpha) > limit }
    };
    let start = (n as f64).max(1.0);
    if decided(start) {
        return None;
    }
    let (mut low, mut high) = (start, start * 2.0);
    while !decided(high) {
        if high > MAX {
            return None;
        }
        (low, high) = (high, high * 2.0);
    }
    // To a hundredth: it is an estimate.
    while high - low > 1.0 && high - low > 0.01 * (high - start) {
        let middle = f64::midpoint(low, high);
        if decided(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some((high.ceil() as u64).saturating_sub(n))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{ALPHA, lower_bound, upper_bound};

    #[test]
    fn the_fewest_from_the_tables() {
        for (percentile, needed) in [(0.5, 5), (0.9, 29), (0.95, 59), (0.99, 299), (0.999, 2_995)] {
            assert_eq!(fewest(1.0 - percentile, ALPHA), Some(needed), "{percentile}");
        }
        assert_eq!([fewest(0.01, 0.025), fewest(0.001, 0.025)], [Some(368), Some(3_688)], "of two sides");
        assert_eq!([fewest(0.0, ALPHA), fewest(1.0, ALPHA)], [None, Some(1)]);
    }

    #[test]
    fn what_is_missing_is_enough() {
        for (k, n) in [(0, 0), (0, 1), (0, 298), (5, 1_000), (9, 1_000), (15, 1_000), (1, 20)] {
            let more = about_more(k, n, 0.01, ALPHA).unwrap();
            let (share, all) = (k as f64 / n.max(1) as f64, n + more);
            let expected = share * all as f64;
            if share < 0.01 {
                assert!(upper_bound(expected.floor() as u64, all, ALPHA) <= 0.01, "{k} of {n}: {more}");
            } else {
                assert!(lower_bound(expected.ceil() as u64, all, ALPHA) > 0.01, "{k} of {n}: {more}");
            }
        }
    }

    #[test]
    fn some_shares_are_never_decided_and_some_already_are() {
        assert_eq!(about_more(10, 1_000, 0.01, ALPHA), None, "exactly at the limit");
        assert_eq!(about_more(0, 1_000, 0.01, ALPHA), None, "decided already");
        assert_eq!(about_more(0, 299, 0.01, ALPHA), None);
        assert_eq!(about_more(0, 298, 0.01, ALPHA), Some(1));
    }
}
