//! Which faults an outage belongs to where several overlap, and what cannot be told apart.

use super::span::Span;
use crate::clock::Offset;
use std::collections::BTreeSet;
use std::time::Duration;

/// No end is known.
const NEVER: Offset = Offset::from_micros(u64::MAX);

/// One injection on the run's clock, with what belongs to it when it is looked at alone.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub(super) fault: usize,
    pub(super) injection: u32,
    pub(super) call: Offset,
    /// Until when outages belong to it that begin.
    pub(super) until: Offset,
    /// From where to where it was not good for good.
    unwell: Vec<(Offset, Offset)>,
    /// When its outages begin.
    begins: Vec<Offset>,
}

impl Placed {
    pub(super) fn new(fault: usize, injection: u32, call: Offset, span: &Span) -> Placed {
        Placed {
            fault,
            injection,
            call,
            until: span.until.unwrap_or(NEVER),
            unwell: span.unwell.iter().map(|(from, to)| (*from, to.unwrap_or(NEVER))).collect(),
            begins: span.outages.iter().map(|outage| outage.begins.at).collect(),
        }
    }

    fn is_bad_at(&self, at: Offset) -> bool {
        self.unwell.iter().any(|(from, to)| *from < at && at < *to)
    }
}

/// What other injections mean for one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Relation {
    /// The faults that it cannot be told apart from.
    pub(super) shared: BTreeSet<usize>,
    /// The first injection of another fault before it had recovered.
    pub(super) cut: Option<Offset>,
    /// It came before another fault had recovered.
    pub(super) carried: bool,
    /// It came before an earlier injection of its own fault had recovered, and only prolongs that one.
    pub(super) prolongs: bool,
    /// Since when what was bad before it was the doing of others, as far as that goes back.
    pub(super) blamed_from: Option<Offset>,
}

/// How `me` stands to all others. What was bad up to `stable_for` before it may still be theirs.
pub(super) fn relation(me: &Placed, others: &[Placed], stable_for: Duration) -> Relation {
    let mut relation = Relation::default();
    for other in others.iter().filter(|other| (other.fault, other.injection) != (me.fault, me.injection)) {
        let earlier = (other.call, other.fault, other.injection) < (me.call, me.fault, me.injection);
        let just_before = |(_, to): &&(Offset, Offset)| earlier && *to + stable_for >= me.call;
        let first =
            other.unwell.iter().find(just_before).map(|(from, _)| *from).filter(|from| *from < me.call);
        relation.blamed_from = relation.blamed_from.into_iter().chain(first).min();
        if other.fault == me.fault {
            relation.prolongs |= earlier && other.is_bad_at(me.call);
            continue;
        }
        let both = me.begins.iter().any(|begins| (other.call..=other.until).contains(begins));
        let carried = earlier && other.is_bad_at(me.call);
        let cut = !earlier && me.is_bad_at(other.call);
        if both || carried || cut {
            relation.shared.insert(other.fault);
        }
        relation.carried |= carried;
        if cut {
            relation.cut = Some(relation.cut.map_or(other.call, |cut| cut.min(other.call)));
        }
    }
    relation
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Offset {
        Offset::from_micros(seconds * 1_000_000)
    }

    /// An injection of a fault at `call` to which outages belong until `until`; from when to when it was not good.
    fn placed(fault: usize, call: u64, until: u64, unwell: &[(u64, u64)]) -> Placed {
        Placed {
            fault,
            injection: u32::try_from(call).unwrap(),
            call: at(call),
            until: at(until),
            unwell: unwell.iter().map(|(from, to)| (at(*from), at(*to))).collect(),
            begins: unwell.iter().map(|(from, _)| at(*from)).collect(),
        }
    }

    fn of(me: &Placed, others: &[Placed]) -> (Vec<usize>, Option<u64>, bool, bool) {
        let relation = relation(me, others, Duration::from_secs(5));
        let cut = relation.cut.map(Offset::second);
        (relation.shared.into_iter().collect(), cut, relation.carried, relation.prolongs)
    }

    #[test]
    fn who_shares_what_is_said_in_words() {
        let first = placed(0, 10, 25, &[(11, 20)]);
        for (other, mine, theirs, words) in [
            (
                placed(1, 30, 40, &[(31, 32)]),
                (vec![], None, false, false),
                (vec![], None, false, false),
                "apart",
            ),
            (
                placed(1, 15, 25, &[(15, 20)]),
                (vec![1], Some(15), false, false),
                (vec![0], None, true, false),
                "into the other's outage",
            ),
            (
                placed(1, 9, 18, &[(11, 20)]),
                (vec![1], None, false, false),
                (vec![0], None, false, false),
                "both before the outage",
            ),
            (
                placed(0, 15, 25, &[(15, 20)]),
                (vec![], None, false, false),
                (vec![], None, false, true),
                "its own",
            ),
        ] {
            let all = [first.clone(), other.clone()];
            assert_eq!((of(&first, &all), of(&other, &all)), (mine, theirs), "{words}");
        }
    }

    #[test]
    fn others_are_to_blame_for_what_was_bad_just_before() {
        let me = placed(1, 30, 40, &[]);
        let blamed = |unwell: (u64, u64)| {
            relation(&me, &[placed(0, 10, 40, &[unwell])], Duration::from_secs(5))
                .blamed_from
                .map(Offset::second)
        };
        assert_eq!((blamed((11, 27)), blamed((11, 20))), (Some(11), None));
    }
}
