//! Durations of many histograms added up.

use super::Histogram;
use super::packed::Packed;

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

    /// All of them as one.
    pub fn histogram(&self) -> Histogram {
        let mut all = self.counted.clone().unwrap_or_default();
        all.add_places(&self.packed);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    fn of(micros: &[u64]) -> Histogram {
        let mut histogram = Histogram::new();
        for us in micros {
            histogram.record(Duration::from_micros(*us));
        }
        histogram
    }

    /// The same as a history holds it.
    fn from_history(histogram: &Histogram) -> Histogram {
        serde_json::from_str(&serde_json::to_string(histogram).unwrap()).unwrap()
    }

    fn durations() -> impl Strategy<Value = Vec<Vec<u64>>> {
        let micros = prop_oneof![1_u64..3_000, 1_u64..200_000, 1_u64..4_000_000_000];
        prop::collection::vec(prop::collection::vec(micros, 0..40), 0..5)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn adding_up_what_is_packed_is_adding_up_what_was_counted(parts in durations(), split in 0_usize..5) {
            let parts: Vec<Histogram> = parts.iter().map(|micros| of(micros)).collect();
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
                let sum = sum.histogram();
                prop_assert_eq!(&sum, &counted, "{}", how);
                prop_assert_eq!(sum.mean_us(), counted.mean_us());
                prop_assert_eq!(sum.stdev_us(), counted.stdev_us());
                for q in [0.0, 0.5, 0.99, 1.0] {
                    prop_assert_eq!(sum.quantile_us(q), counted.quantile_us(q));
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
        assert_eq!(sum.histogram(), Histogram::new());
    }
}
