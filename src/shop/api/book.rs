//! Where the api's orders go.

use super::client::StoreClient;
use super::database::Database;
use super::standing::Standing;
use crate::shop::index::Index;
use crate::shop::orders::{Draft, Order, OrderError, Placed};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The orders as the api sees them.
#[derive(Debug)]
pub(super) enum Book {
    /// In its own memory, for a shop of one process.
    Memory(Mutex<Index>),
    /// In the store.
    Store(StoreClient, Standing),
    /// In a table.
    Database(Box<Database>, Standing),
}

impl Book {
    /// Takes an order, once.
    pub(super) async fn place(&self, draft: Draft) -> Result<Placed, OrderError> {
        match self {
            Book::Memory(index) => locked(index).place(draft),
            Book::Store(client, _) => client.place(&draft).await,
            Book::Database(database, _) => database.place(&draft).await,
        }
    }

    /// One order by its id.
    pub(super) async fn get(&self, id: &str) -> Result<Option<Order>, OrderError> {
        match self {
            Book::Memory(index) => Ok(locked(index).get(id).cloned()),
            Book::Store(client, _) => client.get(id).await,
            Book::Database(database, _) => database.get(id).await,
        }
    }

    /// How many there are, and the newest `limit` of them, newest first.
    pub(super) async fn newest(&self, limit: usize) -> Result<(usize, Vec<Order>), OrderError> {
        match self {
            Book::Memory(index) => {
                let index = locked(index);
                Ok((index.len(), index.newest(limit, index.len())))
            }
            Book::Store(client, _) => client.newest(limit).await,
            Book::Database(database, _) => database.newest(limit).await,
        }
    }

    /// How many there are, where that is known without asking.
    pub(super) fn count(&self) -> Option<usize> {
        match self {
            Book::Memory(index) => Some(locked(index).len()),
            Book::Store(..) | Book::Database(..) => None,
        }
    }

    /// Why no order would be taken; `None` when one would.
    pub(super) async fn unready(&self) -> Option<String> {
        match self {
            Book::Memory(index) => locked(index).is_full().then(|| "full".to_owned()),
            Book::Store(client, standing) => standing.ask(client.ready()).await,
            Book::Database(database, standing) => standing.ask(database.ready()).await,
        }
    }
}

/// Nothing between lock and unlock can panic half-way, so a poisoned lock still guards a whole index.
fn locked(index: &Mutex<Index>) -> MutexGuard<'_, Index> {
    index.lock().unwrap_or_else(PoisonError::into_inner)
}
