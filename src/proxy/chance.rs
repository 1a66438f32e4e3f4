//! The dice of one connection, by the seed and its number: the same run again touches the same connections.

use super::faults::{Latency, Share};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use std::time::Duration;

/// One connection's dice.
#[derive(Debug, Clone)]
pub(super) struct Chance(Xoshiro256PlusPlus);

/// 2⁶⁴ divided by the golden ratio: multiples of it lie far apart, so that neighbours do not get similar dice.
const APART: u64 = 0x9E37_79B9_7F4A_7C15;

impl Chance {
    /// The dice of connection `number`.
    pub(super) fn new(seed: u64, number: u64) -> Chance {
        Chance(Xoshiro256PlusPlus::seed_from_u64(seed ^ number.wrapping_add(1).wrapping_mul(APART)))
    }

    /// Dice for something else that belongs to the same connection.
    pub(super) fn fork(&mut self) -> Chance {
        Chance(Xoshiro256PlusPlus::seed_from_u64(self.0.random()))
    }

    /// Whether this one belongs to the share.
    pub(super) fn hits(&mut self, share: Share) -> bool {
        self.0.random::<f64>() < share.get()
    }

    /// A delay, evenly from what the latency allows.
    pub(super) fn delay(&mut self, latency: Latency) -> Duration {
        if latency.jitter.is_zero() {
            return latency.delay;
        }
        let least = latency.delay.saturating_sub(latency.jitter);
        least + (latency.jitter * 2).mul_f64(self.0.random::<f64>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Ratio;

    fn chosen(seed: u64, share: f64) -> Vec<u64> {
        (0..10_000).filter(|n| Chance::new(seed, *n).hits(Ratio::new(share).into())).collect()
    }

    #[test]
    fn a_share_is_a_share_and_a_seed_is_a_choice() {
        assert_eq!(chosen(7, 0.3), chosen(7, 0.3));
        assert_ne!(chosen(7, 0.3), chosen(8, 0.3));
        for (share, least, most) in [(0.0, 0, 0), (0.3, 2_800, 3_200), (1.0, 10_000, 10_000)] {
            let count = chosen(7, share).len();
            assert!((least..=most).contains(&count), "{count} of 10,000 at {share}");
        }
    }

    #[test]
    fn jitter_reaches_both_ends_and_no_further() {
        let latency = Latency { delay: Duration::from_millis(100), jitter: Duration::from_millis(20) };
        let mut chance = Chance::new(1, 1);
        let mut drawn: Vec<u128> = (0..2_000).map(|_| chance.delay(latency).as_millis()).collect();
        drawn.sort_unstable();
        assert!((80..83).contains(&drawn[0]) && (117..=120).contains(&drawn[1_999]), "{drawn:?}");
        assert!((98..102).contains(&drawn[1_000]), "{}", drawn[1_000]);
    }
}
