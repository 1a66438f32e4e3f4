//! Which seconds of a load can be trusted, as far as is known while it goes on: a run is not ended for what its own
//! generator did.

use crate::clock::Offset;
use crate::event::GeneratorSecond;
use crate::gate::{Decision, Evidence, Gate, Requests, decide};
use crate::stats::Delta;
use crate::trust::{Limits, Second, Spoilt};
use crate::verdict::Verdict;
use std::collections::BTreeMap;
use std::time::Duration;

/// A second is open until this many newer ones have begun: late answers tell of late starts.
pub(super) const OPEN: u64 = 60;

/// What the generator has confessed so far.
#[derive(Debug)]
pub(super) struct Trusted {
    limits: Limits,
    open: BTreeMap<u64, Second>,
    closed_before: u64,
    spoilt: Spoilt,
}

impl Trusted {
    pub(super) fn new(limits: Limits) -> Trusted {
        Trusted { limits, open: BTreeMap::new(), closed_before: 0, spoilt: Spoilt::default() }
    }

    /// Takes in one endpoint's part of a second.
    pub(super) fn add(&mut self, delta: &Delta) {
        self.close(delta.second.saturating_sub(OPEN));
        if delta.second >= self.closed_before {
            self.open.entry(delta.second).or_default().add(delta, &self.limits);
        }
    }

    /// Takes in what the generator says of itself.
    pub(super) fn said(&mut self, said: &GeneratorSecond) {
        self.close(said.second.saturating_sub(OPEN));
        if said.second >= self.closed_before {
            self.open.entry(said.second).or_default().said(said);
        }
    }

    fn close(&mut self, before: u64) {
        if before <= self.closed_before {
            return;
        }
        self.closed_before = before;
        let still_open = self.open.split_off(&before);
        for (second, known) in std::mem::replace(&mut self.open, still_open) {
            if self.limits.spoil(&known) {
                self.spoilt.add(second);
            }
        }
    }

    /// Whether what was measured in this second can be trusted. With a spoilt second goes the one before it: what was under
    /// way when the generator got into trouble was measured in that.
    pub(super) fn has(&self, second: u64) -> bool {
        let spoils = |second| self.open.get(&second).is_some_and(|known| self.limits.spoil(known));
        !self.spoilt.contains(second) && !spoils(second) && !spoils(second.saturating_add(1))
    }

    /// For how long the generator may have kept requests waiting, at most, from the beginning of one second to the end of
    /// another.
    pub(super) fn held(&self, from: u64, to: u64) -> Duration {
        let whole = Duration::from_secs(1);
        let of = |second: u64| match self.open.get(&second) {
            Some(known) => self.limits.held(known),
            None if second < self.closed_before && !self.spoilt.contains(second) => Duration::ZERO,
            None => whole,
        };
        (from..=to).map(of).sum()
    }

    /// How much of the time between two moments can be trusted.
    pub(super) fn between(&self, from: Offset, to: Offset) -> Duration {
        let at = |second: u64| Offset::from_micros(second.saturating_mul(1_000_000));
        let part = |second: u64| at(second + 1).min(to).since(at(second).max(from));
        (from.second()..to.micros().div_ceil(1_000_000)).filter(|second| self.has(*second)).map(part).sum()
    }
}

/// Why a gate fails, where it fails by all requests and by those of the seconds that can be trusted as well. What a gate
/// asks about the generator itself stands as it is.
pub(super) fn failure(gate: &Gate, whole: Requests<'_>, trusted: Requests<'_>) -> Option<String> {
    let found = failure_of(gate, whole)?;
    let stands = !gate.metric.tells_of_target() || failure_of(gate, trusted).is_some();
    stands.then_some(found.reason)
}

/// How a gate was decided that fails by these requests.
pub(super) fn failure_of(gate: &Gate, requests: Requests<'_>) -> Option<Decision> {
    Some(decide(gate, &Evidence::Requests(requests))).filter(|decision| decision.verdict == Verdict::Fail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::RunQueue;

    fn starved(second: u64) -> GeneratorSecond {
        let queue = Some(RunQueue { waited_us: 900_000, ran_us: 1, turns: 3 });
        GeneratorSecond { second, queue, ..GeneratorSecond::default() }
    }

    #[test]
    fn a_spoilt_second_takes_the_one_before_it_along_however_old_it_is() {
        let mut trusted = Trusted::new(Limits::new([], Some(2.0)));
        for second in 0..200 {
            let fine = GeneratorSecond { second, ..GeneratorSecond::default() };
            trusted.said(&if [5, 6, 150].contains(&second) { starved(second) } else { fine });
        }
        let not: Vec<u64> = (0..210).filter(|second| !trusted.has(*second)).collect();
        assert_eq!(not, [4, 5, 6, 149, 150]);
        let at = |secs: f64| Offset::from_secs_f64(secs);
        assert_eq!(trusted.between(at(3.5), at(8.25)), Duration::from_millis(1_750));
        assert_eq!(trusted.between(at(4.0), at(7.0)), Duration::ZERO);
        assert!(trusted.open.len() <= 61);
    }
}
