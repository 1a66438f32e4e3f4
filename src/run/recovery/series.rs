//! The arrivals of one endpoint, or of all together, in slots: what can be known of single ones.

use crate::clock::Offset;
use crate::stats::{SLOT, Slot};
use std::time::Duration;

/// Slots in order of time, each with its number, where they are kept.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Series<'a>(&'a [(u64, Slot)]);

/// Two instants.
type Between = Option<(Offset, Offset)>;

/// How many arrivals of a stretch of time there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Share {
    pub(super) good: u64,
    pub(super) bad: u64,
}

impl Share {
    /// Whether at least this share was good; not without a single arrival.
    pub(super) fn reaches(self, target: f64) -> bool {
        self.all() > 0 && self.good as f64 >= target * self.all() as f64
    }

    pub(super) fn all(self) -> u64 {
        self.good + self.bad
    }
}

impl<'a> Series<'a> {
    /// Of these slots, which are in order of time.
    pub(super) fn of(slots: &'a [(u64, Slot)]) -> Series<'a> {
        Series(slots)
    }

    /// The slots from the one that this instant lies in.
    pub(super) fn from(&self, at: Offset) -> &'a [(u64, Slot)] {
        &self.0[self.0.partition_point(|(number, _)| *number < Slot::number(at))..]
    }

    /// The slots up to the one that this instant lies in.
    pub(super) fn up_to(&self, at: Offset) -> &'a [(u64, Slot)] {
        &self.0[..self.0.partition_point(|(number, _)| *number <= Slot::number(at))]
    }

    /// The arrivals planned from `from` on and before `to`. Of a slot that lies in it only in part, what its first and
    /// last instants say; between them they are taken to be spread evenly.
    pub(super) fn share(&self, from: Offset, to: Offset) -> Share {
        let mut share = Share::default();
        for (number, slot) in self.from(from) {
            if *number > Slot::number(to) {
                break;
            }
            share.good += inside(slot.good, slot.good_between, from, to);
            share.bad += inside(slot.bad, slot.bad_between, from, to);
        }
        share
    }

    /// The last arrival planned at this instant or before it, as far as is known: the true one is not earlier.
    pub(super) fn last_planned_by(&self, at: Offset) -> Option<Offset> {
        self.up_to(at).iter().rev().find_map(|(_, slot)| instants(slot).filter(|one| *one <= at).max())
    }

    /// The first good or bad arrival that is known to be planned at this instant or after it.
    pub(super) fn first_from(&self, at: Offset, of: impl Fn(&Slot) -> Between) -> Option<Offset> {
        let ends = |slot: &Slot| of(slot).into_iter().flat_map(|(first, last)| [first, last]);
        self.from(at).iter().find_map(|(_, slot)| ends(slot).find(|one| *one >= at))
    }

    /// The last planned instant of all.
    pub(super) fn last_planned(&self) -> Option<Offset> {
        self.0.iter().rev().find_map(|(_, slot)| instants(slot).max())
    }

    /// The mean and the longest time between two arrivals planned from `from` on and before `to`; none with fewer
    /// than two.
    pub(super) fn spacing(&self, from: Offset, to: Offset) -> Option<(Duration, Duration)> {
        let (mut first, mut last, mut longest): (Option<Offset>, Option<Offset>, _) =
            (None, None, Duration::ZERO);
        let mut count = 0;
        for (_, slot) in self.from(from).iter().take_while(|(number, _)| *number < Slot::number(to)) {
            let known = || instants(slot).filter(|one| *one >= from);
            let (Some(begin), Some(end)) = (known().min(), known().max()) else { continue };
            let inner = u32::try_from(slot.planned().saturating_sub(1)).unwrap_or(u32::MAX).max(1);
            longest = longest.max(last.map_or(Duration::ZERO, |last| begin.since(last)));
            longest = longest.max(end.since(begin) / inner);
            count += slot.planned();
            first = first.or(Some(begin));
            last = Some(end);
        }
        let gaps = u32::try_from(count.checked_sub(1)?).ok().filter(|gaps| *gaps > 0)?;
        Some((last?.since(first?) / gaps, longest))
    }
}

/// All instants of arrivals that a slot knows.
pub(super) fn instants(slot: &Slot) -> impl Iterator<Item = Offset> + Clone {
    [slot.good_between, slot.bad_between].into_iter().flatten().flat_map(|(first, last)| [first, last])
}

/// The first arrival in these slots that is planned after this instant, as far as is known: the true one is not later.
pub(super) fn first_planned_after(slots: &[(u64, Slot)], at: Offset) -> Option<Offset> {
    slots.iter().find_map(|(_, slot)| instants(slot).filter(|one| *one > at).min())
}

/// How many of `count` arrivals spread between these instants lie from `from` on and before `to`.
fn inside(count: u64, between: Between, from: Offset, to: Offset) -> u64 {
    let Some((first, last)) = between else { return 0 };
    match (first >= from, last < to) {
        (true, true) => count,
        _ if last < from || first >= to => 0,
        (begins, ends) => {
            let whole = last.since(first).as_secs_f64();
            let part = last.min(to).since(first.max(from)).as_secs_f64();
            let share = (count as f64 * part / whole).round() as u64;
            // The one at its rim that is inside is there for certain, and so is the one that is not.
            share.clamp(u64::from(begins || ends), count.saturating_sub(1).max(1))
        }
    }
}

/// The start of a slot.
pub(super) fn start(number: u64) -> Offset {
    Offset::from_micros(number.saturating_mul(SLOT.as_micros() as u64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{Good, Slots};

    fn ms(millis: u64) -> Offset {
        Offset::from_micros(millis * 1_000)
    }

    /// An arrival every 20 ms from 0 to 2 s; those from 500 ms on and before 900 ms are bad.
    fn slots() -> Vec<(u64, Slot)> {
        let mut slots = Slots::default();
        for at in (0..2_000).step_by(20) {
            slots.count(ms(at), if (500..900).contains(&at) { Good::No } else { Good::Yes });
        }
        slots.iter().map(|(number, slot)| (number, *slot)).collect()
    }

    #[test]
    fn shares_are_exact_at_the_rims_of_slots_and_near_within() {
        let slots = slots();
        let series = Series::of(&slots);
        for (from, to, good, bad) in [
            (0, 2_000, 80, 20),
            (500, 900, 0, 20),
            (450, 1_000, 7, 20),
            (890, 910, 1, 0),
            (3_000, 4_000, 0, 0),
        ] {
            let share = series.share(ms(from), ms(to));
            assert_eq!((share.good, share.bad), (good, bad), "{from} to {to}");
        }
        assert!(!series.share(ms(3_000), ms(4_000)).reaches(0.5), "nothing is not good");
    }

    #[test]
    fn neighbours_are_found_as_far_as_slots_know_them() {
        let slots = slots();
        let series = Series::of(&slots);
        assert_eq!(first_planned_after(series.from(ms(480)), ms(480)), Some(ms(500)));
        assert_eq!(series.last_planned_by(ms(499)), Some(ms(480)));
        assert_eq!(series.last_planned_by(ms(450)), Some(ms(400)), "what lies within a slot is not known");
        assert_eq!(series.first_from(ms(10), |slot| slot.bad_between), Some(ms(500)));
        assert_eq!(first_planned_after(series.from(ms(1_980)), ms(1_980)), None);
        assert_eq!(series.last_planned(), Some(ms(1_980)));
        assert_eq!(
            series.spacing(ms(0), ms(1_000)),
            Some((Duration::from_millis(20), Duration::from_millis(20)))
        );
    }
}
