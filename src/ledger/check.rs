//! The set check: what was acknowledged against what two readings found.
//!
//! After an idea of Jepsen's `set` checker. Each write takes 16 bytes, and there are at most [`MOST_WRITES`] of them;
//! beside them one reading is kept, at most 16 bytes for each unbroken row of numbers.

use super::MOST_WRITES;
use crate::clock::Offset;
use crate::event::{ReadBack, Write, WriteOutcome};

/// All writes of a run and what readings found of them.
#[derive(Debug, Default)]
pub struct Book {
    entries: Vec<Entry>,
    /// The newest instant at which a write ended.
    ended: Offset,
    readings: u32,
    last: Option<ReadBack>,
    /// Whether the last two successful readings are the same and began after the last write had ended.
    agreed: Agreed,
    failed: Option<String>,
    doubt: Option<String>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Entry {
    ended: Offset,
    outcome: Option<WriteOutcome>,
    /// It is there by the last reading.
    there: bool,
    /// A reading that began after its acknowledgement missed it.
    missed: bool,
    /// … and a later one found it.
    stale: bool,
}

/// What the last two readings say of each other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Agreed {
    #[default]
    No,
    Yes,
    /// They do, but one began while writes were under way.
    TooEarly,
}

/// How many writes there are of each kind. The figures of readings are those of the last one that succeeded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Acknowledged.
    pub acknowledged: u64,
    /// Of which the client does not know whether they happened.
    pub unknown: u64,
    /// That certainly did not happen.
    pub failed: u64,
    /// That were never sent.
    pub dropped: u64,
    /// Writes that are there.
    pub read: u64,
    /// Acknowledged and not there.
    pub lost: u64,
    /// Unknown ones that are there.
    pub recovered: u64,
    /// Failed ones that are there.
    pub resurrected: u64,
    /// Entries that are there and were never sent.
    pub unexpected: u64,
    /// Writes that are there more than once.
    pub duplicated: u64,
    /// Writes that are there with another content.
    pub corrupted: u64,
    /// Acknowledged writes that an earlier reading missed and a later one found.
    pub stale: u64,
}

impl Book {
    /// Takes in a write that ended. Readings from before it no longer count.
    pub fn write(&mut self, write: Write) {
        if write.seq >= MOST_WRITES {
            return self.doubts(format!("the ledger has more than {MOST_WRITES} writes; lower its rate"));
        }
        let place = usize::try_from(write.seq).unwrap_or(usize::MAX);
        if self.entries.len() <= place {
            self.entries.resize(place + 1, Entry::default());
        }
        (self.last, self.agreed) = (None, Agreed::No);
        let entry = &mut self.entries[place];
        if entry.outcome.is_some() {
            return self.doubts(format!("the history tells twice how write {} ended", write.seq));
        }
        *entry = Entry { ended: write.ended, outcome: Some(write.outcome), ..*entry };
        self.ended = self.ended.max(write.ended);
    }

    /// Takes in a reading. One that failed says why, and proves nothing.
    pub fn read(&mut self, reading: ReadBack) {
        if let Some(why) = reading.failed {
            self.failed = Some(why);
            return;
        }
        self.readings += 1;
        let there = there(&reading);
        let mut rows = there.iter().peekable();
        for (seq, entry) in (0u64..).zip(&mut self.entries) {
            while rows.next_if(|(_, last)| *last < seq).is_some() {}
            entry.there = rows.peek().is_some_and(|(first, _)| *first <= seq);
            let known = entry.outcome == Some(WriteOutcome::Acknowledged) && entry.ended <= reading.began;
            entry.stale |= entry.there && entry.missed;
            entry.missed |= !entry.there && known;
        }
        self.agreed = match &self.last {
            Some(last) if same(last, &reading) && self.ended <= last.began => Agreed::Yes,
            Some(last) if same(last, &reading) => Agreed::TooEarly,
            _ => Agreed::No,
        };
        self.last = Some(reading);
    }

    fn doubts(&mut self, text: String) {
        self.doubt.get_or_insert(text);
    }

    /// How many readings succeeded.
    pub fn readings(&self) -> u32 {
        self.readings
    }

    /// Whether the last two successful readings agree; without that nothing is lost and nothing is kept.
    pub fn agreed(&self) -> bool {
        self.agreed == Agreed::Yes
    }

