//! The ledger while it is written and read back: what is said of it.

use crate::event::{ReadBack, Write, WriteOutcome};
use crate::units::grouped;

/// How the writes ended that ended so far.
#[derive(Debug, Default)]
pub(super) struct Written {
    acknowledged: u64,
    unknown: u64,
    failed: u64,
    dropped: u64,
}

impl Written {
    /// Takes in some writes.
    pub(super) fn see(&mut self, writes: &[Write]) {
        for write in writes {
            *match write.outcome {
                WriteOutcome::Acknowledged => &mut self.acknowledged,
                WriteOutcome::Unknown => &mut self.unknown,
                WriteOutcome::Failed => &mut self.failed,
                WriteOutcome::Dropped => &mut self.dropped,
            } += 1;
        }
    }

    /// The counts for the status line, those that are zero left out; none before the first write.
    pub(super) fn words(&self) -> Option<String> {
        let all = [
            (self.acknowledged, "acknowledged"),
            (self.unknown, "unknown"),
            (self.failed, "not written"),
            (self.dropped, "not sent"),
        ];
        let some = all.into_iter().filter(|(count, _)| *count > 0);
        let some: Vec<String> = some.map(|(count, word)| format!("{} {word}", grouped(count))).collect();
        (!some.is_empty()).then(|| format!("ledger {}", some.join(" + ")))
    }
}

/// What is said of a reading.
pub(super) fn line(reading: &ReadBack) -> String {
    let found: u64 = reading.found.iter().map(|(first, last)| last.saturating_sub(*first) + 1).sum();
    match &reading.failed {
        Some(why) => format!("ledger: reading {} FAILED, {why}", reading.round),
        None => {
            let writes = if found == 1 { "write" } else { "writes" };
            format!("ledger: reading {} found {} {writes}", reading.round, grouped(found))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Offset;

    #[test]
    fn writes_are_counted_by_how_they_ended() {
        use WriteOutcome::{Acknowledged, Dropped, Failed, Unknown};
        let write = |outcome| Write { seq: 0, planned: Offset::ZERO, ended: Offset::ZERO, outcome };
        let mut written = Written::default();
        assert_eq!(written.words(), None);
        for (outcomes, words) in [
            (vec![Acknowledged; 1_200], "ledger 1,200 acknowledged"),
            (vec![Unknown, Unknown], "ledger 1,200 acknowledged + 2 unknown"),
            (vec![Failed, Dropped], "ledger 1,200 acknowledged + 2 unknown + 1 not written + 1 not sent"),
        ] {
            written.see(&outcomes.into_iter().map(write).collect::<Vec<_>>());
            assert_eq!(written.words().as_deref(), Some(words));
        }
    }

    #[test]
    fn a_reading_says_what_it_found_or_why_it_could_not() {
        let reading = ReadBack {
            round: 2,
            began: Offset::ZERO,
            failed: None,
            found: vec![(0, 9), (12, 12), (20, 1_019)],
            duplicated: vec![],
            corrupted: vec![],
            unexpected: 0,
            strangers: vec![],
        };
        assert_eq!(line(&reading), "ledger: reading 2 found 1,011 writes");
        let failed = ReadBack { failed: Some("GET /orders: refused".into()), ..reading };
        assert_eq!(line(&failed), "ledger: reading 2 FAILED, GET /orders: refused");
    }
}
