//! What became of the writes of the ledger.

use crate::clock::Offset;
use crate::run::Bounds;

/// The ledger of a run after it was read back.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LedgerResult {
    /// Writes that the target acknowledged.
    pub acknowledged: u64,
    /// Writes of which the client does not know whether they happened.
    pub unknown: u64,
    /// Writes that certainly did not happen.
    pub failed: u64,
    /// Writes that were never sent.
    pub dropped: u64,
    /// Writes that are there, by the last reading; none where no reading succeeded.
    pub read: Option<u64>,
    /// How many readings succeeded, and whether the last two agree.
    pub readings: u32,
    /// Whether the last two readings agree; without that nothing is said to be lost or kept.
    pub agreed: bool,
    /// Acknowledged and not there.
    pub lost: u64,
    /// The lost ones in the order of their numbers, at most 1,000: number and when they were acknowledged.
    pub lost_writes: Vec<(u64, Offset)>,
    /// Unknown ones that are there.
    pub recovered: u64,
    /// Failed ones that are there all the same.
    pub resurrected: u64,
    /// Entries that nobody wrote.
    pub unexpected: u64,
    /// Writes that are there more than once.
    pub duplicated: u64,
    /// Writes that are there with another content.
    pub corrupted: u64,
    /// Acknowledged writes that an earlier reading missed and a later one found.
    pub stale: u64,
    /// Lost ones that belong to no fault.
    pub unclaimed: u64,
    /// Lost ones that were acknowledged after the effect of a fault that they belong to.
    pub split_brain: u64,
    /// Why no figure can be trusted, if so.
    pub doubt: Option<String>,
}

/// What one fault cost of the acknowledged writes.
#[derive(Debug, Clone, PartialEq)]
pub struct DataLoss {
    /// From the earliest acknowledged and lost write to the effect: the measured RPO. Zero when nothing was lost.
    pub rpo: Option<Bounds>,
    /// Acknowledged writes that were lost.
    pub lost: u64,
    /// Acknowledged writes around the fault, from a minute before its effect (or the first lost one) to its end: what
    /// the figures stand on. Of several injections, the fewest around any of them.
    pub acknowledged: u64,
    /// With none lost: the 95 % bound on the share that may be, 3/n.
    pub at_most: Option<f64>,
    /// Writes that were acknowledged after the effect and lost all the same: two nodes took writes at once.
    pub split_brain: u64,
    /// Other faults to which the loss may belong.
    pub shared_with: Vec<String>,
    /// Why the figures decide nothing, if so; what is lost all the same is still counted.
    pub doubt: Option<String>,
}
