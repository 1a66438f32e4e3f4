//! Following the changes of one resource.

use crate::object;
use crate::store::{Change, ChangeKind, ObjectKey, ResourceId, Store};
use bytes::Bytes;
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::watch;

/// Where a watch begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// With every present object as an `Added`, then what changes.
    Present,
    /// With the first change after this version.
    After(u64),
}

/// The history no longer reaches back to the version asked for: list again and watch from there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too old resource version: {requested} ({oldest})")]
pub struct Expired {
    /// The version asked for.
    pub requested: u64,
    /// The oldest version a watch can start from.
    pub oldest: u64,
}

/// A place in the history of one resource. Every change comes once, in order.
#[derive(Debug)]
pub struct Watch {
    store: Store,
    resource: ResourceId,
    /// All changes up to this version were taken from the log.
    position: u64,
    ready: VecDeque<Arc<Change>>,
    /// How many of `ready` are the objects that were there at the start.
    initial: usize,
    newest: watch::Receiver<u64>,
    pin: Option<u64>,
}

/// How many changes are taken from the log at once, so that the lock is held briefly.
const BATCH: usize = 256;

impl Watch {
    pub(super) fn open(
        store: &Store,
        resource: ResourceId,
        from: From,
        pin: Option<u64>,
    ) -> Result<Watch, Expired> {
        let mut state = store.lock();
        let version = state.version;
        let collection = state.collection(resource);
        let (position, ready) = match from {
            From::Present => (version, collection.objects.iter().map(present).collect::<VecDeque<_>>()),
            From::After(requested) if requested < collection.floor => {
                return Err(Expired { requested, oldest: collection.floor });
            }
            From::After(requested) => (requested, VecDeque::new()),
        };
        if let Some(pin) = pin {
            collection.pins.insert(pin, position);
        }
        let newest = collection.newest.subscribe();
        let initial = ready.len();
        Ok(Watch { store: store.clone(), resource, position, ready, initial, newest, pin })
    }

    /// How many of the coming changes are the objects that were there at the start ([`From::Present`]).
    pub fn initial(&self) -> usize {
        self.initial
    }

    /// The next change, waiting for it. Safe to cancel: a change is handed out whole or not at all.
    pub async fn next(&mut self) -> Result<Arc<Change>, Expired> {
        loop {
            self.newest.mark_unchanged();
            if let Some(change) = self.try_next()? {
                return Ok(change);
            }
            // The sender lives in the store, which this watch keeps alive; an error cannot come.
            if self.newest.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// The next change if there is one already.
    pub fn try_next(&mut self) -> Result<Option<Arc<Change>>, Expired> {
        if self.ready.is_empty() {
            self.refill()?;
        }
        Ok(self.ready.pop_front().inspect(|_| self.initial = self.initial.saturating_sub(1)))
    }

    /// The version up to which everything was handed out, so that a new watch after it goes on where this
    /// one is; `None` while changes are waiting to be taken.
    pub fn position(&self) -> Option<u64> {
        self.ready.is_empty().then_some(self.position)
    }

    fn refill(&mut self) -> Result<(), Expired> {
        let mut state = self.store.lock();
        let version = state.version;
        let collection = state.collection(self.resource);
        if self.position < collection.floor {
            return Err(Expired { requested: self.position, oldest: collection.floor });
        }
        let start = collection.after(self.position);
        self.ready.extend(collection.log.range(start..).take(BATCH).cloned());
        // All of the log was taken: this watch has seen everything up to the store's version.
        self.position = match self.ready.back() {
            Some(last) if self.ready.len() == BATCH => last.version,
            _ => self.position.max(version),
        };
        if let Some(pin) = self.pin {
            collection.pins.insert(pin, self.position);
        }
        Ok(())
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(pin) = self.pin {
            let mut state = self.store.lock();
            let collection = state.collection(self.resource);
            collection.pins.remove(&pin);
            collection.trim(self.store.history());
        }
    }
}

fn present((key, object): (&ObjectKey, &Arc<serde_json::Value>)) -> Arc<Change> {
    Arc::new(Change {
        kind: ChangeKind::Added,
        key: key.clone(),
        version: object::version(object),
        object: Arc::clone(object),
        previous: None,
        encoded: Bytes::from(object.to_string()),
    })
}
