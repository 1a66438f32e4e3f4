//! Which faults an outage belongs to where several overlap, and what cannot be told apart.

use super::span::Span;
use crate::clock::Offset;
use std::collections::BTreeSet;

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

/// How `me` stands to all others.
pub(super) fn relation(me: &Placed, others: &[Placed]) -> Relation {
    let mut relation = Relation::default();
    for other in others.iter().filter(|other| (other.fault, other.injection) != (me.fault, me.injection)) {
        let earlier = (other.call, other.fault, other.injection) < (me.call, me.fault, me.injection);
        let first = other.unwell.first().map(|(from, _)| *from).filter(|from| earlier && *from < me.call);
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
