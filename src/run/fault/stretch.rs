//! Which whole seconds of the run lie before, in and after a fault.

use super::injection::Takes;
use super::track::{Faults, Track};
use super::{FaultStatus, Injection};
use crate::clock::Offset;
use crate::event::FaultPhase;
use crate::gate::Around;
use crate::source;
use std::ops::Range;

/// Whole seconds, in order of time and apart from each other.
pub(in crate::run) type Seconds = Vec<Range<u64>>;

/// The seconds that an injection touches, also those that it touches only in part; without an end, all that come.
pub(super) fn seconds_of(one: &Injection, takes: Takes) -> Option<Range<u64>> {
    let from = one.injected()?.second();
    let to = one.ended(takes).map_or(u64::MAX, |end| whole_second(end).max(from + 1));
    Some(from..to)
}

/// The first second that begins at this moment or later.
fn whole_second(at: Offset) -> u64 {
    at.micros().div_ceil(1_000_000)
}

/// Sorts them and joins those that touch.
fn joined(mut seconds: Seconds) -> Seconds {
    seconds.sort_by_key(|range| range.start);
    let mut joined: Seconds = Vec::with_capacity(seconds.len());
    for range in seconds {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

/// All seconds before `end` that are in none of `holes`.
fn without(end: u64, holes: &Seconds) -> Seconds {
    let mut rest = Vec::new();
    let mut from = 0;
    for hole in holes {
        rest.push(from..hole.start.min(end));
        from = hole.end.min(end);
    }
    rest.push(from..end);
    rest.retain(|range| range.start < range.end);
    rest
}

impl Faults {
    /// The place of the fault of this name.
    pub(in crate::run) fn place(&self, name: &str) -> Result<usize, String> {
        self.tracks.iter().position(|track| track.plan.name == name).ok_or_else(|| {
            let known = self.tracks.iter().map(|track| track.plan.name.as_str());
            let near = source::nearest(name, known).map(|near| format!("; did you mean `{near}`?"));
            format!("the run has no fault `{name}`{}", near.unwrap_or_default())
        })
    }

    /// The seconds around a fault, by what is known so far. Seconds that it touches only in part are in `during` alone.
    pub(in crate::run) fn seconds(&self, fault: usize, part: Around) -> Seconds {
        let Some(track) = self.tracks.get(fault) else { return Vec::new() };
        match part {
            Around::Before => {
                let others = self.tracks.iter().enumerate().filter(|(place, _)| *place != fault);
                let holes = joined(others.flat_map(|(_, track)| track.disturbed()).collect());
                without(track.begins().unwrap_or(u64::MAX), &holes)
            }
            Around::During => joined(track.active().collect()),
            Around::After(length) => {
                let Some(from) = track.over() else { return Vec::new() };
                let length = length.map_or(u64::MAX, |span| {
                    span.get().as_secs().saturating_add(u64::from(span.get().subsec_nanos() > 0))
                });
                std::iter::once(from..from.saturating_add(length)).collect()
            }
        }
    }

    /// Why nothing can be judged by the seconds around this fault, where that is so.
    pub(in crate::run) fn doubt(&self, fault: usize, part: Around) -> Option<String> {
        let track = self.tracks.get(fault)?;
        let name = &track.plan.name;
        let injected = || track.injections.values().filter(|one| one.injected().is_some());
        if injected().next().is_none() {
            let bad = [FaultStatus::Protected, FaultStatus::Failed];
            let mut why = track.injections.values().filter(|one| bad.contains(&one.status()));
            return Some(match why.find_map(Injection::seen) {
                Some(why) => format!("fault `{name}` was not injected: {why}"),
                None => format!("fault `{name}` was never injected"),
            });
        }
        if let Some(one) = injected().find(|one| !one.is_proven()) {
            let why = one.text(FaultPhase::Unproven).unwrap_or("its effect was not seen");
            return Some(format!("fault `{name}` was not proven: {why}"));
        }
        (matches!(part, Around::After(_)) && track.over().is_none())
            .then(|| format!("fault `{name}` was never over: it was not undone"))
    }
}

impl Track {
    /// The seconds in which it was active, in no order.
    fn active(&self) -> impl Iterator<Item = Range<u64>> + '_ {
        let kept = self.injections.values().filter_map(|one| seconds_of(one, self.takes()));
        self.past.iter().cloned().chain(kept)
    }

    /// The seconds in which it was active or about to be.
    fn disturbed(&self) -> impl Iterator<Item = Range<u64>> + '_ {
        let kept = self.injections.values().filter_map(|one| {
            let active = seconds_of(one, self.takes())?;
            Some(about(one).map_or(active.start, |at| at.min(active.start))..active.end)
        });
        self.past.iter().cloned().chain(kept)
    }

    /// The second in which it was first about to be injected: the call may have done its work before it was answered.
    fn begins(&self) -> Option<u64> {
        let past = self.past.iter().map(|range| range.start).min();
        let injected = self.injections.values().filter(|one| one.injected().is_some());
        let kept = injected.filter_map(|one| {
            let known = [about(one), one.injected().map(Offset::second)];
            known.into_iter().flatten().min()
        });
        kept.chain(past).min()
    }

    /// The first whole second after the end of its last injection; none while one is active or none was.
    fn over(&self) -> Option<u64> {
        let kept = self.injections.values().filter(|one| one.injected().is_some());
        let ends: Option<Vec<Offset>> = kept.map(|one| one.ended(self.takes())).collect();
        ends?.into_iter().chain(self.past_end).max().map(whole_second)
    }
}

/// The second in which an injection was about to come about.
fn about(one: &Injection) -> Option<u64> {
    one.at(FaultPhase::Planned).map(Offset::second)
}
