//! Bandwidth: a token bucket, told what time it is.

use crate::units::Bandwidth;
use std::time::{Duration, Instant};

/// What may leave at once, as time: small, so that a slow link is slow and not jerky.
const BURST: Duration = Duration::from_millis(10);
/// However fast the link is, it is filled in pieces of at most this.
const MOST_AT_ONCE: u64 = 64 * 1024;

/// How much may leave, and when.
#[derive(Debug, Clone)]
pub(super) struct Bucket {
    rate: u64,
    /// When everything that has left would have left at exactly the rate.
    paid: Instant,
}

impl Bucket {
    /// A bucket that is full at `now`.
    pub(super) fn new(rate: Bandwidth, now: Instant) -> Bucket {
        let rate = rate.bytes_per_second().max(1);
        Bucket { rate, paid: now.checked_sub(BURST).unwrap_or(now) }
    }

    /// How many bytes may leave at once, when any may.
    pub(super) fn at_once(&self) -> usize {
        let burst = self.rate.saturating_mul(BURST.as_millis() as u64) / 1_000;
        burst.clamp(1, MOST_AT_ONCE) as usize
    }

    /// When the next bytes may leave: in the past when they may now.
    pub(super) fn next(&self) -> Instant {
        self.paid
    }

    /// `n` bytes have left at `now`.
    pub(super) fn take(&mut self, now: Instant, n: usize) {
        let oldest = now.checked_sub(BURST).unwrap_or(now);
        self.paid = self.paid.max(oldest) + Duration::from_secs_f64(n as f64 / self.rate as f64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// A sender that always has more, and a clock that wakes it late, by less than a burst: never more than the rate
        /// and a burst or two, and never much less than the rate.
        #[test]
        fn what_leaves_is_the_rate(
            rate in 2_000_u64..50_000_000,
            late in prop::collection::vec(0_u64..2_000, 1..50),
        ) {
            let start = Instant::now();
            let mut bucket = Bucket::new(format!("{rate}B/s").parse().unwrap(), start);
            let (mut now, mut left) = (start, 0_u64);
            let mut late = late.into_iter().cycle();
            while now < start + Duration::from_secs(2) {
                if bucket.next() > now {
                    now = bucket.next() + Duration::from_micros(late.next().unwrap_or(0));
                    continue;
                }
                bucket.take(now, bucket.at_once());
                left += bucket.at_once() as u64;
                let allowed = rate as f64 * (now - start).as_secs_f64() + 2.0 * rate as f64 * 0.01 + 1.0;
                prop_assert!(left as f64 <= allowed, "{left} of {allowed}");
            }
            prop_assert!(left as f64 >= rate as f64 * 2.0 * 0.98, "{left} in two seconds at {rate}");
        }
    }

    #[test]
    fn a_pause_saves_up_no_more_than_a_burst() {
        let start = Instant::now();
        let mut bucket = Bucket::new("100kB/s".parse().unwrap(), start);
        assert_eq!(bucket.at_once(), 1_000);
        let later = start + Duration::from_mins(1);
        bucket.take(later, 1_000);
        assert_eq!(bucket.next(), later, "one burst was saved up");
        bucket.take(later, 1_000);
        assert_eq!(bucket.next(), later + BURST);
    }
}
