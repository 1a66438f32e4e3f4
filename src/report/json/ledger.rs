//! What became of the acknowledged writes.

use super::recovery::millis;
use crate::run::LedgerResult;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Ledger<'a> {
    acknowledged: u64,
    unknown: u64,
    failed: u64,
    dropped: u64,
    read: Option<u64>,
    readings: u32,
    agreed: bool,
    lost: u64,
    lost_writes: Vec<Lost>,
    recovered: u64,
    resurrected: u64,
    unexpected: u64,
    duplicated: u64,
    corrupted: u64,
    stale: u64,
    split_brain: u64,
    doubt: Option<&'a str>,
}

/// A write that was acknowledged and is gone.
#[derive(Serialize)]
struct Lost {
    seq: u64,
    acknowledged_ms: f64,
}

impl<'a> From<&'a LedgerResult> for Ledger<'a> {
    fn from(ledger: &'a LedgerResult) -> Ledger<'a> {
        let lost = ledger.lost_writes.iter();
        Ledger {
            acknowledged: ledger.acknowledged,
            unknown: ledger.unknown,
            failed: ledger.failed,
            dropped: ledger.dropped,
            read: ledger.read,
            readings: ledger.readings,
            agreed: ledger.agreed,
            lost: ledger.lost,
            lost_writes: lost.map(|(seq, at)| Lost { seq: *seq, acknowledged_ms: millis(*at) }).collect(),
            recovered: ledger.recovered,
            resurrected: ledger.resurrected,
            unexpected: ledger.unexpected,
            duplicated: ledger.duplicated,
            corrupted: ledger.corrupted,
            stale: ledger.stale,
            split_brain: ledger.split_brain,
            doubt: ledger.doubt.as_deref(),
        }
    }
}
