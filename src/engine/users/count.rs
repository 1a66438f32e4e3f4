//! Counting what is open right now, across threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A number that goes up while a [`Counted`] lives.
#[derive(Debug, Clone, Default)]
pub(super) struct Count(Arc<AtomicU64>);

/// One unit of a count.
#[derive(Debug)]
pub(super) struct Counted(Count);

impl Count {
    /// Counts one more until the result is dropped.
    pub(super) fn hold(&self) -> Counted {
        self.0.fetch_add(1, Ordering::Relaxed);
        Counted(self.clone())
    }

    /// The number now.
    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}
