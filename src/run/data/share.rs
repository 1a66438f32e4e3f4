//! Which lost write belongs to which fault.
//!
//! A lost write belongs to the first injection whose end is at or after its acknowledgement. It counts just as well at
//! every injection that overlaps that one: they cannot be told apart.

use super::span::Span;
use crate::clock::Offset;
use std::collections::BTreeSet;

/// The lost writes of a run, shared out.
#[derive(Debug)]
pub(super) struct Shares {
    /// Of each injection, in the order of the spans.
    pub(super) losses: Vec<Loss>,
    /// Of each fault, in the order of the plan.
    pub(super) tolls: Vec<Toll>,
    /// Those that no injection could reach.
    pub(super) unclaimed: u64,
    /// Those that were acknowledged after the effect of an injection that they belong to was seen.
    pub(super) split_brain: u64,
}

/// The lost writes that belong to one injection.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Loss {
    /// The earliest acknowledgement among them; none when there are none.
    pub(super) first: Option<Offset>,
    /// The newest acknowledgement among them that came before the effect was seen.
    pub(super) last: Option<Offset>,
    /// The newest acknowledgement before the first of a write that is there.
    pub(super) kept: Option<Offset>,
}

/// What a fault cost over all its injections, each write counted once.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Toll {
    /// Lost writes.
    pub(super) lost: u64,
    /// Those of them that were acknowledged after its effect was seen.
    pub(super) split_brain: u64,
}

impl Shares {
    /// Nothing is lost so far.
    pub(super) fn new(spans: &[Span], faults: usize) -> Shares {
        Shares {
            losses: vec![Loss::default(); spans.len()],
            tolls: vec![Toll::default(); faults],
            unclaimed: 0,
            split_brain: 0,
        }
    }

    /// Takes in a lost write.
    pub(super) fn add(&mut self, acknowledged: Offset, spans: &[Span]) {
        let Some(owner) = spans.iter().find(|span| span.reaches(acknowledged)) else {
            self.unclaimed += 1;
            return;
        };
        let (mut hit, mut late) = (BTreeSet::new(), BTreeSet::new());
        for (span, loss) in spans.iter().zip(&mut self.losses) {
            if span.reaches(acknowledged) && span.overlaps(owner) {
                loss.first = Some(loss.first.map_or(acknowledged, |first| first.min(acknowledged)));
                hit.insert(span.fault);
                if span.seen.is_some_and(|seen| acknowledged > seen) {
                    late.insert(span.fault);
                } else {
                    loss.last = loss.last.max(Some(acknowledged));
                }
            }
        }
        self.split_brain += u64::from(!late.is_empty());
        for fault in hit {
            self.tolls[fault].lost += 1;
            self.tolls[fault].split_brain += u64::from(late.contains(&fault));
        }
    }

    /// Whether two faults have lost writes that may belong to either.
    pub(super) fn together(&self, one: usize, other: usize, spans: &[Span]) -> bool {
        let of = |fault| {
            let mine = spans.iter().zip(&self.losses).filter(move |(span, _)| span.fault == fault);
            mine.filter(|(_, loss)| loss.first.is_some()).map(|(span, _)| span)
        };
        one != other && of(one).any(|mine| of(other).any(|other| mine.overlaps(other)))
    }
}
