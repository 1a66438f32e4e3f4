//! What the cluster did around faults, in bounded memory.

use crate::clock::Offset;
use crate::event::ClusterChange;
use std::collections::VecDeque;
use std::time::Duration;

/// Changes this long before and after a step of a fault are kept.
const AROUND: Duration = Duration::from_mins(2);
/// At most this many are kept.
const KEPT: usize = 2_000;
/// At most this many newest ones wait for a fault to come.
const WAITING: usize = 500;

/// The changes of the cluster that were told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// How many.
    pub total: u64,
    /// Those within two minutes of a step of a fault, in the order in which they were told; at most 2,000.
    pub kept: Vec<Noticed>,
}

/// A change and when we were told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noticed {
    /// When.
    pub at: Offset,
    /// What.
    pub change: ClusterChange,
}

/// The changes so far.
#[derive(Debug, Default)]
pub(super) struct Noticing {
    changes: Changes,
    waiting: VecDeque<Noticed>,
    /// Up to when changes are kept.
    until: Option<Offset>,
}

impl Noticing {
    /// A fault went a step further.
    pub(super) fn step(&mut self, at: Offset) {
        self.until = self.until.max(Some(at + AROUND));
        let near = self.waiting.drain(..).filter(|noticed| noticed.at + AROUND >= at);
        let room = KEPT.saturating_sub(self.changes.kept.len());
        self.changes.kept.extend(near.take(room));
    }

    /// Something changed.
    pub(super) fn change(&mut self, at: Offset, change: ClusterChange) {
        self.changes.total += 1;
        let noticed = Noticed { at, change };
        if self.until.is_some_and(|until| at <= until) {
            if self.changes.kept.len() < KEPT {
                self.changes.kept.push(noticed);
            }
            return;
        }
        if self.waiting.len() == WAITING {
            self.waiting.pop_front();
        }
        self.waiting.push_back(noticed);
    }

    pub(super) fn into_changes(self) -> Changes {
        self.changes
    }

    /// How many changes are held in memory.
    #[cfg(test)]
    fn held(&self) -> usize {
        self.changes.kept.len() + self.waiting.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Changed;

    fn at(second: u64) -> Offset {
        Offset::from_micros(second * 1_000_000)
    }

    fn change(name: u64) -> ClusterChange {
        let (kind, state) = ("Pod".into(), "Running".into());
        ClusterChange { kind, name: name.to_string(), change: Changed::Modified, state, ready: None }
    }

    #[test]
    fn changes_near_a_fault_are_kept_and_others_counted() {
        let mut noticing = Noticing::default();
        for second in 0..1_000 {
            if second == 300 {
                noticing.step(at(300));
            }
            noticing.change(at(second), change(second));
        }
        let changes = noticing.into_changes();
        let seconds: Vec<u64> = changes.kept.iter().map(|noticed| noticed.at.second()).collect();
        assert_eq!((changes.total, seconds), (1_000, (180..=420).collect()));
    }

    #[test]
    fn a_restless_cluster_takes_bounded_memory() {
        let mut noticing = Noticing::default();
        for n in 0..20_000 {
            if n % 5_000 == 0 {
                noticing.step(at(n));
            }
            noticing.change(at(n), change(n));
            noticing.change(at(n), change(n));
            assert!(noticing.held() <= KEPT + WAITING);
        }
        assert_eq!(noticing.into_changes().total, 40_000);
    }
}
