//! From the book of the ledger to its result, and to what each fault cost.

use super::cost::{Acknowledged, Cost};
use super::share::{Shares, Toll};
use super::span::{self, Span};
use super::{DataLoss, LedgerResult};
use crate::ledger::{Book, Fate};
use crate::run::FaultResult;
use crate::units::Rate;

/// So many lost writes are named.
const NAMED: usize = 1_000;

/// The result of a ledger that wrote at this rate. What each fault cost goes to the faults.
pub(in crate::run) fn weigh(book: &Book, rate: Rate, faults: &mut [FaultResult]) -> LedgerResult {
    let counts = book.counts();
    let doubt = book.doubt();
    let spans = span::of(faults);
    let lost = || book.acknowledged().filter(|(_, _, fate)| *fate == Fate::Lost);
    let lost_writes = lost().map(|(seq, at, _)| (seq, at)).take(NAMED).collect();
    let mut shares = Shares::new(&spans, faults.len());
    lost().for_each(|(_, at, _)| shares.add(at, &spans));
    for loss in shares.losses.iter_mut().filter(|loss| loss.first.is_some()) {
        let kept = book.acknowledged().filter(|(_, at, fate)| *fate == Fate::Kept && Some(*at) < loss.first);
        loss.kept = kept.map(|(_, at, _)| at).max();
    }
    let (unclaimed, split_brain) = (shares.unclaimed, shares.split_brain);
    if !spans.is_empty() {
        let acknowledged = Acknowledged::new(book.acknowledged().map(|(_, at, _)| at).collect(), rate);
        let names: Vec<String> = faults.iter().map(|fault| fault.plan.name.clone()).collect();
        let weighed = Weighed { spans: &spans, shares, acknowledged, names, unread: doubt.clone() };
        for (place, fault) in faults.iter_mut().enumerate() {
            fault.data = fault.injected().is_some().then(|| weighed.fault(place));
        }
    }
    LedgerResult {
        acknowledged: counts.acknowledged,
        unknown: counts.unknown,
        failed: counts.failed,
        dropped: counts.dropped,
        read: (book.readings() > 0).then_some(counts.read),
        readings: book.readings(),
        agreed: book.agreed(),
        lost: counts.lost,
        lost_writes,
        recovered: counts.recovered,
        resurrected: counts.resurrected,
        unexpected: counts.unexpected,
        duplicated: counts.duplicated,
        corrupted: counts.corrupted,
        stale: counts.stale,
        unclaimed,
        split_brain,
        doubt,
    }
}

/// All that is known of what is lost, and to whom it belongs.
struct Weighed<'a> {
    spans: &'a [Span],
    shares: Shares,
    acknowledged: Acknowledged,
    names: Vec<String>,
    unread: Option<String>,
}

impl Weighed<'_> {
    /// The costs of all injections of a fault: the longest, and of the evidence the least.
    fn fault(&self, place: usize) -> DataLoss {
        let own = self.spans.iter().zip(&self.shares.losses).filter(|(span, _)| span.fault == place);
        let costs: Vec<Cost> = own.map(|(span, loss)| self.acknowledged.cost(span, loss)).collect();
        let doubt = self.unread.clone().or_else(|| costs.iter().find_map(|cost| cost.doubt.clone()));
        let Toll { lost, split_brain } = self.shares.tolls[place];
        let n = costs.iter().map(|cost| cost.acknowledged).min().unwrap_or_default();
        let longest =
            costs.iter().filter_map(|cost| cost.rpo).max_by_key(|rpo| (rpo.high.is_none(), rpo.value));
        let others = self.names.iter().enumerate();
        let others = others.filter(|(other, _)| self.shares.together(place, *other, self.spans));
        DataLoss {
            rpo: longest.filter(|_| lost > 0 || doubt.is_none()),
            lost,
            acknowledged: n,
            // The rule of three: with none lost of n, the 95 % bound on the share is about 3/n.
            at_most: (lost == 0 && doubt.is_none() && n > 0).then(|| (3.0 / n as f64).min(1.0)),
            split_brain,
            shared_with: others.map(|(_, name)| name.clone()).collect(),
            doubt,
        }
    }
}
