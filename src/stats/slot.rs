//! Good and bad in tenths of a second: what recovery is measured from.

use crate::clock::Offset;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// The length of a slot.
pub const SLOT: Duration = Duration::from_millis(100);

/// Slots that a second's requests hardly ever go beyond: their own ten, and those in which late answers come.
const USUAL: usize = 12;

/// One tenth of a second: how many of the requests planned in it went well and badly, the earliest and latest planned
/// instant of each, and the first and last instant at which good answers came, whenever they were asked for. So a gap
/// or a change is exact to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Slot {
    /// Requests that went well, in time.
    pub good: u64,
    /// Requests that failed, that were answered too late to count as good, or that were never sent.
    pub bad: u64,
    /// Planned instant of the first and the last good one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub good_between: Option<(Offset, Offset)>,
    /// Planned instant of the first and the last bad one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bad_between: Option<(Offset, Offset)>,
    /// The first and the last instant at which an answer came that was as expected, however late. None in histories of
    /// versions that did not keep it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub answered: Option<(Offset, Offset)>,
}

impl Slot {
    /// The number of the slot that this instant lies in.
    pub fn number(at: Offset) -> u64 {
        at.micros() / SLOT.as_micros() as u64
    }

    /// Requests that were planned in it.
    pub fn planned(&self) -> u64 {
        self.good + self.bad
    }

    /// Adds what another part of the run knows of the same slot.
    pub fn merge(&mut self, other: &Slot) {
        self.good += other.good;
        self.bad += other.bad;
        self.good_between = union(self.good_between, other.good_between);
        self.bad_between = union(self.bad_between, other.bad_between);
        self.answered = union(self.answered, other.answered);
    }
}

fn union(a: Option<(Offset, Offset)>, b: Option<(Offset, Offset)>) -> Option<(Offset, Offset)> {
    match (a, b) {
        (Some((a0, a1)), Some((b0, b1))) => Some((a0.min(b0), a1.max(b1))),
        (one, other) => one.or(other),
    }
}

fn widen(between: &mut Option<(Offset, Offset)>, at: Offset) {
    *between = Some(between.map_or((at, at), |(first, last)| (first.min(at), last.max(at))));
}

/// Slots by their number from the start of the run, in order; only those with requests or answers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Slots(Vec<(u64, Slot)>);

impl Slots {
    /// Counts one request that was planned at `planned`.
    pub fn count(&mut self, planned: Offset, good: Good) {
        let slot = self.slot(Slot::number(planned));
        match good {
            Good::Yes => {
                slot.good += 1;
                widen(&mut slot.good_between, planned);
            }
            Good::No => {
                slot.bad += 1;
                widen(&mut slot.bad_between, planned);
            }
        }
    }

    /// Notes that an answer came that was as expected, in time or not.
    pub fn answered(&mut self, at: Offset) {
        widen(&mut self.slot(Slot::number(at)).answered, at);
    }

    /// Adds the slots of another part of the run.
    pub fn merge(&mut self, other: &Slots) {
        for (number, slot) in &other.0 {
            self.slot(*number).merge(slot);
        }
    }

    /// The slots in order of time, each with its number.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &Slot)> {
        self.0.iter().map(|(number, slot)| (*number, slot))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Forgets everything, keeps the memory.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The slot of this number. Requests come nearly in order, so it is among the last; hardly ever does a new one lie
    /// before another.
    fn slot(&mut self, number: u64) -> &mut Slot {
        let after = self.0.iter().rposition(|(held, _)| *held <= number);
        let place = match after {
            Some(place) if self.0[place].0 == number => place,
            _ => {
                if self.0.capacity() == 0 {
                    self.0.reserve_exact(USUAL);
                }
                let place = after.map_or(0, |place| place + 1);
                self.0.insert(place, (number, Slot::default()));
                place
            }
        };
        &mut self.0[place].1
    }
}

impl FromIterator<(u64, Slot)> for Slots {
    /// Slots by their number; those of the same number are added up.
    fn from_iter<T: IntoIterator<Item = (u64, Slot)>>(all: T) -> Slots {
        let mut slots = Slots::default();
        all.into_iter().for_each(|(number, slot)| slots.slot(number).merge(&slot));
        slots
    }
}

