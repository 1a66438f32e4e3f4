//! Stretches in which too few arrivals were good, with rims that are exact to one request.

use super::series::{Series, instants};
use crate::clock::Offset;
use crate::stats::Slot;

/// Slots one after the other in which too few arrivals were good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stretch {
    /// The last good arrival before it.
    pub(super) before: Option<Offset>,
    /// The planned instants of its first and its last bad arrival.
    pub(super) first_bad: Offset,
    pub(super) last_bad: Offset,
    /// The first good arrival after it: what is likely, and what is certain. The two differ where good and bad ones
    /// are mixed in its last slot.
    pub(super) after: Option<(Offset, Offset)>,
}

/// All stretches, in order of time. Slots without arrivals tell nothing.
pub(super) fn stretches(series: Series<'_>, target: f64) -> Vec<Stretch> {
    let slots = series.from(Offset::ZERO).iter().map(|(_, slot)| slot);
    let slots: Vec<&Slot> = slots.filter(|slot| slot.planned() > 0).collect();
    let is_bad = |slot: &&Slot| (slot.good as f64) < target * slot.planned() as f64;
    let mut found = Vec::new();
    let mut place = 0;
    while let Some(begin) = slots[place..].iter().position(is_bad).map(|later| place + later) {
        let length = slots[begin..].iter().position(|slot| !is_bad(slot));
        place = length.map_or(slots.len(), |length| begin + length);
        found.extend(stretch(&slots, begin, place));
    }
    found
}

/// The stretch of the slots from `begin` on and before `end`.
fn stretch(slots: &[&Slot], begin: usize, end: usize) -> Option<Stretch> {
    let (_, last) = slots[..end].iter().rev().find_map(|slot| slot.bad_between)?;
    let (first, _) = slots[begin].bad_between?;
    // A slot that is good as a whole may end or begin with a few bad ones that belong to its neighbour.
    let trailing = begin.checked_sub(1).and_then(|place| trailing(slots[place]));
    let leading = slots.get(end).and_then(|slot| leading(slot));
    let (first_bad, last_bad) = (trailing.unwrap_or(first), leading.unwrap_or(last));
    let good = |slot: &Slot| slot.good_between.into_iter().flat_map(|(first, last)| [last, first]);
    let before = slots[..=begin].iter().rev().find_map(|slot| good(slot).find(|good| *good < first_bad));
    Some(Stretch { before, first_bad, last_bad, after: after(&slots[end - 1..], last_bad) })
}

fn trailing(slot: &Slot) -> Option<Offset> {
    let (first, _) = slot.bad_between?;
    slot.good_between.is_none_or(|(_, good)| good < first).then_some(first)
}

fn leading(slot: &Slot) -> Option<Offset> {
    let (_, last) = slot.bad_between?;
    slot.good_between.is_none_or(|(good, _)| good > last).then_some(last)
}

/// The first good arrival after the last bad one, in the slot of that one or later.
fn after(slots: &[&Slot], last_bad: Offset) -> Option<(Offset, Offset)> {
    let (first, last) =
        slots.iter().filter_map(|slot| slot.good_between).find(|(_, last)| *last > last_bad)?;
    if first > last_bad {
        return Some((first, first));
    }
    // Mixed: it is no later than the last one, and most likely the next one.
    let all = slots[0].planned().saturating_sub(1).max(1);
    let known = || instants(slots[0]);
    let (begin, end) = (known().min().unwrap_or(first), known().max().unwrap_or(last));
    let next = last_bad + end.since(begin) / u32::try_from(all).unwrap_or(u32::MAX);
    Some((next.min(last), last))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{Good, Slots};
    use std::ops::Range;

    fn ms(millis: u64) -> Offset {
        Offset::from_micros(millis * 1_000)
    }

    /// Arrivals every so many milliseconds for five seconds.
    fn series(every: usize, bad: impl Fn(u64) -> bool) -> Vec<(u64, Slot)> {
        let mut slots = Slots::default();
        for at in (0..5_000).step_by(every) {
            slots.count(ms(at), if bad(at) { Good::No } else { Good::Yes });
        }
        slots.iter().map(|(number, slot)| (number, *slot)).collect()
    }

    fn found(every: usize, bad: &[Range<u64>]) -> Vec<[u64; 4]> {
        let series = series(every, |at| bad.iter().any(|range| range.contains(&at)));
        let millis = |at: Option<Offset>| at.map_or(0, |at| at.micros() / 1_000);
        let known = |one: Stretch| {
            [one.before, Some(one.first_bad), Some(one.last_bad), one.after.map(|(_, at)| at)].map(millis)
        };
        stretches(Series::of(&series), 0.99).into_iter().map(known).collect()
    }

    #[test]
    #[expect(clippy::single_range_in_vec_init, reason = "one outage is a list of one range")]
    fn the_rims_of_an_outage_are_exact_to_one_request() {
        for (every, bad, expected) in [
            (5, &[1_003..2_011][..], &[[1_000, 1_005, 2_010, 2_015]][..]),
            (5, &[1_000..1_100], &[[995, 1_000, 1_095, 1_100]]),
            (200, &[1_000..3_000], &[[800, 1_000, 2_800, 3_000]]),
            (1_000, &[1_000..3_000], &[[0, 1_000, 2_000, 3_000]]),
            (5, &[0..1_000, 4_000..5_000], &[[0, 0, 995, 1_000], [3_995, 4_000, 4_995, 0]]),
            (20, &[], &[]),
        ] {
            assert_eq!(found(every, bad), expected, "every {every} ms, bad in {bad:?}");
        }
    }

    #[test]
    fn a_few_bad_ones_at_the_rim_of_a_good_slot_belong_to_the_stretch() {
        // One bad one of a hundred and more in a slot does not make it bad.
        let series = series(1, |at| (1_099..2_001).contains(&at));
        let [one] = stretches(Series::of(&series), 0.99)[..] else { panic!() };
        assert_eq!((one.first_bad, one.last_bad), (ms(1_099), ms(2_000)));
    }

    #[test]
    fn in_a_partial_outage_the_last_good_one_of_the_slot_is_certain() {
        let series = series(5, |at| (1_000..2_050).contains(&at) && at % 15 == 0);
        let [one] = stretches(Series::of(&series), 0.99)[..] else { panic!() };
        assert_eq!((one.first_bad, one.last_bad), (ms(1_005), ms(2_040)));
        let (likely, certain) = one.after.unwrap();
        assert!(likely > ms(2_040) && likely <= ms(2_046), "{likely}");
        assert_eq!(certain, ms(2_095));
    }
}
