//! The reader: everything is read back again and again, until two readings in a row agree.

use super::account::Account;
use super::plan::LedgerRun;
use super::teller::Teller;
use crate::clock::Offset;
use crate::event::{EventKind, ReadBack};
use crate::ledger::clients::Census;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

/// Between two readings.
const PAUSE: Duration = Duration::from_millis(500);
/// So many rows, duplicates and corrupted writes fit into one line of the history.
const MOST_ITEMS: usize = 400_000;
/// How long reading may go on after somebody asked the run to stop.
const IN_A_HURRY: Duration = Duration::from_secs(10);

/// Reads until two readings in a row agree, or until `settle` is over; a second reading is made in any case when the
/// first succeeds. Gives what two of them agree on.
pub(super) async fn read_back(
    plan: &LedgerRun,
    account: &Account,
    asked: &watch::Receiver<bool>,
    teller: &Teller,
) -> Option<Census> {
    let over = Instant::now() + plan.settle;
    let mut hurry = std::pin::pin!(hurry(asked.clone()));
    let mut last: Option<Census> = None;
    for round in 1.. {
        let began = teller.clock.now();
        let read = tokio::select! {
            read = plan.client.read(account.planned()) => read,
            () = &mut hurry => {
                let why = format!("it was still going on {IN_A_HURRY:?} after the run was asked to stop");
                teller.say(EventKind::ReadBack(told(round, began, &Err(why))));
                return None;
            }
        };
        teller.say(EventKind::ReadBack(told(round, began, &read)));
        let read = read.ok();
        if read.is_some() && read == last {
            return last;
        }
        let first_success = read.is_some() && last.is_none();
        last = read;
        if Instant::now() >= over && !first_success {
            return None;
        }
        sleep(PAUSE).await;
    }
    None
}

/// Over when somebody asked the run to stop long enough ago.
async fn hurry(mut asked: watch::Receiver<bool>) {
    if asked.wait_for(|asked| *asked).await.is_err() {
        std::future::pending::<()>().await;
    }
    sleep(IN_A_HURRY).await;
}

fn told(round: u32, began: Offset, read: &Result<Census, String>) -> ReadBack {
    let mut told = ReadBack {
        round,
        began,
        failed: None,
        found: Vec::new(),
        duplicated: Vec::new(),
        corrupted: Vec::new(),
        unexpected: 0,
        strangers: Vec::new(),
    };
    match read {
        Err(why) => told.failed = Some(why.clone()),
        Ok(census) => {
            let (found, duplicated, corrupted) = (census.rows(), census.duplicated(), census.corrupted());
            if found.len() + duplicated.len() + corrupted.len() > MOST_ITEMS {
                told.failed =
                    Some("what is there is in too many pieces to be told; lower `ledger.rate`".to_owned());
                return told;
            }
            (told.found, told.duplicated, told.corrupted) = (found, duplicated, corrupted);
            let (unexpected, strangers) = census.unexpected();
            (told.unexpected, told.strangers) = (unexpected, strangers.to_vec());
        }
    }
    told
}
