//! What the proxy did.

use std::cell::Cell;

/// What a proxy did from its start to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Connections taken.
    pub connections: u64,
    /// Those of them that a fault was on for while they lived.
    pub affected: u64,
    /// Those for which the upstream could not be reached; they were reset.
    pub unreachable: u64,
    /// Those that a mistake of the proxy ended.
    pub broken: u64,
    /// Those that were still open when the time to drain was over.
    pub unfinished: u64,
    /// Bytes handed to upstreams.
    pub up: u64,
    /// Bytes handed to clients.
    pub down: u64,
}

/// Counts while they grow.
#[derive(Debug, Default)]
pub(super) struct Tally(Cell<Counts>);

impl Tally {
    /// Adds something.
    pub(super) fn add(&self, change: impl FnOnce(&mut Counts)) {
        let mut counts = self.0.get();
        change(&mut counts);
        self.0.set(counts);
    }

    /// All so far.
    pub(super) fn counts(&self) -> Counts {
        self.0.get()
    }
}
