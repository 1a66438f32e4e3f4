//! Durations of many histograms added up.

use super::Histogram;
use super::packed::Packed;
use super::seek::{Seek, value_us};

/// Histograms added up. Takes those of a history as they come from it, without counting each of them first.
#[derive(Debug, Clone, Default)]
pub struct Sum {
    /// By place.
    packed: Vec<u64>,
    /// Those that were counted here.
    counted: Option<Histogram>,
}

impl Sum {
    /// Adds a histogram.
    pub fn add(&mut self, durations: &Histogram) {
        match durations.packed() {
            Some(packed) => self.unpack(packed),
            None if durations.count() == 0 => {}
            None => self.counted.get_or_insert_default().merge(durations),
        }
    }

    fn unpack(&mut self, packed: &Packed) {
        self.hold(packed.end());
        packed.add_to(&mut self.packed);
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: &Sum) {
        self.hold(other.packed.len());
        for (mine, theirs) in self.packed.iter_mut().zip(&other.packed) {
            *mine = mine.saturating_add(*theirs);
        }
        if let Some(counted) = &other.counted {
            self.counted.get_or_insert_default().merge(counted);
        }
    }

    fn hold(&mut self, places: usize) {
        if self.packed.len() < places {
            self.packed.resize(places, 0);
        }
    }

    /// The durations in microseconds that these shares of all do not exceed; `None` when there are none. The same as
    /// [`Histogram::quantile_us`] says of all as one, which for so few questions would take longer to make than to ask.
    pub fn quantiles_us<const N: usize>(&self, shares: [f64; N]) -> Option<[u64; N]> {
        if self.counted.is_some() {
            let all = self.histogram();
            return (all.count() > 0).then(|| shares.map(|share| all.quantile_us(share).unwrap_or_default()));
        }
        let count = self.packed.iter().fold(0, |sum: u64, count| sum.saturating_add(*count));
        let mut seek = Seek::shares(count, shares);
        seek.take_all(&self.packed);
        (count > 0).then(|| std::array::from_fn(|number| value_us(seek.places()[number], shares[number])))
    }

    /// All of them as one.
    pub fn histogram(&self) -> Histogram {
        let mut all = self.counted.clone().unwrap_or_default();
        all.add_places(&self.packed);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::super::histogram::tests::{from_history, of};
    use super::*;
    use proptest::prelude::*;

    fn durations() -> impl Strategy<Value = Vec<Vec<u64>>> {
        let micros = prop_oneof![1_u64..3_000, 1_u64..200_000, 1_u64..4_000_000_000];
        prop::collection::vec(prop::collection::vec(micros, 0..40), 0..5)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn adding_up_what_is_packed_is_adding_up_what_was_counted(parts in durations(), split in 0_usize..5) {
            let parts: Vec<Histogram> = parts.into_iter().map(of).collect();
            let (mut first, mut second, mut mixed) = (Sum::default(), Sum::default(), Sum::default());
            let mut counted = Histogram::new();
            for (number, part) in parts.iter().enumerate() {
                counted.merge(part);
                let packed = from_history(part);
                if number < split { &mut first } else { &mut second }.add(&packed);
                mixed.add(if number < split { part } else { &packed });
            }
            first.merge(&second);
            for (sum, how) in [(first, "packed"), (mixed, "some packed, some counted")] {
                let quantiles = sum.quantiles_us([0.0, 0.5, 0.99, 1.0]);
                let sum = sum.histogram();
                prop_assert_eq!(&sum, &counted, "{}", how);
                prop_assert_eq!(sum.mean_us(), counted.mean_us());
                prop_assert_eq!(sum.stdev_us(), counted.stdev_us());
                for (place, q) in [0.0, 0.5, 0.99, 1.0].into_iter().enumerate() {
                    prop_assert_eq!(sum.quantile_us(q), counted.quantile_us(q));
                    prop_assert_eq!(quantiles.map(|all| all[place]), counted.quantile_us(q));
                }
            }
        }
    }

    #[test]
    fn nothing_added_up_is_empty() {
        let mut sum = Sum::default();
        sum.add(&Histogram::new());
        sum.add(&from_history(&Histogram::new()));
        sum.merge(&Sum::default());
        assert_eq!(sum.quantiles_us([0.5]), None);
        assert_eq!(sum.histogram(), Histogram::new());
    }
}
