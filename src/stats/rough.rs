//! Durations of one second, rough enough that many seconds can be kept.

use super::Histogram;
use super::places::{FINE, ROUGH};

/// Durations by value, to within one part in 64. They take eight bytes for each of the places between the shortest and
/// the longest, of which there are 64 for each doubling.
#[derive(Debug, Clone, Default)]
pub struct Rough {
    /// The place of the first count.
    first: usize,
    counts: Vec<u64>,
}

impl From<&Histogram> for Rough {
    fn from(durations: &Histogram) -> Rough {
        let mut all = Rough::default();
        let (mut place, mut end, mut sum) = (0, 0, 0_u64);
        durations.each(|fine, count| {
            // Many fine places lie in one of these: what they sum up to goes to memory once.
            if fine >= end {
                all.push(place, sum);
                place = ROUGH.place(FINE.lowest(fine));
                (end, sum) = (FINE.place(ROUGH.lowest(place + 1)), 0);
            }
            sum = sum.saturating_add(count);
        });
        all.push(place, sum);
        all
    }
}

impl Rough {
    /// Adds the count of a place beyond all others.
    fn push(&mut self, place: usize, count: u64) {
        if count > 0 {
            self.first = if self.counts.is_empty() { place } else { self.first };
            self.counts.resize(place - self.first, 0);
            self.counts.push(count);
        }
    }

    /// Adds others.
    pub fn merge(&mut self, other: &Rough) {
        if self.counts.is_empty() {
            return self.clone_from(other);
        }
        if other.counts.is_empty() {
            return;
        }
        if let Some(before) = self.first.checked_sub(other.first) {
            self.counts.splice(..0, std::iter::repeat_n(0, before));
            self.first = other.first;
        }
        let skipped = other.first - self.first;
        if self.counts.len() < skipped + other.counts.len() {
            self.counts.resize(skipped + other.counts.len(), 0);
        }
        for (mine, theirs) in self.counts[skipped..].iter_mut().zip(&other.counts) {
            *mine = mine.saturating_add(*theirs);
        }
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        sum(&self.counts)
    }

    /// How many certainly took no longer than so many microseconds.
    pub fn within_us(&self, micros: u64) -> u64 {
        // A place lies within it as a whole when the next begins beyond it.
        let end = micros.checked_add(1).map_or(usize::MAX, |beyond| ROUGH.place(beyond));
        sum(&self.counts[..end.saturating_sub(self.first).min(self.counts.len())])
    }

    /// The longest duration in microseconds that the `rank`-th smallest (from 1) may have; none beyond the last.
    pub fn rank_us(&self, rank: u64) -> Option<u64> {
        let mut seen = 0_u64;
        let reached = self.counts.iter().position(|count| {
            seen = seen.saturating_add(*count);
            seen >= rank.max(1)
        });
        reached.map(|place| ROUGH.highest(self.first + place))
    }
}

fn sum(counts: &[u64]) -> u64 {
    counts.iter().fold(0, |sum, count| sum.saturating_add(*count))
}

#[cfg(test)]
mod tests {
    use super::super::histogram::tests::{from_history, of};
    use super::*;
    use proptest::prelude::*;

    /// The longest duration that is not kept apart from this one.
    fn up(micros: u64) -> u64 {
        let shift = (u64::BITS - micros.leading_zeros()).saturating_sub(7);
        micros | ((1 << shift) - 1)
    }

    fn micros() -> impl Strategy<Value = Vec<u64>> {
        let one = prop_oneof![1_u64..300, 1_u64..20_000, 1_u64..3_600_000_000];
        prop::collection::vec(one, 0..60)
    }

    proptest! {
        #[test]
        fn every_rank_is_rounded_up_and_every_limit_down(
            parts in prop::collection::vec(micros(), 0..4), limit in prop_oneof![0_u64..30_000, any::<u64>()],
        ) {
            let (mut counted, mut packed) = (Rough::default(), Rough::default());
            for part in &parts {
                counted.merge(&Rough::from(&of(part.iter().copied())));
                packed.merge(&Rough::from(&from_history(&of(part.iter().copied()))));
            }
            let mut all: Vec<u64> = parts.concat();
            all.sort_unstable();
            for rough in [counted, packed] {
                prop_assert_eq!(rough.count(), all.len() as u64);
                prop_assert_eq!(rough.within_us(limit), all.iter().filter(|us| up(**us) <= limit).count() as u64);
                for (rank, us) in (1..).zip(&all) {
                    prop_assert_eq!(rough.rank_us(rank), Some(up(*us)));
                }
                prop_assert_eq!(rough.rank_us(all.len() as u64 + 1), None);
            }
        }
    }

    #[test]
    fn what_is_kept_of_a_usual_second_is_little() {
        let mut rough = Rough::default();
        rough.merge(&Rough::from(&from_history(&of(2_000..16_000))));
        assert!(rough.counts.capacity() <= 3 * 64 + 8, "{}", rough.counts.capacity());
    }
}
