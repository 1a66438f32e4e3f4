//! Exact bounds of a share that was counted, and the binomial distribution behind them.

use super::beta::{beta, beta_inverse};

/// The error allowed on one side: a bound holds in 95 of 100 runs.
pub const ALPHA: f64 = 0.05;

/// The share that the truth does not exceed, when `k` of `n` were counted, but for a chance of `alpha`; 1 when
/// nothing was counted.
///
/// Clopper and Pearson, Biometrika 26 (1934): the (1 − α) quantile of Beta(k + 1, n − k).
pub fn upper_bound(k: u64, n: u64, alpha: f64) -> f64 {
    upper_bound_of(k.min(n) as f64, n as f64, alpha)
}

/// The share that the truth does not fall below, when `k` of `n` were counted, but for a chance of `alpha`; 0 when
/// nothing was counted.
///
/// Clopper and Pearson, Biometrika 26 (1934): the α quantile of Beta(k, n − k + 1).
pub fn lower_bound(k: u64, n: u64, alpha: f64) -> f64 {
    lower_bound_of(k.min(n) as f64, n as f64, alpha)
}

/// [`upper_bound`] for counts that are expected rather than counted, so not whole.
pub(super) fn upper_bound_of(k: f64, n: f64, alpha: f64) -> f64 {
    if n - k < 1.0 { 1.0 } else { beta_inverse(k + 1.0, n - k, 1.0 - alpha) }
}

/// [`lower_bound`] for counts that are expected rather than counted, so not whole.
pub(super) fn lower_bound_of(k: f64, n: f64, alpha: f64) -> f64 {
    if k < 1.0 { 0.0 } else { beta_inverse(k, n - k + 1.0, alpha) }
}

/// The chance of at most `k` hits in `n` trials with chance `p` each (DLMF 8.17.5).
pub(super) fn at_most(k: u64, n: u64, p: f64) -> f64 {
    if k >= n { 1.0 } else { beta((n - k) as f64, k as f64 + 1.0, 1.0 - p) }
}

/// The chance of at least `k` hits in `n` trials with chance `p` each (DLMF 8.17.5).
pub(super) fn at_least(k: u64, n: u64, p: f64) -> f64 {
    match k {
        0 => 1.0,
        _ if k > n => 0.0,
        _ => beta(k as f64, (n - k) as f64 + 1.0, p),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use statrs::distribution::{Binomial, DiscreteCDF};

    #[test]
    fn bounds_from_the_tables() {
        for (n, k, low, high) in [
            (299, 0, 0.0, 0.009_969),
            (298, 0, 0.0, 0.010_002),
            (1_000, 4, 0.001_367, 0.009_130),
            (1_000, 5, 0.001_972, 0.010_484),
            (1_000, 15, 0.009_268, 0.023_004),
            (1_000, 16, 0.010_061, 0.024_200),
            (3_000, 20, 0.004_422, 0.009_673),
            (10_000, 83, 0.006_865, 0.009_954),
        ] {
            let got = (lower_bound(k, n, ALPHA), upper_bound(k, n, ALPHA));
            assert!((got.0 - low).abs() < 6e-7 && (got.1 - high).abs() < 6e-7, "{k} of {n}: {got:?}");
        }
    }

    #[test]
    fn decisions_on_a_99th_percentile_from_the_tables() {
        for (n, pass, fail) in
            [(299, 0, 7), (1_000, 4, 16), (3_000, 20, 40), (10_000, 83, 118), (100_000, 948, 1_053)]
        {
            assert!(upper_bound(pass, n, ALPHA) <= 0.01 && upper_bound(pass + 1, n, ALPHA) > 0.01, "{n}");
            assert!(lower_bound(fail, n, ALPHA) > 0.01 && lower_bound(fail - 1, n, ALPHA) <= 0.01, "{n}");
        }
    }

    #[test]
    fn no_count_says_nothing_and_a_full_count_says_all() {
        assert_eq!(
            [lower_bound(0, 0, ALPHA), upper_bound(0, 0, ALPHA)].map(f64::to_bits),
            [0.0, 1.0].map(f64::to_bits)
        );
        assert_eq!(upper_bound(7, 7, ALPHA).to_bits(), 1.0_f64.to_bits());
        // The closed form for a full count: α^(1/n).
        assert!((lower_bound(7, 7, ALPHA) - ALPHA.powf(1.0 / 7.0)).abs() < 1e-12);
    }

    #[test]
    fn a_thousand_million_requests_are_not_too_many() {
        let (low, high) =
            (lower_bound(1_000_000, 1_000_000_000, ALPHA), upper_bound(1_000_000, 1_000_000_000, ALPHA));
        // Where counts are this large the normal approximation is exact enough to check by.
        let reach = 1.644_854 * (0.001_f64 * 0.999 / 1e9).sqrt();
        assert!(
            (low - (0.001 - reach)).abs() < 1e-8 && (high - (0.001 + reach)).abs() < 1e-8,
            "{low} {high}"
        );
    }

    proptest! {
        #[test]
        fn tails_as_another_implementation_has_them(n in 1..5_000_u64, share in 0.0..1.0_f64, p in 0.001..0.999_f64) {
            let k = (n as f64 * share) as u64;
            let truth = Binomial::new(p, n).unwrap();
            prop_assert!((at_most(k, n, p) - truth.cdf(k)).abs() < 1e-9);
            prop_assert!((at_least(k + 1, n, p) - truth.sf(k)).abs() < 1e-9);
        }

        /// A bound is where the tail of the distribution is exactly `alpha`.
        #[test]
        fn bounds_cut_off_alpha(n in 2..100_000_u64, share in 0.0..1.0_f64) {
            let k = 1 + ((n - 2) as f64 * share) as u64;
            let (low, high) = (lower_bound(k, n, ALPHA), upper_bound(k, n, ALPHA));
            let observed = k as f64 / n as f64;
            prop_assert!(low < observed && observed < high);
            prop_assert!((Binomial::new(high, n).unwrap().cdf(k) - ALPHA).abs() < 1e-8);
            prop_assert!((Binomial::new(low, n).unwrap().sf(k - 1) - ALPHA).abs() < 1e-8);
        }
    }
}
