//! What is kept of a run does not grow with its length.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a helper of a test that cannot go on may panic"
)]

#[path = "../benches/long_run/made.rs"]
mod made;
#[path = "../benches/long_run/struck.rs"]
mod struck;

use made::Made;
use shakedown::event::{Event, EventKind};
use shakedown::gate::Gate;
use shakedown::history::{Meta, Reader, Writer};
use shakedown::run::{Run, Strictness};
use shakedown::verdict::{Severity, Verdict};
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{env, fs};
use struck::Struck;

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;
const MIB: u64 = 1 << 20;
/// The bound that the documentation states, for 20 endpoints.
const BOUND: u64 = 100 * MIB;
/// What an allocator may move about from one hour to another.
const FLAT: u64 = 8 * MIB;

fn gates(meta: &Meta) -> Vec<(Gate, Severity, String)> {
    let parse = |text: &String| (Gate::parse(text).unwrap(), Severity::Fail, text.clone());
    meta.gates.iter().map(|plan| parse(&plan.gate)).collect()
}

/// One test at a time: they share the process whose memory is looked at.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What this process has in memory.
fn memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("a kernel that tells of processes");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a size");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("kibibytes") << 10
}

/// Judges `events`, and looks at the memory at the end of each hour.
fn judge_and_look<E: Iterator<Item = Event>>(meta: Meta, events: impl Fn() -> E) -> (Run, Vec<u64>) {
    let hours = RefCell::new(Vec::new());
    let looked_at = || {
        events().inspect(|event| {
            let ends =
                matches!(&event.kind, EventKind::Generator(said) if (said.second + 1).is_multiple_of(HOUR));
            if ends {
                hours.borrow_mut().push(memory());
            }
        })
    };
    let gates = gates(&meta);
    let run = Run::judge(meta, gates, looked_at, Strictness::Normal);
    (run, hours.into_inner())
}

fn write(made: &Made, folder: &Path) {
    let mut writer = Writer::create(folder, &made.meta()).unwrap();
    made.events().for_each(|event| writer.write(&event).unwrap());
    writer.finish().unwrap();
}

#[test]
#[ignore = "scripts/billion asks for it: it writes a history of some hundred megabytes into $SHAKEDOWN_HISTORY"]
fn the_history_of_a_billion_requests() {
    let made = Made::new(4, 25_000, 10_000);
    assert_eq!(made.total(), 1_000_000_000);
    let folder = PathBuf::from(env::var_os("SHAKEDOWN_HISTORY").expect("a folder"));
    write(&made, &folder.join("calm"));
    write(&made.struck(Struck { every: 600, felt: 3 }), &folder.join("struck"));
}

#[test]
fn a_day_of_twenty_endpoints_takes_no_more_memory_than_an_hour() {
    let _turn = alone();
    // Without optimisation one endpoint every tenth second has to do, each in its turn; optimised it is all of them.
    let made = Made::new(20, 500, DAY).thinned(if cfg!(debug_assertions) { 200 } else { 1 });
    let before = memory();
    let (run, hours) = judge_and_look(made.meta(), || made.events());
    assert_eq!(run.verdict, Verdict::Pass, "{}", run.reason);
    assert_eq!(run.summary.totals.counts.done, made.total());
    assert!(run.summary.series.len() <= 1_200);
    let (first, last) = (hours[0], hours[23]);
    eprintln!("{} MiB before, {} after an hour, {} after a day", before / MIB, first / MIB, last / MIB);
    assert!(last < BOUND && last < first + FLAT, "{hours:?}");
}

#[test]
fn a_history_that_was_written_and_read_gives_the_same_run() {
    let _turn = alone();
    let (made, folder) = (Made::new(20, 500, 90), tempfile::tempdir().unwrap());
    write(&made, folder.path());
    let (meta, _) = Reader::open(folder.path()).unwrap();
    let events = || Reader::open(folder.path()).unwrap().1.map(Result::unwrap);
    let (read, _) = judge_and_look(meta, events);
    let (direct, _) = judge_and_look(made.meta(), || made.events());
    assert_eq!((read.summary, read.reason), (direct.summary, direct.reason));
}

#[test]
fn a_history_with_faults_that_was_written_and_read_gives_the_same_run() {
    let _turn = alone();
    let made = Made::new(3, 500, 300).struck(Struck { every: 60, felt: 3 });
    let folder = tempfile::tempdir().unwrap();
    write(&made, folder.path());
    let (meta, _) = Reader::open(folder.path()).unwrap();
    let events = || Reader::open(folder.path()).unwrap().1.map(Result::unwrap);
    let (read, _) = judge_and_look(meta, events);
    let (direct, _) = judge_and_look(made.meta(), || made.events());
    let felt = &read.summary.faults[0].recovery.as_ref().unwrap().overall;
    let (rto, steady) = (felt.rto.unwrap(), felt.steady.unwrap());
    assert!((Duration::from_secs(3)..Duration::from_secs(5)).contains(&rto.value), "{rto:?}");
    assert!(steady.value < Duration::from_secs(5) && steady.high.is_some(), "{steady:?}");
    assert_eq!((&read.summary, &read.reason), (&direct.summary, &direct.reason));
}
