//! What the engine needs to know of the ledger.

use crate::ledger::clients::{Client, ClientError};
use crate::ledger::{Ids, Ledger};
use crate::transport::Target;
use crate::units::Rate;
use std::time::Duration;

/// The ledger of a run, ready to write.
#[derive(Debug)]
pub struct LedgerRun {
    /// Who writes and reads back.
    pub client: Client,
    /// Writes a second.
    pub rate: Rate,
    /// How many writes may be in flight.
    pub max_in_flight: usize,
    /// How long reading back goes on while readings fail or disagree.
    pub settle: Duration,
}

impl LedgerRun {
    /// The ledger of a run under these ids.
    ///
    /// # Errors
    /// Its place cannot be understood.
    pub fn new(ledger: Ledger, ids: &Ids, target: &Target, seed: u64) -> Result<LedgerRun, ClientError> {
        Ok(LedgerRun {
            client: Client::new(ledger.kind, target, ids, ledger.timeout, seed)?,
            rate: ledger.rate,
            max_in_flight: usize::try_from(ledger.max_in_flight).unwrap_or(usize::MAX),
            settle: ledger.settle,
        })
    }
}
