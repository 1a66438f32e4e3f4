//! The seconds in which the generator may have spoilt the measurement: those that a gate is judged without.

use crate::clock::Offset;
use std::ops::Range;

/// At most this many stretches are kept (less than 2 MiB). Beyond that the good seconds between two are given up.
const STRETCHES: usize = 100_000;

/// Seconds in order of time, as stretches that do not touch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spoilt {
    stretches: Vec<Range<u64>>,
}

impl Spoilt {
    /// Adds a second; seconds come in order. The one before it is given up as well: what was under way when the
    /// generator got into trouble was measured in it.
    pub fn add(&mut self, second: u64) {
        let (from, to) = (second.saturating_sub(1), second.saturating_add(1));
        let kept = self.stretches.len();
        match self.stretches.last_mut() {
            Some(last) if from <= last.end || kept >= STRETCHES => last.end = last.end.max(to),
            _ => self.stretches.push(from..to),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.stretches.is_empty()
    }

    /// Whether this second is one of them.
    pub fn contains(&self, second: u64) -> bool {
        self.from(second).next().is_some_and(|stretch| stretch.contains(&second))
    }

    /// Whether one of them lies in this time, at least in part.
    pub fn touches(&self, from: Offset, to: Offset) -> bool {
        self.from(from.second()).next().is_some_and(|stretch| start(stretch) < to)
    }

    /// How much of this time they take.
    pub fn micros_between(&self, from: Offset, to: Offset) -> u64 {
        let overlap = |stretch: &Range<u64>| {
            let end = stretch.end.saturating_mul(1_000_000).min(to.micros());
            end.saturating_sub(start(stretch).max(from).micros())
        };
        let near = self.from(from.second()).take_while(|stretch| start(stretch) < to);
        near.map(overlap).sum()
    }

    /// The stretches that end after this second.
    fn from(&self, second: u64) -> impl Iterator<Item = &Range<u64>> {
        self.stretches[self.stretches.partition_point(|stretch| stretch.end <= second)..].iter()
    }
}

fn start(stretch: &Range<u64>) -> Offset {
    Offset::from_micros(stretch.start.saturating_mul(1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: f64) -> Offset {
        Offset::from_secs_f64(secs)
    }

    fn of(seconds: &[u64]) -> Spoilt {
        let mut spoilt = Spoilt::default();
        for second in seconds {
            spoilt.add(*second);
        }
        spoilt
    }

    #[test]
    fn each_second_takes_the_one_before_it_along() {
        let spoilt = of(&[0, 5, 6, 8, 20]);
        assert_eq!(spoilt.stretches, [0..1, 4..9, 19..21]);
        let inside: Vec<u64> = (0..25).filter(|second| spoilt.contains(*second)).collect();
        assert_eq!(inside, [0, 4, 5, 6, 7, 8, 19, 20]);
        assert!(of(&[]).is_empty() && !of(&[]).contains(0));
    }

    #[test]
    fn parts_of_seconds_count_as_parts() {
        let spoilt = of(&[5, 20]);
        for (from, to, secs, touches) in [
            (0.0, 30.0, 4.0, true),
            (0.0, 4.0, 0.0, false),
            (0.0, 4.5, 0.5, true),
            (5.25, 19.5, 1.25, true),
            (6.0, 19.0, 0.0, false),
            (20.5, 99.0, 0.5, true),
            (21.0, 99.0, 0.0, false),
        ] {
            let expected = (secs * 1e6) as u64;
            assert_eq!(spoilt.micros_between(at(from), at(to)), expected, "{from} to {to}");
            assert_eq!(spoilt.touches(at(from), at(to)), touches, "{from} to {to}");
        }
    }

    #[test]
    fn a_month_of_every_third_second_stays_small() {
        let mut spoilt = Spoilt::default();
        (0..1_000_000).for_each(|n| spoilt.add(3 * n));
        assert_eq!(spoilt.stretches.len(), STRETCHES);
        assert!(spoilt.contains(3 * 999_999) && spoilt.contains(2_900_001));
    }
}
