//! A history written by hand as a table, and what is known of it. One fact a line:
//!
//! ```text
//! rate 20/s                       the writer's; write N is planned at N periods and ends 5 ms later
//! fault NAME call=S effect=S end=S        seconds; without an effect it is unproven, without an end over when proven
//! writes FIRST-LAST OUTCOME       acknowledged, failed, unknown or dropped
//! reading began=S found=0-9,12 [corrupted=3,4] [duplicated=5] [unexpected=1] [failed=WORDS]
//! ledger FIELD=VALUE …            what the ledger must come to
//! lost 7,9                        exactly these
//! data NAME FIELD=VALUE …         what the fault must have cost
//! finding VERDICT WORDS           in the order of the findings; no other one is about the ledger or the faults' cost
//! ```

use shakedown::clock::Offset;
use shakedown::event::{Event, EventKind, FaultPhase, FaultStep, ReadBack, Write, WriteOutcome};
use shakedown::history::FaultPlan;
use std::time::Duration;

/// One line of what must come out.
#[derive(Debug)]
pub enum Wanted {
    /// Figures of the ledger.
    Ledger(Vec<(String, String)>),
    /// The numbers of the lost writes.
    Lost(Vec<u64>),
    /// Figures of a fault.
    Data(String, Vec<(String, String)>),
    /// A finding: its verdict and a part of its words.
    Finding(String, String),
}

/// A history and what is known of it.
#[derive(Debug, Default)]
pub struct Table {
    /// Writes a second.
    pub rate: f64,
    /// The faults of the plan.
    pub faults: Vec<FaultPlan>,
    /// What happened.
    pub events: Vec<Event>,
    /// What must come out.
    pub wanted: Vec<Wanted>,
}

fn at(seconds: &str) -> Offset {
    Offset::from_secs_f64(seconds.parse().unwrap_or_else(|e| panic!("`{seconds}`: {e}")))
}

/// `0-9,12` as rows of numbers.
pub fn rows(text: &str) -> Vec<(u64, u64)> {
    let number = |text: &str| text.parse().unwrap_or_else(|e| panic!("`{text}`: {e}"));
    let row = |part: &str| match part.split_once('-') {
        Some((first, last)) => (number(first), number(last)),
        None => (number(part), number(part)),
    };
    text.split(',').filter(|part| !part.is_empty()).map(row).collect()
}

fn numbers(text: &str) -> Vec<u64> {
    rows(text).into_iter().flat_map(|(first, last)| first..=last).collect()
}

fn pairs(text: &str) -> Vec<(String, String)> {
    let pair = |word: &str| word.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned()));
    text.split_whitespace().map(|word| pair(word).unwrap_or_else(|| panic!("`{word}` has no `=`"))).collect()
}

impl Table {
    /// Reads a table.
    pub fn read(text: &str) -> Table {
        let mut table = Table::default();
        for line in text.lines().map(|line| line.split('#').next().unwrap_or("").trim()) {
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            match word {
                "" => {}
                "rate" => table.rate = rest.trim_end_matches("/s").parse().expect("a rate"),
                "fault" => table.fault(rest),
                "writes" => table.writes(rest),
                "reading" => table.reading(rest),
                "ledger" => table.wanted.push(Wanted::Ledger(pairs(rest))),
                "lost" => table.wanted.push(Wanted::Lost(numbers(rest))),
                "data" => {
                    let (name, figures) = rest.split_once(' ').expect("a fault and its figures");
                    table.wanted.push(Wanted::Data(name.to_owned(), pairs(figures)));
                }
                "finding" => {
                    let (verdict, words) = rest.split_once(' ').expect("a verdict and words");
                    table.wanted.push(Wanted::Finding(verdict.to_owned(), words.to_owned()));
                }
                other => panic!("no line begins with `{other}`"),
            }
        }
        table
    }

    fn fault(&mut self, text: &str) {
        let (name, times) = text.split_once(' ').expect("a name and times");
        let times = pairs(times);
        let time = |key: &str| times.iter().find(|(known, _)| known == key).map(|(_, value)| at(value));
        let call = time("call").expect("a call");
        let place = u16::try_from(self.faults.len()).expect("few faults");
        let until = time("end");
        self.faults.push(FaultPlan { name: name.to_owned(), kind: "pod_kill".to_owned(), at: call, until });
        let mut step = |at: Offset, phase| {
            let step = FaultStep {
                fault: place,
                injection: 0,
                phase,
                text: String::new(),
                objects: vec!["Pod/a".into()],
            };
            self.events.push(Event { at, kind: EventKind::Fault(step) });
        };
        step(call, FaultPhase::Planned);
        step(call + Duration::from_millis(10), FaultPhase::Injected);
        match time("effect") {
            Some(effect) => step(effect, FaultPhase::Proven),
            None => step(call + Duration::from_secs(1), FaultPhase::Unproven),
        }
        if let Some(end) = time("end") {
            step(end, FaultPhase::Undone);
        }
    }

    fn writes(&mut self, text: &str) {
        let (row, outcome) = text.split_once(' ').expect("numbers and an outcome");
        let outcome = match outcome.trim() {
            "acknowledged" => WriteOutcome::Acknowledged,
            "failed" => WriteOutcome::Failed,
            "unknown" => WriteOutcome::Unknown,
            "dropped" => WriteOutcome::Dropped,
            other => panic!("no outcome is called `{other}`"),
        };
        let write = |seq: u64| {
            let planned = Offset::from_secs_f64(seq as f64 / self.rate);
            Write { seq, planned, ended: planned + Duration::from_millis(5), outcome }
        };
        let writes: Vec<Write> = numbers(row).into_iter().map(write).collect();
        let at = writes.iter().map(|write| write.ended).max().unwrap_or_default();
        self.events.push(Event { at, kind: EventKind::Writes(writes) });
    }

    fn reading(&mut self, text: &str) {
        let mut reading = ReadBack {
            round: 1,
            began: Offset::ZERO,
            failed: None,
            found: vec![],
            duplicated: vec![],
            corrupted: vec![],
            unexpected: 0,
            strangers: vec![],
        };
        for (key, value) in pairs(text) {
            match key.as_str() {
                "began" => reading.began = at(&value),
                "found" => reading.found = rows(&value),
                "corrupted" => reading.corrupted = numbers(&value),
                "duplicated" => {
                    reading.duplicated = numbers(&value).into_iter().map(|seq| (seq, 2)).collect();
                }
                "unexpected" => reading.unexpected = value.parse().expect("a count"),
                "failed" => reading.failed = Some(value.replace('_', " ")),
                other => panic!("a reading has no `{other}`"),
            }
        }
        let at = reading.began + Duration::from_secs(1);
        self.events.push(Event { at, kind: EventKind::ReadBack(reading) });
    }
}
