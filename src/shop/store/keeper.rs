//! The orders: the log is the truth, the index finds them.

use crate::shop::index::Index;
use crate::shop::log::{End, Fsync, Log, LogError, LogFailed, Record, open};
use crate::shop::metrics::Reading;
use crate::shop::orders::{CAPACITY, Draft, Order, OrderError, Placed};
use crate::shop::reply::json;
use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a store found in its folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Orders that were there.
    pub orders: u64,
    /// Bytes of a record that a crash cut off; they are gone now, and were never acknowledged as safe.
    pub torn: u64,
}

/// Log and index.
#[derive(Debug)]
pub(in crate::shop) struct Keeper {
    index: Mutex<Index>,
    log: Log,
    found: Found,
}

/// Why a store could not begin.
#[derive(Debug, thiserror::Error)]
pub(in crate::shop) enum KeeperError {
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    Thread(#[from] io::Error),
}

impl Keeper {
    /// Reads the log of a folder and goes on with it.
    pub(in crate::shop) fn open(folder: &Path, fsync: Fsync) -> Result<Keeper, KeeperError> {
        let mut index = Index::new(CAPACITY);
        let (file, End { records, torn, .. }) = open(folder, |content| {
            let draft: Draft = serde_json::from_slice(content).map_err(|error| error.to_string())?;
            match index.place(draft) {
                Ok(Placed::Created(_)) => Ok(()),
                Ok(Placed::Repeated(order)) => Err(format!("order `{}` is there twice", order.id)),
                Err(error) => Err(error.to_string()),
            }
        })?;
        let log = Log::start(file, records, fsync)?;
        Ok(Keeper { index: Mutex::new(index), log, found: Found { orders: records, torn } })
    }

    /// Takes an order, once; returns when the log has it as safe as it promises.
    pub(in crate::shop) async fn place(&self, draft: Draft) -> Result<Placed, OrderError> {
        let placed = self.enter(draft)?;
        let (Placed::Created(order) | Placed::Repeated(order)) = &placed;
        // The first of a repeated order may still be on its way to the disk.
        self.log.acknowledged(order.number).await?;
        Ok(placed)
    }

    /// Index and log get an order under one lock: so its number in one is its number in the other.
    fn enter(&self, draft: Draft) -> Result<Placed, OrderError> {
        if let Some(failed) = self.log.failure() {
            return Err(failed.into());
        }
        let record = Record::new(&json(&draft)).ok_or(OrderError::TooLong)?;
        let mut index = self.index();
        let placed = index.place(draft)?;
        if let Placed::Created(order) = &placed {
            let number = self.log.append(&record);
            debug_assert_eq!(number, order.number, "index and log count alike");
        }
        Ok(placed)
    }

    /// One order by its id; not before it is acknowledged.
    pub(in crate::shop) fn get(&self, id: &str) -> Option<Order> {
        let settled = self.log.settled();
        self.index().get(id).filter(|order| order.number <= settled).cloned()
    }

    /// How many there are, and the newest `limit` of them, newest first.
    pub(in crate::shop) fn newest(&self, limit: usize) -> (usize, Vec<Order>) {
        let settled = usize::try_from(self.log.settled()).unwrap_or(usize::MAX);
        (settled, self.index().newest(limit, settled))
    }

    /// Why no order would be taken.
    pub(in crate::shop) fn unready(&self) -> Option<String> {
        let failed = self.log.failure().map(|failed| failed.to_string());
        failed.or_else(|| self.index().is_full().then(|| "full".to_owned()))
    }

    /// What was there at the start.
    pub(in crate::shop) fn found(&self) -> Found {
        self.found
    }

    /// Waits until the log is broken.
    pub(in crate::shop) async fn failed(&self) -> LogFailed {
        self.log.failed().await
    }

    /// Writes what is left to the disk; nothing is taken any more.
    pub(in crate::shop) fn close(&self) -> Result<(), LogFailed> {
        self.log.close()
    }

    /// What it knows of its log.
    pub(in crate::shop) fn readings(&self) -> Vec<Reading> {
        let reading = |name, kind, help, value| Reading { name, kind, help, value };
        vec![
            reading("shop_orders_kept", "gauge", "Orders in the store.", self.log.settled()),
            reading(
                "shop_log_replayed",
                "gauge",
                "Orders that the log held at the start.",
                self.found.orders,
            ),
            reading("shop_log_torn_bytes", "gauge", "Bytes that were cut at the start.", self.found.torn),
            reading(
                "shop_log_writes_total",
                "counter",
                "Writes to the log; each takes all orders that have gathered.",
                self.log.writes(),
            ),
        ]
    }

    /// Nothing between lock and unlock can panic half-way, so a poisoned lock still guards a whole index.
    fn index(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
