//! A run with a ledger, and what its history says of the writes.

use shakedown::event::{Event, EventKind, ReadBack, WriteOutcome};
use shakedown::history::Reader;
use std::collections::{BTreeMap, BTreeSet};
use support::Program;

/// The scenario of a ledger beside a little load on the shop at `target`.
pub fn scenario(target: &str, ledger: &str) -> String {
    format!(
        "scenario: ledger\ntarget: {{ http: \"{target}\" }}\nload:\n  timeout: 1s\n  \
         profile: {{ stages: [{{ from: 20/s, to: 20/s, over: 8s }}] }}\n  \
         journeys: [{{ name: look, steps: [{{ get: /health }}] }}]\nledger:\n{ledger}"
    )
}

/// What the newest history of a program says.
pub struct Account {
    pub prefix: String,
    pub outcomes: BTreeMap<u64, WriteOutcome>,
    pub readings: Vec<ReadBack>,
    pub troubles: Vec<String>,
}

impl Account {
    pub fn of(program: &Program) -> Account {
        let newest = program.saved().pop().expect("a saved run");
        let (meta, events) = Reader::open(&program.folder().join(newest)).unwrap();
        let prefix = meta.ledger.expect("a ledger in the plan").prefix;
        let mut account =
            Account { prefix, outcomes: BTreeMap::new(), readings: Vec::new(), troubles: Vec::new() };
        for event in events {
            let Event { kind, .. } = event.unwrap();
            match kind {
                EventKind::Writes(writes) => {
                    for write in writes {
                        assert!(write.ended >= write.planned, "{write:?}");
                        let twice = account.outcomes.insert(write.seq, write.outcome);
                        assert_eq!(twice, None, "{write:?} has one end");
                    }
                }
                EventKind::ReadBack(reading) => account.readings.push(reading),
                EventKind::Trouble { text } => account.troubles.push(text),
                _ => {}
            }
        }
        let seqs: Vec<u64> = account.outcomes.keys().copied().collect();
        let all: Vec<u64> = (0..seqs.len() as u64).collect();
        assert_eq!(seqs, all, "every planned write has its end");
        account
    }

    pub fn id(&self, seq: u64) -> String {
        format!("{}-{seq}", self.prefix)
    }

    /// The writes that ended so.
    pub fn that(&self, outcome: WriteOutcome) -> BTreeSet<u64> {
        self.outcomes.iter().filter(|(_, ended)| **ended == outcome).map(|(seq, _)| *seq).collect()
    }

    /// The writes that are there, by the last two readings, which must agree.
    pub fn found(&self) -> BTreeSet<u64> {
        let [.., one, other] = self.readings.as_slice() else { panic!("two readings: {:?}", self.readings) };
        assert_eq!((&one.failed, &other.failed), (&None, &None));
        let rounds: Vec<u32> = self.readings.iter().map(|reading| reading.round).collect();
        assert_eq!(rounds, (1..=rounds.len() as u32).collect::<Vec<_>>());
        for reading in [one, other] {
            assert_eq!((&reading.duplicated, &reading.corrupted, reading.unexpected), (&vec![], &vec![], 0));
        }
        let rows = |reading: &ReadBack| -> BTreeSet<u64> {
            reading.found.iter().flat_map(|(first, last)| *first..=*last).collect()
        };
        assert_eq!(rows(one), rows(other), "the last two readings agree");
        rows(other)
    }

    /// The acknowledged writes that are not there.
    pub fn lost(&self) -> BTreeSet<u64> {
        &self.that(WriteOutcome::Acknowledged) - &self.found()
    }

    /// The ids of these writes.
    pub fn ids(&self, seqs: &BTreeSet<u64>) -> BTreeSet<String> {
        seqs.iter().map(|seq| self.id(*seq)).collect()
    }
}
