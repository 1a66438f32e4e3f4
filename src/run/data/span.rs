//! The stretch of time in which writes may have been lost through one injection of a fault.

use crate::clock::Offset;
use crate::event::FaultPhase;
use crate::run::FaultResult;

/// One injection, as far as the ledger is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    /// The place of its fault in the plan.
    pub(super) fault: usize,
    /// Just before the call: nothing can have acted earlier.
    pub(super) call: Offset,
    /// When it came into effect: when that was seen, or when users felt it, whichever was first; none where it was not
    /// proven.
    pub(super) effect: Option<Offset>,
    /// When its effect was seen from outside: whoever acknowledges a write after that and loses it is another one than
    /// it was before.
    pub(super) seen: Option<Offset>,
    /// When it was good again, or else when the fault was over; none while neither came about.
    pub(super) good: Option<Offset>,
    /// The later of both: until then it may cost writes.
    pub(super) end: Option<Offset>,
}

impl Span {
    /// Whether a write acknowledged then may have been lost by it: before its end, however early.
    pub(super) fn reaches(&self, acknowledged: Offset) -> bool {
        self.end.is_none_or(|end| acknowledged <= end)
    }

    /// Whether two of them cannot be told apart.
    pub(super) fn overlaps(&self, other: &Span) -> bool {
        self.reaches(other.call) && other.reaches(self.call)
    }
}

/// The spans of everything that was injected, in order of time.
pub(super) fn of(faults: &[FaultResult]) -> Vec<Span> {
    let mut spans: Vec<Span> =
        faults.iter().enumerate().flat_map(|(place, fault)| of_fault(place, fault)).collect();
    spans.sort_by_key(|span| (span.call, span.fault));
    spans
}

fn of_fault(place: usize, fault: &FaultResult) -> impl Iterator<Item = Span> {
    fault.injections.iter().filter_map(move |one| {
        let injected = one.injected()?;
        let over = fault.end_of(one);
        let felt =
            fault.recovery.as_ref().filter(|felt| felt.injection == one.number && felt.doubt.is_none());
        let good = match felt.map(|felt| &felt.overall) {
            Some(felt) if felt.first_error.is_some() => felt.recovered,
            _ => over,
        };
        let first_error = felt.and_then(|felt| felt.overall.first_error);
        let seen = one.at(FaultPhase::Proven).filter(|_| one.is_proven());
        Some(Span {
            fault: place,
            call: one.at(FaultPhase::Planned).unwrap_or(injected).min(injected),
            // A proof may take its time: a killed pod is proven gone when another one is ready in its place.
            effect: seen.map(|seen| first_error.map_or(seen, |first| first.min(seen))),
            seen,
            good,
            end: over.zip(good).map(|(over, good)| over.max(good)),
        })
    })
}
