//! How many users there are over time, and which of them are there when.

use super::legs::Leg;
use crate::clock::Offset;
use std::sync::Arc;

/// The users of a closed model, numbered from 0. There are always the first ones: of 30 users those from 0 to 29. A
/// ramp lets them come, or go, one after the other at equal distances.
#[derive(Debug, Clone, PartialEq)]
pub struct Crowd {
    parts: Arc<[Part]>,
}

/// One stage: the number of users goes evenly from `from` to `to`.
#[derive(Debug, Clone, PartialEq)]
struct Part {
    from: u32,
    to: u32,
    start: Offset,
    end: Offset,
}

/// Whether a user is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It is.
    Here {
        /// When it goes.
        until: Offset,
    },
    /// It is not.
    Away {
        /// When it comes; none when it never comes again.
        until: Option<Offset>,
    },
}

impl Crowd {
    /// Lays the stages out one after the other.
    pub(super) fn new(legs: &[Leg<u32>]) -> Crowd {
        let mut start = Offset::ZERO;
        let part = |leg: &Leg<u32>| {
            let end = start + leg.length.get();
            let part = Part { from: leg.from, to: leg.to, start, end };
            start = end;
            part
        };
        Crowd { parts: legs.iter().map(part).collect() }
    }

    /// The most users at once.
    pub fn most(&self) -> u32 {
        self.parts.iter().map(|part| part.from.max(part.to)).max().unwrap_or(0)
    }

    /// With how many users each stage begins and ends.
    pub fn stages(&self) -> impl Iterator<Item = (u32, u32)> {
        self.parts.iter().map(|part| (part.from, part.to))
    }

    /// When the last stage ends.
    pub fn end(&self) -> Offset {
        self.parts.last().map_or(Offset::ZERO, |last| last.end)
    }

    /// The place of the stage in which `at` lies; the last one after the end.
    pub fn stage_at(&self, at: Offset) -> usize {
        let place = self.parts.partition_point(|part| part.end <= at);
        place.min(self.parts.len().saturating_sub(1))
    }

    /// Whether a user is there at an instant, and until when that stays so.
    pub fn presence(&self, user: u32, at: Offset) -> Presence {
        let mut here = None;
        for part in self.parts.iter().filter(|part| part.end > at) {
            match (here, part.stay(user)) {
                (Some(until), Some((from, to))) if from == until => here = Some(to),
                (Some(until), _) => return Presence::Here { until },
                (None, Some((from, _))) if at < from => return Presence::Away { until: Some(from) },
                (None, Some((_, to))) if at < to => here = Some(to),
                (None, _) => {}
            }
        }
        here.map_or(Presence::Away { until: None }, |until| Presence::Here { until })
    }
}

impl Part {
    /// From when until when a user is there within this stage.
    fn stay(&self, user: u32) -> Option<(Offset, Offset)> {
        let Part { from, to, start, end } = *self;
        // At which share of the stage the number of users passes this one's.
        let passes = |steps: u32| {
            let length = u128::from(end.micros() - start.micros());
            let micros = (length * u128::from(steps)).div_ceil(u128::from(from.abs_diff(to)));
            Offset::from_micros(start.micros() + micros as u64)
        };
        let (begin, over) = match (user < from, user < to) {
            (true, true) => (start, end),
            (false, true) => (passes(user - from), end),
            (true, false) => (start, passes(from - user)),
            (false, false) => return None,
        };
        (begin < over).then_some((begin, over))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Span;
    use proptest::prelude::*;
    use std::time::Duration;

    fn crowd(legs: &[(u32, u32, u64)]) -> Crowd {
        let leg = |&(from, to, seconds): &(u32, u32, u64)| Leg {
            name: String::new(),
            from,
            to,
            length: Span::new(Duration::from_secs(seconds)),
            warmup: false,
        };
        Crowd::new(&legs.iter().map(leg).collect::<Vec<_>>())
    }

    fn at(millis: u64) -> Offset {
        Offset::from_micros(millis * 1_000)
    }

    #[test]
    fn users_come_and_go_one_after_the_other() {
        use Presence::{Away, Here};
        // 0 to 4 in 4 s, 4 for 10 s, 4 to 2 in 2 s, 2 for 3 s, 2 to 3 in 1 s.
        let crowd = crowd(&[(0, 4, 4), (4, 4, 10), (4, 2, 2), (2, 2, 3), (2, 3, 1)]);
        for (user, millis, presence) in [
            (0, 0, Here { until: at(20_000) }),
            (1, 0, Away { until: Some(at(1_000)) }),
            (1, 1_000, Here { until: at(20_000) }),
            (3, 2_999, Away { until: Some(at(3_000)) }),
            (3, 5_000, Here { until: at(15_000) }),
            (2, 15_999, Here { until: at(16_000) }),
            (2, 16_000, Away { until: Some(at(19_000)) }),
            (2, 19_000, Here { until: at(20_000) }),
            (3, 16_000, Away { until: None }),
            (0, 20_000, Away { until: None }),
            (9, 0, Away { until: None }),
        ] {
            assert_eq!(crowd.presence(user, at(millis)), presence, "user {user} at {millis} ms");
        }
        assert_eq!((crowd.most(), crowd.end()), (4, at(20_000)));
        assert_eq!([0, 3_999, 4_000, 99_000].map(|millis| crowd.stage_at(at(millis))), [0, 0, 1, 4]);
    }

    proptest! {
        #[test]
        fn as_many_are_there_as_the_plan_says(
            legs in prop::collection::vec((0..40_u32, 0..40_u32, 1..5_u64), 1..5),
            millis in 0..20_000_u64,
        ) {
            let mut legs = legs;
            (1..legs.len()).for_each(|place| legs[place].0 = legs[place - 1].1);
            let (crowd, now) = (crowd(&legs), at(millis));
            let here = |user: &u32| matches!(crowd.presence(*user, now), Presence::Here { .. });
            let there = (0..40).filter(here).count() as f64;
            let planned = crowd.parts.iter().find(|part| part.start <= now && now < part.end).map_or(0.0, |part| {
                let passed = now.since(part.start).as_secs_f64() / part.end.since(part.start).as_secs_f64();
                f64::from(part.from) + (f64::from(part.to) - f64::from(part.from)) * passed
            });
            prop_assert!((there - planned).abs() <= 1.0, "{there} of {planned} users");
        }

        #[test]
        fn a_user_stays_what_it_is_until_it_says(
            legs in prop::collection::vec((0..9_u32, 0..9_u32, 1..5_u64), 1..5),
            user in 0..9_u32,
        ) {
            let mut legs = legs;
            (1..legs.len()).for_each(|place| legs[place].0 = legs[place - 1].1);
            let crowd = crowd(&legs);
            let (mut now, mut turns) = (Offset::ZERO, 0);
            while now < crowd.end() {
                let next = match crowd.presence(user, now) {
                    Presence::Here { until } | Presence::Away { until: Some(until) } => until,
                    Presence::Away { until: None } => break,
                };
                prop_assert!(next > now, "time goes on");
                let kind = std::mem::discriminant(&crowd.presence(user, now));
                let last = Offset::from_micros(next.micros() - 1);
                prop_assert_eq!(std::mem::discriminant(&crowd.presence(user, last)), kind);
                (now, turns) = (next, turns + 1);
            }
            prop_assert!(turns <= 10);
        }
    }
}
