//! Histories that were written by hand, with answers that were worked out by hand: `tests/histories/ledger/*.txt`.

use crate::table::{Table, Wanted};
use shakedown::clock::Offset;
use shakedown::event::{Ending, Event, EventKind};
use shakedown::history::{LedgerPlan, Meta};
use shakedown::run::{DataLoss, LedgerResult, Run, Strictness};
use shakedown::units::Rate;
use shakedown::verdict::Subject;
use std::fs;
use std::time::Duration;

fn meta(table: &Table) -> Meta {
    Meta {
        faults: table.faults.clone(),
        ledger: Some(LedgerPlan {
            kind: "http".into(),
            prefix: "sd01".into(),
            rate: Rate::per_second(table.rate),
        }),
        ..Meta::bare("s")
    }
}

fn judge(table: &Table) -> Run {
    let mut events = table.events.clone();
    // Readings come last in every history; writes and faults by their time.
    events.sort_by_key(|event| (matches!(event.kind, EventKind::ReadBack(_)), event.at));
    let last = events.last().map_or(Offset::ZERO, |event| event.at);
    events.push(Event { at: last, kind: EventKind::Ended(Ending::Completed) });
    Run::judge(meta(table), vec![], || events.clone(), Strictness::Normal)
}

/// A figure of the ledger by its name.
fn of_ledger(ledger: &LedgerResult, name: &str) -> String {
    let count = match name {
        "acknowledged" => ledger.acknowledged,
        "unknown" => ledger.unknown,
        "failed" => ledger.failed,
        "dropped" => ledger.dropped,
        "readings" => ledger.readings.into(),
        "lost" => ledger.lost,
        "recovered" => ledger.recovered,
        "resurrected" => ledger.resurrected,
        "unexpected" => ledger.unexpected,
        "duplicated" => ledger.duplicated,
        "corrupted" => ledger.corrupted,
        "stale" => ledger.stale,
        "unclaimed" => ledger.unclaimed,
        "split_brain" => ledger.split_brain,
        "read" => return ledger.read.map_or("none".to_owned(), |read| read.to_string()),
        "agreed" => return if ledger.agreed { "yes" } else { "no" }.to_owned(),
        "doubt" => return if ledger.doubt.is_some() { "some" } else { "none" }.to_owned(),
        other => panic!("the ledger has no `{other}`"),
    };
    count.to_string()
}

/// A figure of a fault by its name; lengths of time in seconds.
fn of_fault(data: &DataLoss, name: &str) -> String {
    let none = || "none".to_owned();
    let seconds = |time: Option<Duration>| time.map_or_else(none, |time| time.as_secs_f64().to_string());
    match name {
        "rpo" => seconds(data.rpo.map(|rpo| rpo.value)),
        "low" => seconds(data.rpo.map(|rpo| rpo.low)),
        "high" => seconds(data.rpo.and_then(|rpo| rpo.high)),
        "lost" => data.lost.to_string(),
        "acknowledged" => data.acknowledged.to_string(),
        "split_brain" => data.split_brain.to_string(),
        "at_most" => data.at_most.map_or_else(none, |share| format!("{share:.5}")),
        "shared_with" if data.shared_with.is_empty() => none(),
        "shared_with" => data.shared_with.join(","),
        "doubt" => if data.doubt.is_some() { "some" } else { "none" }.to_owned(),
        other => panic!("a fault's data has no `{other}`"),
    }
}

fn compare(name: &str, table: &Table) {
    let run = judge(table);
    let ledger = run.summary.ledger.as_ref().expect("the plan has a ledger");
    let told = || {
        format!("{name}: {ledger:#?}\n{:#?}", run.summary.faults.iter().map(|f| &f.data).collect::<Vec<_>>())
    };
    let known = |subject| matches!(subject, Subject::Run | Subject::Fault);
    let mut findings =
        run.findings.iter().filter(|found| known(found.subject) && found.name != "no evidence");
    for wanted in &table.wanted {
        match wanted {
            Wanted::Ledger(figures) => figures.iter().for_each(|(figure, value)| {
                assert_eq!(&of_ledger(ledger, figure), value, "{figure} of {}", told());
            }),
            Wanted::Lost(lost) => {
                let found: Vec<u64> = ledger.lost_writes.iter().map(|(seq, _)| *seq).collect();
                assert_eq!(&found, lost, "{}", told());
            }
            Wanted::Data(fault, figures) => {
                let result = run.summary.faults.iter().find(|result| &result.plan.name == fault);
                let data = result.and_then(|result| result.data.as_ref());
                let data = data.unwrap_or_else(|| panic!("nothing of {fault} in {}", told()));
                for (figure, value) in figures {
                    assert_eq!(&of_fault(data, figure), value, "{figure} of {fault} in {}", told());
                }
            }
            Wanted::Finding(verdict, words) => {
                let found = findings.next().unwrap_or_else(|| panic!("no `{words}` in {}", told()));
                assert_eq!(found.verdict.word(), verdict, "{}: {}", name, found.reason);
                assert!(
                    found.reason.contains(words.as_str()),
                    "{name}: `{words}` is not in `{}`",
                    found.reason
                );
            }
        }
    }
    let more: Vec<_> = findings.collect();
    assert!(more.is_empty(), "{name}: also {more:#?}");
}

#[test]
fn hand_made_histories_come_to_the_answers_worked_out_by_hand() {
    let folder = fs::read_dir("tests/histories/ledger").expect("the histories");
    let mut paths: Vec<_> = folder.map(|entry| entry.expect("a file").path()).collect();
    paths.sort();
    assert!(paths.len() >= 14, "{paths:?}");
    for path in paths {
        let table = Table::read(&fs::read_to_string(&path).expect("a table"));
        assert!(!table.wanted.is_empty(), "{} asks for nothing", path.display());
        compare(&path.display().to_string(), &table);
    }
}
