//! The writer: one write at each planned instant, whatever became of those before.

use super::account::Account;
use super::bookkeeper::Until;
use super::plan::LedgerRun;
use super::teller::Teller;
use crate::clock::{Clock, Offset};
use crate::event::{EventKind, Write, WriteOutcome};
use crate::ledger::MOST_WRITES;
use crate::ledger::clients::Written;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// How often writes that ended are told: so much of the account is lost with this process at most.
const BATCH: Duration = Duration::from_millis(500);

/// Writes until it is told to stop, and until the last write has ended.
pub(super) async fn write(plan: &LedgerRun, until: &mut watch::Receiver<Until>, teller: &Teller) -> Account {
    let clock = teller.clock;
    let mut account = Account::default();
    let mut flight = FuturesUnordered::new();
    let mut batch: Vec<Write> = Vec::new();
    let mut stopped = false;
    let mut flush = clock.instant(Offset::ZERO + BATCH);
    while !stopped || !flight.is_empty() {
        let due = planned(plan, account.planned());
        tokio::select! {
            // Also when nobody is left to say so.
            _ = until.wait_for(|until| *until != Until::Write), if !stopped => stopped = true,
            Some(ended) = flight.next(), if !flight.is_empty() => {
                let (write, written): (Write, Written) = ended;
                account.note(write.seq, written);
                batch.push(write);
            }
            () = sleep_until(clock.instant(due).into()), if !stopped && account.planned() < MOST_WRITES => {
                let seq = account.plan();
                if flight.len() < plan.max_in_flight {
                    flight.push(one(plan, clock, seq, due));
                } else {
                    let outcome = WriteOutcome::Dropped;
                    batch.push(Write { seq, planned: due, ended: clock.now(), outcome });
                }
            }
            () = sleep_until(flush.into()) => {
                flush = (Instant::now() + BATCH).into();
                hand_over(&mut batch, teller);
            }
        }
    }
    hand_over(&mut batch, teller);
    account
}

/// When a write is due.
fn planned(plan: &LedgerRun, seq: u64) -> Offset {
    Offset::from_secs_f64(seq as f64 / plan.rate.as_per_second())
}

async fn one(plan: &LedgerRun, clock: Clock, seq: u64, planned: Offset) -> (Write, Written) {
    let written = plan.client.write(seq).await;
    (Write { seq, planned, ended: clock.now(), outcome: written.outcome }, written)
}

fn hand_over(batch: &mut Vec<Write>, teller: &Teller) {
    if !batch.is_empty() {
        teller.say(EventKind::Writes(std::mem::take(batch)));
    }
}