impl Serialize for Slots {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Slots {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(InOrder)
    }
}

/// Takes the slots one after the other, as they were written.
struct InOrder;

impl<'de> Visitor<'de> for InOrder {
    type Value = Slots;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("slots by their number")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Slots, A::Error> {
        let mut slots = Vec::with_capacity(USUAL);
        while let Some(entry) = map.next_entry::<u64, Slot>()? {
            slots.push(entry);
        }
        if slots.is_sorted_by(|(one, _), (next, _)| one < next) {
            return Ok(Slots(slots));
        }
        // Somebody else's order: as any map is read, the last of a number counts.
        Ok(Slots(slots.into_iter().collect::<BTreeMap<_, _>>().into_iter().collect()))
    }
}

/// Whether a request went well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Good {
    /// It did, in time.
    Yes,
    /// It failed, it was answered too late, or it was never sent.
    No,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_slot_knows_its_first_and_last_of_each_kind() {
        let at = Offset::from_micros;
        let mut slots = Slots::default();
        for (micros, good) in
            [(250_000, Good::Yes), (210_000, Good::Yes), (299_999, Good::No), (300_000, Good::Yes)]
        {
            slots.count(at(micros), good);
        }
        for micros in [212_000, 901_000, 260_000] {
            slots.answered(at(micros));
        }
        let mut twice = slots.clone();
        twice.merge(&slots);
        let (number, slot) = twice.iter().next().unwrap();
        assert_eq!(number, 2);
        assert_eq!((slot.good, slot.bad), (4, 2));
        assert_eq!(slot.good_between, Some((at(210_000), at(250_000))));
        assert_eq!(slot.bad_between, Some((at(299_999), at(299_999))));
        assert_eq!(slot.answered, Some((at(212_000), at(260_000))));
        assert_eq!(twice.iter().map(|(number, _)| number).collect::<Vec<_>>(), [2, 3, 9]);
    }

    #[test]
    fn slots_of_a_history_without_answers_can_be_read() {
        let old = r#"{"12":{"good":3,"bad":0,"good_between":[1200000,1290000]}}"#;
        let slots: Slots = serde_json::from_str(old).unwrap();
        assert_eq!(slots.iter().next().unwrap().1.answered, None);
        assert_eq!(serde_json::to_string(&slots).unwrap(), old);
    }

    #[test]
    fn slots_are_read_in_whatever_order_they_were_written() {
        let slot = |number: u64, good: u64| format!(r#""{number}":{{"good":{good},"bad":0}}"#);
        for (written, read) in [
            (vec![(3, 1), (7, 2)], vec![(3, 1), (7, 2)]),
            (vec![(7, 2), (3, 1)], vec![(3, 1), (7, 2)]),
            (vec![(3, 1), (7, 2), (3, 5)], vec![(3, 5), (7, 2)]),
            (vec![], vec![]),
        ] {
            let text: Vec<String> = written.iter().map(|(number, good)| slot(*number, *good)).collect();
            let slots: Slots = serde_json::from_str(&format!("{{{}}}", text.join(","))).unwrap();
            assert_eq!(slots.iter().map(|(number, slot)| (number, slot.good)).collect::<Vec<_>>(), read);
        }
        let error = serde_json::from_str::<Slots>("[]").unwrap_err().to_string();
        assert!(error.starts_with("invalid type: sequence, expected slots by their number"), "{error}");
    }

    proptest! {
        #[test]
        fn slots_are_in_order_however_requests_come(micros in prop::collection::vec(0_u64..3_000_000, 0..60)) {
            let mut slots = Slots::default();
            for at in &micros {
                slots.count(Offset::from_micros(*at), Good::Yes);
                slots.answered(Offset::from_micros(at + 150_000));
            }
            let numbers: Vec<u64> = slots.iter().map(|(number, _)| number).collect();
            prop_assert!(numbers.is_sorted_by(|a, b| a < b));
            prop_assert_eq!(slots.iter().map(|(_, slot)| slot.planned()).sum::<u64>(), micros.len() as u64);
            let read: Slots = serde_json::from_str(&serde_json::to_string(&slots).unwrap()).unwrap();
            prop_assert_eq!(read, slots);
        }
    }
}
