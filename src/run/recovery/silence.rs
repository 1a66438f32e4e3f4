//! Times between two good answers, by the instants at which they came.

use super::series::{Series, first_planned_after};
use crate::clock::Offset;
use crate::stats::Slot;
use std::time::Duration;

/// The time between two good answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Silence {
    /// When the last answer before it came.
    pub(super) last: Offset,
    /// The first arrival that is known to be planned in it; the true one may be up to a slot earlier, not later.
    pub(super) waiting: Offset,
    /// When the next answer came; none when none did.
    pub(super) next: Option<Offset>,
}

impl Silence {
    /// How long the first arrival that was planned in it waited for any answer; until `end` if none came.
    pub(super) fn waited(&self, end: Offset) -> Duration {
        self.next.unwrap_or(end).since(self.waiting)
    }
}

/// All silences between slots that touch the time from `from` on and before `to`, in order of time, and the longest
/// time between two answers in one slot: how long a silence may have been that was too short to be seen.
pub(super) fn silences(series: Series<'_>, from: Offset, to: Offset) -> (Vec<Silence>, Duration) {
    let before = series.up_to(from).iter().rev().filter_map(|(_, slot)| slot.answered);
    let mut last = before.map(|(first, last)| if last <= from { last } else { first }).find(|at| *at <= from);
    let (mut found, mut unseen) = (Vec::new(), Duration::ZERO);
    // The slots from the one on that the last answer lies in.
    let mut since = last.map_or(&[][..], |last| series.from(last));
    let silence = |last: Offset, since: &[(u64, Slot)], next: Option<Offset>| {
        let waiting = first_planned_after(since, last)?;
        next.is_none_or(|next| waiting < next).then_some(Silence { last, waiting, next })
    };
    let slots = series.from(from);
    for (place, (_, slot)) in slots.iter().enumerate() {
        let Some((first, newest)) = slot.answered else { continue };
        if last.is_some_and(|last| last >= to) {
            return (found, unseen);
        }
        if newest < from {
            continue;
        }
        found.extend(last.filter(|last| *last < first).and_then(|last| silence(last, since, Some(first))));
        if first < to {
            unseen = unseen.max(newest.since(first));
        }
        (last, since) = (Some(newest), &slots[place..]);
    }
    // Without any answer since the beginning there is nothing to count from.
    found.extend(last.filter(|last| *last < to).and_then(|last| silence(last, since, None)));
    (found, unseen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{Good, Slots};

    fn ms(millis: u64) -> Offset {
        Offset::from_micros(millis * 1_000)
    }

    /// An arrival every 20 ms, answered after 3 ms, or when the silence is over.
    fn slots(silence: std::ops::Range<u64>, end: u64) -> Vec<(u64, Slot)> {
        let mut slots = Slots::default();
        for at in (0..end).step_by(20) {
            slots.count(ms(at), Good::Yes);
            let done = if silence.contains(&(at + 3)) { silence.end } else { at + 3 };
            if done < u64::MAX {
                slots.answered(ms(done));
            }
        }
        slots.iter().map(|(number, slot)| (number, *slot)).collect()
    }

    #[test]
    fn a_silence_goes_from_the_last_answer_to_the_next() {
        let (found, unseen) = silences(Series::of(&slots(1_010..2_510, 5_000)), ms(500), ms(4_000));
        // Of a slot in which all is good, what was planned between its first and last one is not known.
        let longest = found.iter().max_by_key(|one| one.waited(ms(5_000))).unwrap();
        assert_eq!((longest.last, longest.waiting, longest.next), (ms(1_003), ms(1_080), Some(ms(2_510))));
        assert!(found.iter().filter(|one| one.waited(ms(5_000)) > Duration::from_millis(20)).count() == 1);
        assert!(unseen < Duration::from_millis(100) && unseen >= Duration::from_millis(80));
    }

    #[test]
    fn a_silence_that_goes_on_has_no_end() {
        let (found, _) = silences(Series::of(&slots(1_010..u64::MAX, 5_000)), ms(500), ms(4_000));
        let last = found.last().unwrap();
        assert_eq!((last.last, last.waiting, last.next), (ms(1_003), ms(1_080), None));
    }

    #[test]
    fn a_pause_without_arrivals_is_no_silence_until_one_comes() {
        let mut slots = Slots::default();
        for at in [0, 100, 5_000] {
            slots.count(ms(at), Good::Yes);
            slots.answered(ms(at + 1));
        }
        let slots: Vec<_> = slots.iter().map(|(number, slot)| (number, *slot)).collect();
        let (found, _) = silences(Series::of(&slots), ms(50), ms(6_000));
        let waited: Vec<u128> = found.iter().map(|one| one.waited(ms(6_000)).as_millis()).collect();
        assert_eq!(waited, [1, 1]);
    }
}
