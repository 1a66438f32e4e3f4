//! One reading while it goes on: what was seen of the writes, in one byte for each.

use crate::ledger::{Ids, content};
use std::collections::{BTreeMap, BTreeSet};

/// How many strangers are named; more are only counted.
const NAMED: usize = 20;

/// What one reading found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Census {
    ids: Ids,
    /// How often each write was seen, by its number; what does not fit is in `more`.
    seen: Vec<u8>,
    more: BTreeMap<u64, u32>,
    corrupted: BTreeSet<u64>,
    unexpected: u64,
    strangers: Vec<String>,
}

impl Census {
    /// Nothing is seen yet of the first `planned` writes.
    pub fn new(ids: &Ids, planned: u64) -> Census {
        Census {
            ids: ids.clone(),
            seen: vec![0; usize::try_from(planned).unwrap_or(usize::MAX)],
            more: BTreeMap::new(),
            corrupted: BTreeSet::new(),
            unexpected: 0,
            strangers: Vec::new(),
        }
    }

    /// How many writes there may be.
    pub fn planned(&self) -> u64 {
        self.seen.len() as u64
    }

    /// An entry under this id with this content.
    pub fn entry(&mut self, id: &str, found: &[u8]) {
        match self.ids.seq(id).filter(|seq| *seq < self.planned()) {
            Some(seq) => self.found(seq, found == content(id).as_bytes()),
            None => self.stranger(id),
        }
    }

    /// A write that is there, with the content that was written or with another.
    pub fn found(&mut self, seq: u64, intact: bool) {
        let Some(count) = usize::try_from(seq).ok().and_then(|place| self.seen.get_mut(place)) else {
            return;
        };
        match count.checked_add(1) {
            Some(next) => *count = next,
            None => *self.more.entry(seq).or_default() += 1,
        }
        if !intact {
            self.corrupted.insert(seq);
        }
    }

    fn stranger(&mut self, id: &str) {
        self.unexpected += 1;
        if self.strangers.len() < NAMED {
            self.strangers.push(id.chars().take(200).collect());
        }
    }

    /// The numbers of the writes that are there: first and last of each unbroken row.
    pub fn rows(&self) -> Vec<(u64, u64)> {
        let mut rows: Vec<(u64, u64)> = Vec::new();
        for (seq, _) in (0..).zip(&self.seen).filter(|(_, count)| **count > 0) {
            match rows.last_mut() {
                Some((_, last)) if *last + 1 == seq => *last = seq,
                _ => rows.push((seq, seq)),
            }
        }
        rows
    }

    /// The writes that are there more than once, and how often.
    pub fn duplicated(&self) -> Vec<(u64, u32)> {
        let all = (0..).zip(&self.seen).filter(|(_, count)| **count > 1);
        all.map(|(seq, count)| (seq, u32::from(*count) + self.more.get(&seq).copied().unwrap_or(0))).collect()
    }

    /// The writes that are there with another content.
    pub fn corrupted(&self) -> Vec<u64> {
        self.corrupted.iter().copied().collect()
    }

    /// How many entries nobody wrote, and the ids of some.
    pub fn unexpected(&self) -> (u64, &[String]) {
        (self.unexpected, &self.strangers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_is_counted_where_it_belongs() {
        let mut census = Census::new(&Ids::new("p"), 6);
        for id in ["p-0", "p-1", "p-3", "p-3", "p-4"] {
            census.entry(id, content(id).as_bytes());
        }
        census.entry("p-5", b"something else");
        for id in ["p-6", "p-03", "q-1", "p-"] {
            census.entry(id, content(id).as_bytes());
        }
        assert_eq!(census.rows(), [(0, 1), (3, 5)]);
        assert_eq!(census.duplicated(), [(3, 2)]);
        assert_eq!(census.corrupted(), [5]);
        let strangers = ["p-6", "p-03", "q-1", "p-"].map(str::to_owned);
        assert_eq!(census.unexpected(), (4, strangers.as_slice()));
    }

    #[test]
    fn nothing_is_lost_in_counting_beyond_a_byte() {
        let mut census = Census::new(&Ids::new("p"), 1);
        (0..1_000).for_each(|_| census.found(0, true));
        assert_eq!((census.rows(), census.duplicated()), (vec![(0, 0)], vec![(0, 1_000)]));
        (0..1_000).for_each(|n| census.stranger(&n.to_string()));
        assert_eq!(census.unexpected().1.len(), NAMED);
    }
}
