//! One worker's arrivals, in order. On the hot path: a square root and a division each, nothing allocated.

use super::{Arrivals, Planned};
use crate::clock::Offset;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};
use std::sync::Arc;

/// One planned start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// Its number among all arrivals of the run, from 0.
    pub n: u64,
    /// When it is planned.
    pub at: Offset,
    /// The place of its stage.
    pub stage: u16,
}

/// The arrivals of one worker, in order of time.
#[derive(Debug, Clone)]
pub struct Share {
    stages: Arc<[Planned]>,
    /// The stage of the last arrival; positions only grow.
    place: usize,
    /// The number of the next arrival that is looked at.
    next: u64,
    worker: u64,
    of: u64,
    source: Source,
}

/// Where positions come from.
#[derive(Debug, Clone)]
enum Source {
    Even,
    Poisson { random: Box<Xoshiro256PlusPlus>, position: f64 },
}

impl Share {
    pub(super) fn new(stages: Arc<[Planned]>, arrivals: Arrivals, worker: u32, of: u32) -> Share {
        let source = match arrivals {
            Arrivals::Even => Source::Even,
            // rand promises the values of this generator; those of StdRng and SmallRng may change.
            Arrivals::Poisson { seed } => {
                Source::Poisson { random: Box::new(Xoshiro256PlusPlus::seed_from_u64(seed)), position: 0.0 }
            }
        };
        let (place, worker, of) = (0, u64::from(worker), u64::from(of));
        let place = if worker < of { place } else { stages.len() };
        let next = if matches!(source, Source::Even) { worker } else { 0 };
        Share { stages, place, next, worker, of, source }
    }

    /// The number and position of this worker's next arrival.
    fn advance(&mut self) -> (u64, f64) {
        match &mut self.source {
            Source::Even => {
                let n = self.next;
                self.next += self.of;
                (n, n as f64)
            }
            // Every worker draws every gap and takes its own arrivals: a draw costs a few nanoseconds, and the
            // arrivals are the same however many workers share them.
            Source::Poisson { random, position } => loop {
                *position += exponential(random);
                let n = self.next;
                self.next += 1;
                if n % self.of == self.worker {
                    return (n, *position);
                }
            },
        }
    }
}

/// A random gap with mean 1, by inversion: `−ln u` for `u` in (0, 1] (Devroye, Non-Uniform Random Variate Generation,
/// §II.2).
fn exponential(random: &mut Xoshiro256PlusPlus) -> f64 {
    let bits = (random.next_u64() >> 11) + 1;
    let u = bits as f64 / (1_u64 << 53) as f64;
    -u.ln()
}

impl Iterator for Share {
    type Item = Arrival;

    fn next(&mut self) -> Option<Arrival> {
        if self.place >= self.stages.len() {
            return None;
        }
        let (n, position) = self.advance();
        while self.stages.get(self.place).is_some_and(|planned| position >= planned.until) {
            self.place += 1;
        }
        let planned = self.stages.get(self.place)?;
        Some(Arrival { n, at: planned.instant(position), stage: self.place as u16 })
    }
}

impl std::iter::FusedIterator for Share {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::{Schedule, Stage};
    use crate::units::{Rate, Span};
    use proptest::prelude::*;
    use std::time::Duration;

    fn schedule(rates: &[(f64, f64)], arrivals: Arrivals) -> Schedule {
        let stage = |&(from, to): &(f64, f64)| Stage {
            name: String::new(),
            from: Rate::per_second(from),
            to: Rate::per_second(to),
            length: Span::new(Duration::from_secs(2)),
            warmup: false,
        };
        Schedule::new(rates.iter().map(stage).collect(), arrivals)
    }

    /// These values are a promise: a run is repeated by its seed, in later versions too.
    #[test]
    fn the_first_random_arrivals_of_a_seed_stay_what_they_are() {
        let schedule = schedule(&[(100.0, 100.0)], Arrivals::Poisson { seed: 7 });
        let first: Vec<_> = schedule.share(0, 1).take(5).map(|arrival| arrival.at.micros()).collect();
        assert_eq!(first, [28_939, 46_535, 49_854, 58_358, 58_729]);
    }

    #[test]
    fn a_worker_out_of_range_gets_nothing() {
        let schedule = schedule(&[(100.0, 100.0)], Arrivals::Even);
        assert_eq!([schedule.share(2, 2).count(), schedule.share(0, 0).count()], [0, 0]);
    }

    /// With a standard deviation of √count, six of them are missed once in 500 million.
    #[test]
    fn random_counts_are_as_expected_in_every_stage() {
        for seed in 0..20 {
            let schedule =
                schedule(&[(0.0, 3000.0), (3000.0, 3000.0), (500.0, 0.0)], Arrivals::Poisson { seed });
            let mut counts = [0_u64; 3];
            schedule.share(0, 1).for_each(|arrival| counts[usize::from(arrival.stage)] += 1);
            for (stage, count) in counts.into_iter().enumerate() {
                let expected = schedule.expected(stage) as f64;
                assert!((count as f64 - expected).abs() < 6.0 * expected.sqrt(), "{seed}: {counts:?}");
            }
        }
    }

    #[test]
    fn random_gaps_vary_as_much_as_their_mean() {
        let schedule = schedule(&[(5000.0, 5000.0)], Arrivals::Poisson { seed: 1 });
        let at: Vec<f64> = schedule.share(0, 1).map(|arrival| arrival.at.secs_f64()).collect();
        let gaps: Vec<f64> = at.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
        let variance = gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / gaps.len() as f64;
        assert!((variance.sqrt() / mean - 1.0).abs() < 0.05, "{}", variance.sqrt() / mean);
    }

    fn any_arrivals() -> impl Strategy<Value = Arrivals> {
        prop_oneof![Just(Arrivals::Even), any::<u64>().prop_map(|seed| Arrivals::Poisson { seed })]
    }

    proptest! {
        #[test]
        fn shares_are_a_partition_of_the_whole(
            rates in prop::collection::vec((0.0..500.0_f64, 0.0..500.0_f64), 1..5),
            arrivals in any_arrivals(),
            of in 1..9_u32,
        ) {
            let schedule = schedule(&rates, arrivals);
            let mut parts: Vec<Arrival> = (0..of).flat_map(|worker| schedule.share(worker, of)).collect();
            parts.sort_by_key(|arrival| arrival.n);
            let whole: Vec<Arrival> = schedule.share(0, 1).collect();
            prop_assert!(whole.windows(2).all(|pair| pair[0].at <= pair[1].at && pair[0].n + 1 == pair[1].n));
            prop_assert!(whole.iter().all(|arrival| arrival.at < schedule.end()));
            prop_assert_eq!(parts, whole);
        }
    }
}
