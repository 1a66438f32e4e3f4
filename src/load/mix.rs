//! Which journey an arrival takes: by weight, spread evenly, the same in every run.

/// The journeys of one full turn, in order. Smooth weighted round robin: with weights 4 and 1 the turn is
/// `a a b a a`, never `a a a a b`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mix {
    turn: Vec<usize>,
}

/// Weights are scaled down to at most this many arrivals a turn.
const LONGEST_TURN: u64 = 10_000;

impl Mix {
    /// The mix of journeys with these weights; a weight of zero gets no arrivals.
    pub fn new(weights: &[u32]) -> Mix {
        let divisor = weights.iter().copied().fold(0, gcd).max(1);
        let total: u64 = weights.iter().map(|weight| u64::from(weight / divisor)).sum();
        let scale = total.div_ceil(LONGEST_TURN).max(1);
        // Scaling must not starve a journey that has any weight.
        let share = |weight: u32| {
            i64::try_from((u64::from(weight / divisor) / scale).max(u64::from(weight > 0))).unwrap_or(1)
        };
        let shares: Vec<i64> = weights.iter().map(|weight| share(*weight)).collect();
        let length: i64 = shares.iter().sum();
        let mut credit = vec![0; shares.len()];
        let turn = (0..length).map(|_| {
            credit.iter_mut().zip(&shares).for_each(|(credit, share)| *credit += share);
            let richest = (0..credit.len())
                .max_by_key(|place| (credit[*place], std::cmp::Reverse(*place)))
                .unwrap_or(0);
            credit[richest] -= length;
            richest
        });
        Mix { turn: turn.collect() }
    }

    /// The journey of arrival `number`.
    pub fn journey(&self, number: u64) -> usize {
        if self.turn.is_empty() {
            return 0;
        }
        self.turn[usize::try_from(number % self.turn.len() as u64).unwrap_or(0)]
    }

    /// The share of all arrivals that a journey gets.
    pub fn share(&self, journey: usize) -> f64 {
        let mine = self.turn.iter().filter(|place| **place == journey).count();
        mine as f64 / self.turn.len().max(1) as f64
    }
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_exact_and_spread() {
        let mix = Mix::new(&[4, 1]);
        assert_eq!((0..10).map(|n| mix.journey(n)).collect::<Vec<_>>(), [0, 0, 1, 0, 0, 0, 0, 1, 0, 0]);
        let mix = Mix::new(&[50, 30, 20]);
        let counts = (0..1_000).fold([0; 3], |mut counts, n| {
            counts[mix.journey(n)] += 1;
            counts
        });
        assert_eq!(counts, [500, 300, 200]);
        assert!((mix.share(2) - 0.2).abs() < 1e-12);
    }

    #[test]
    fn lopsided_weights_starve_nobody_and_zero_gets_nothing() {
        let mix = Mix::new(&[1_000_000_000, 1, 0]);
        assert!(mix.turn.len() <= 20_000);
        assert!(mix.share(1) > 0.0 && mix.share(2) == 0.0);
    }
}
