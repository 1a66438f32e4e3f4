//! The mean and how sure it is.

use super::Histogram;

/// The 95 % quantile of the standard normal distribution.
const Z: f64 = 1.644_853_626_951_472_2;

/// Half a bucket: a duration is known to this part of itself (three significant digits).
const HALF_BUCKET: f64 = 0.000_5;

/// Fewer values than this and the mean of skewed durations is not yet normal enough to bound.
pub const FEWEST_FOR_A_MEAN: u64 = 30;

/// A mean in microseconds with its one-sided 95 % bounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mean {
    /// The mean.
    pub value: f64,
    /// The truth is below this in 1 of 20 runs.
    pub low: f64,
    /// The truth is above this in 1 of 20 runs.
    pub high: f64,
}

impl Mean {
    /// The mean of the durations; `None` when there are fewer than two, because one says nothing of their spread.
    ///
    /// The normal interval mean ± z × s / √n of large samples, widened by half a bucket of the histogram.
    pub fn of(durations: &Histogram) -> Option<Mean> {
        let n = durations.count() as f64;
        if n < 2.0 {
            return None;
        }
        let value = durations.mean_us()?;
        // The histogram divides by n; an unbiased variance divides by n - 1.
        let deviation = durations.stdev_us()? * (n / (n - 1.0)).sqrt();
        let reach = Z * deviation / n.sqrt() + HALF_BUCKET * value;
        Some(Mean { value, low: (value - reach).max(0.0), high: value + reach })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_interval_of_a_known_sample() {
        let mut durations = Histogram::new();
        (1..=1_000).for_each(|micros| durations.record(Duration::from_micros(micros)));
        let mean = Mean::of(&durations).unwrap();
        // The standard deviation of 1..=n is √(n (n + 1) / 12).
        let reach = Z * (1_000.0 * 1_001.0 / 12.0_f64).sqrt() / 1_000.0_f64.sqrt() + 0.000_5 * 500.5;
        assert!((mean.value - 500.5).abs() < 1e-9);
        assert!(
            (mean.high - 500.5 - reach).abs() < 1e-6 && (500.5 - mean.low - reach).abs() < 1e-6,
            "{mean:?}"
        );
    }

    #[test]
    fn one_value_has_no_spread() {
        let mut durations = Histogram::new();
        assert_eq!(Mean::of(&durations), None);
        durations.record(Duration::from_micros(5));
        assert_eq!(Mean::of(&durations), None);
    }
}