    /// Why nothing can be said of what is lost, if so.
    pub fn doubt(&self) -> Option<String> {
        let failed = self.failed.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        let said = |text: &str| Some(text.to_owned());
        match (&self.doubt, self.readings, self.agreed) {
            (Some(doubt), _, _) => Some(doubt.clone()),
            (None, 0, _) if self.failed.is_some() => Some(format!(
                "the ledger could not be read back{failed}; see to it that it can, or raise `settle`"
            )),
            (None, 0, _) => said("the ledger was not read back; let the run go on to its end"),
            (None, 1, _) => Some(format!(
                "the ledger was read back only once, and one reading shows nothing{failed}; raise `settle`"
            )),
            (None, _, Agreed::No) => said("the last two readings of the ledger differ; raise `settle`"),
            (None, _, Agreed::TooEarly) => said("the ledger was read back while writes were still under way"),
            (None, _, Agreed::Yes) if self.acknowledged().next().is_none() => {
                said("no write of the ledger was acknowledged; see why the target takes none")
            }
            (None, _, Agreed::Yes) => None,
        }
    }

    /// All counts. Those that need readings are 0 without an agreement.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        let agreed = u64::from(self.agreed());
        for entry in &self.entries {
            let (there, gone) = (u64::from(entry.there) * agreed, u64::from(!entry.there) * agreed);
            match entry.outcome {
                Some(WriteOutcome::Acknowledged) => {
                    counts.acknowledged += 1;
                    counts.lost += gone;
                }
                Some(WriteOutcome::Unknown) => {
                    counts.unknown += 1;
                    counts.recovered += there;
                }
                Some(WriteOutcome::Failed) => {
                    counts.failed += 1;
                    counts.resurrected += there;
                }
                Some(WriteOutcome::Dropped) => {
                    counts.dropped += 1;
                    counts.unexpected += there;
                }
                None => counts.unexpected += there,
            }
            counts.stale += u64::from(entry.stale);
            counts.read += u64::from(entry.there && entry.outcome.is_some());
        }
        if let Some(last) = self.last.as_ref().filter(|_| self.agreed()) {
            let told = self.entries.len() as u64;
            let beyond = |(first, end): &(u64, u64)| end.saturating_add(1).saturating_sub(told.max(*first));
            let beyond = there(last).iter().map(beyond).fold(last.unexpected, u64::saturating_add);
            counts.unexpected = counts.unexpected.saturating_add(beyond);
            counts.duplicated = last.duplicated.len() as u64;
            counts.corrupted = last.corrupted.len() as u64;
        }
        counts
    }

    /// The acknowledged writes in the order of their numbers: number, when they were acknowledged, what became of
    /// them.
    pub fn acknowledged(&self) -> impl Iterator<Item = (u64, Offset, Fate)> {
        let agreed = self.agreed();
        (0u64..).zip(&self.entries).filter_map(move |(seq, entry)| {
            let fate = match (agreed, entry.there) {
                (false, _) => Fate::Unknown,
                (true, true) => Fate::Kept,
                (true, false) => Fate::Lost,
            };
            (entry.outcome == Some(WriteOutcome::Acknowledged)).then_some((seq, entry.ended, fate))
        })
    }
}

/// What became of an acknowledged write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Both readings found it.
    Kept,
    /// Neither did.
    Lost,
    /// There are no two readings that agree.
    Unknown,
}

/// The rows of numbers that are there in whatever form, in order and apart.
fn there(reading: &ReadBack) -> Vec<(u64, u64)> {
    let marred = reading.corrupted.iter().copied().chain(reading.duplicated.iter().map(|(seq, _)| *seq));
    let mut rows: Vec<(u64, u64)> =
        reading.found.iter().copied().chain(marred.map(|seq| (seq, seq))).collect();
    rows.retain(|(first, last)| first <= last);
    rows.sort_unstable();
    let mut apart: Vec<(u64, u64)> = Vec::with_capacity(rows.len());
    for (first, last) in rows {
        match apart.last_mut() {
            Some(before) if first <= before.1.saturating_add(1) => before.1 = before.1.max(last),
            _ => apart.push((first, last)),
        }
    }
    apart
}

/// Whether two readings say the same of every write.
fn same(one: &ReadBack, other: &ReadBack) -> bool {
    let marred = |reading: &ReadBack| {
        let (mut duplicated, mut corrupted) = (reading.duplicated.clone(), reading.corrupted.clone());
        duplicated.sort_unstable();
        corrupted.sort_unstable();
        (duplicated, corrupted, reading.unexpected)
    };
    there(one) == there(other) && marred(one) == marred(other)
}
