//! The objects of one resource and their history.

use crate::store::{Change, ObjectKey};
use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use tokio::sync::watch;

/// Never drop below this many changes, however large the objects are.
const KEPT_AT_LEAST: usize = 256;

/// The objects of one resource, the changes that led here, and those who wait for more.
#[derive(Debug)]
pub(super) struct Collection {
    pub(super) objects: BTreeMap<ObjectKey, Arc<Value>>,
    /// Changes in the order of their versions.
    pub(super) log: VecDeque<Arc<Change>>,
    /// The version of the newest change that is no longer in the log: watches cannot start before it.
    pub(super) floor: u64,
    /// Where the watchers are for whom the log must be kept, by their number.
    pub(super) pins: BTreeMap<u64, u64>,
    bytes: usize,
    /// The version of the newest change; waiting watchers subscribe to it.
    pub(super) newest: watch::Sender<u64>,
}

impl Collection {
    pub(super) fn new(floor: u64) -> Collection {
        Collection {
            objects: BTreeMap::new(),
            log: VecDeque::new(),
            floor,
            pins: BTreeMap::new(),
            bytes: 0,
            newest: watch::Sender::new(floor),
        }
    }

    /// Adds a change and forgets the oldest ones beyond `limit` bytes.
    pub(super) fn push(&mut self, change: Change, limit: usize) {
        self.bytes += change.encoded.len();
        let version = change.version;
        self.log.push_back(Arc::new(change));
        self.trim(limit);
        self.newest.send_replace(version);
    }

    /// Forgets the oldest changes beyond `limit` bytes, except those that a pinned watcher has not read.
    pub(super) fn trim(&mut self, limit: usize) {
        let pinned = self.pins.values().min().copied().unwrap_or(u64::MAX);
        while self.bytes > limit && self.log.len() > KEPT_AT_LEAST {
            match self.log.pop_front_if(|oldest| oldest.version <= pinned) {
                Some(oldest) => {
                    self.bytes -= oldest.encoded.len();
                    self.floor = oldest.version;
                }
                None => break,
            }
        }
    }

    /// The index of the first change after `version`.
    pub(super) fn after(&self, version: u64) -> usize {
        self.log.partition_point(|change| change.version <= version)
    }

    /// The objects as they were at `version`, by undoing the newer changes; `None` when those are forgotten.
    pub(super) fn at(&self, version: u64) -> Option<BTreeMap<ObjectKey, Arc<Value>>> {
        if version < self.floor {
            return None;
        }
        let mut objects = self.objects.clone();
        for change in self.log.range(self.after(version)..).rev() {
            match &change.previous {
                Some(previous) => objects.insert(change.key.clone(), Arc::clone(previous)),
                None => objects.remove(&change.key),
            };
        }
        Some(objects)
    }
}
