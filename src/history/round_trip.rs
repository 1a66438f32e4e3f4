//! What is written is what is read, wherever the file is cut.

use super::*;
use crate::clock::Offset;
use crate::event::{
    Asked, CheckDetail, CheckEnd, Counted, Ending, Event, EventKind, Filled, GeneratorSecond, Phase, RunQueue,
};
use crate::sample::{EndpointId, ErrorClass, Outcome, Sample};
use crate::stats::Delta;
use crate::units::Rate;
use crate::verdict::{Severity, Verdict};
use proptest::prelude::*;
use std::fs;
use std::path::Path;

fn meta() -> Meta {
    Meta {
        text: "scenario: checkout\n".into(),
        seed: 7,
        endpoints: vec![EndpointPlan { name: "browse/list".into(), journey: "browse".into() }],
        stages: vec![StagePlan {
            name: "hold".into(),
            start: Offset::ZERO,
            end: Offset::from_micros(2_000_000),
            from: Rate::per_second(0.1),
            to: Rate::per_second(1.0 / 3.0),
            warmup: false,
        }],
        gates: vec![GatePlan { gate: "p99 <= 250ms".into(), severity: Severity::Warn }],
        checks: vec![CheckPlan { name: "up".into(), kind: "http".into(), place: None }],
        ..Meta::bare("checkout")
    }
}

fn sample() -> impl Strategy<Value = Sample> {
    (0u64..9_000_000, 0u64..2_000, 0u64..5_000_000, proptest::option::of(0usize..9)).prop_map(
        |(planned, lag, service, class)| Sample {
            endpoint: EndpointId(0),
            planned: Offset::from_micros(planned),
            sent: Offset::from_micros(planned + lag),
            first_byte: Some(Offset::from_micros(planned + lag + service / 2)),
            done: Offset::from_micros(planned + lag + service),
            connect: (lag % 2 == 0).then(|| std::time::Duration::from_micros(lag)),
            outcome: class.map_or(Outcome::Good, |n| Outcome::Bad(ErrorClass::ALL[n])),
        },
    )
}

fn kind() -> impl Strategy<Value = EventKind> {
    let window = (any::<u16>(), any::<u16>(), any::<u64>(), proptest::collection::vec(sample(), 0..20))
        .prop_map(|(endpoint, stage, second, samples)| {
            let mut delta = Delta::new(EndpointId(endpoint), stage, second);
            for sample in &samples {
                delta.record(sample, std::time::Duration::from_secs(1));
            }
            delta.drop_one(Offset::from_micros(second % 1_000));
            EventKind::Window(Box::new(delta))
        });
    let check = (any::<String>(), any::<bool>(), any::<u64>()).prop_map(|(text, unreachable, took_us)| {
        EventKind::Check(CheckEnd {
            name: text.clone(),
            kind: "http".into(),
            phase: Phase::After,
            severity: Severity::Fail,
            verdict: Verdict::Inconclusive,
            unreachable,
            reason: text,
            took_us,
            asked: Asked::Times(2),
            detail: CheckDetail::default(),
        })
    });
    let generator = (any::<u64>(), 0.0f64..64.0, any::<bool>()).prop_map(|(second, cpu, told)| {
        let (in_flight, connections) = (3, 4);
        EventKind::Generator(GeneratorSecond {
            second,
            cpu,
            in_flight,
            connections,
            quota: told.then_some(0.1),
            throttled: told.then_some(cpu / 64.0),
            queue: told.then_some(RunQueue { waited_us: second, ran_us: 5, turns: 6 }),
            stolen: told.then_some(0.25),
            descriptors: told.then_some(Filled { used: 9, limit: 1_024 }),
            ports: told.then_some(Filled { used: second, limit: 28_232 }),
        })
    });
    let example = any::<String>().prop_map(|text| EventKind::Example {
        endpoint: EndpointId(3),
        class: ErrorClass::Assertion,
        text,
    });
    prop_oneof![
        window,
        check,
        generator,
        example,
        any::<u16>().prop_map(|stage| EventKind::StageStarted { stage }),
        any::<String>().prop_map(|text| EventKind::Trouble { text }),
        any::<String>().prop_map(|reason| EventKind::Ended(Ending::Unreachable { reason })),
        Just(EventKind::LoadEnded),
        (any::<u64>(), any::<u64>())
            .prop_map(|(events, planned)| EventKind::Counted(Counted { events, planned })),
        any::<String>().prop_map(|reason| EventKind::Ended(Ending::Aborted { reason })),
        Just(EventKind::Ended(Ending::Completed)),
    ]
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = (any::<u64>(), kind()).prop_map(|(at, kind)| Event { at: Offset::from_micros(at), kind });
    proptest::collection::vec(event, 0..12)
}

fn write(folder: &Path, events: &[Event]) {
    let mut writer = Writer::create(folder, &meta()).unwrap();
    for event in events {
        writer.write(event).unwrap();
    }
    writer.finish().unwrap();
}

fn read(folder: &Path) -> (Vec<Event>, Option<Torn>) {
    let (found, mut events) = Reader::open(folder).unwrap();
    assert_eq!(found, meta());
    let all: Vec<Event> = events.by_ref().collect::<Result<_, _>>().unwrap();
    for threads in [1, 3] {
        let ahead: Vec<Event> = Ahead::on(folder, threads).unwrap().collect::<Result<_, _>>().unwrap();
        assert_eq!(ahead, all, "read ahead on {threads} threads");
    }
    (all, events.torn().cloned())
}

fn ended(at: u64) -> Event {
    Event { at: Offset::from_micros(at), kind: EventKind::LoadEnded }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn what_is_written_is_what_is_read(events in events()) {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &events);
        prop_assert_eq!(read(folder.path()), (events, None));
    }

    #[test]
    fn a_file_cut_anywhere_reads_as_a_prefix(events in events(), share in 0.0f64..1.0) {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &events);
        let path = folder.path().join(EVENTS_FILE);
        let whole = fs::read(&path).unwrap();
        let cut = &whole[..(whole.len() as f64 * share) as usize];
        fs::write(&path, cut).unwrap();
        let (got, torn) = read(folder.path());
        let lines = cut.split(|byte| *byte == b'\n').count() - 1;
        prop_assert_eq!(&got[..], &events[..got.len()]);
        // A cut right before a newline loses nothing; anywhere else within a line it loses that line and says so.
        let rest = cut.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        prop_assert!(got.len() == lines || (got.len() == lines + 1 && torn.is_none()));
        prop_assert_eq!(torn.is_some(), got.len() == lines && !rest.is_empty());
    }
}

#[test]
fn a_flushed_history_can_be_read_while_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Writer::create(folder.path(), &meta()).unwrap();
    writer.write(&ended(1)).unwrap();
    writer.flush().unwrap();
    writer.write(&ended(2)).unwrap();
    assert_eq!(read(folder.path()), (vec![ended(1)], None), "as a killed process leaves it");
}

#[test]
fn a_broken_line_in_the_middle_is_an_error_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[ended(1), ended(2)]);
    let path = folder.path().join(EVENTS_FILE);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("\"at\":1", "\"at\":", 1)).unwrap();
    let (_, mut events) = Reader::open(folder.path()).unwrap();
    let error = events.next().unwrap().unwrap_err().to_string();
    assert!(error.starts_with(&format!("{}:1: not an event: expected value", path.display())), "{error}");
    assert!(events.next().is_none(), "nothing after an error");
}

#[test]
fn reading_ahead_ends_with_the_first_error_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let all: Vec<Event> = (1..=200).map(ended).collect();
    write(folder.path(), &all);
    let path = folder.path().join(EVENTS_FILE);
    let text = fs::read_to_string(&path).unwrap();
    for (from, to, place) in
        [("\"at\":77,", "\"at\":,", ":77: not an event"), ("\"at\":150,", "at:150,", ":150: ")]
    {
        let broken = text.replacen(from, to, 1).replacen("\"at\":199,", "\"at\":,", 1);
        fs::write(&path, broken).unwrap();
        let mut events = Ahead::on(folder.path(), 3).unwrap();
        let read: Vec<Event> = events.by_ref().map_while(Result::ok).collect();
        assert_eq!(read[..], all[..read.len()], "in order, and nothing of what comes after it");
        let mut again = Ahead::on(folder.path(), 3).unwrap().skip(read.len());
        let error = again.next().unwrap().unwrap_err().to_string();
        assert!(error.contains(place), "{error}");
        assert!(again.next().is_none() && events.next().is_none(), "nothing after an error");
    }
}

#[test]
fn who_has_read_enough_ahead_waits_for_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let all: Vec<Event> = (1..=500).map(ended).collect();
    write(folder.path(), &all);
    let read = |events: Ahead| events.collect::<Result<Vec<Event>, _>>().unwrap();
    for threads in 1..4 {
        assert_eq!(read(Ahead::on(folder.path(), threads).unwrap()), all, "{threads} threads");
        let some = Ahead::on(folder.path(), threads).unwrap().take(3).map(Result::unwrap);
        assert_eq!(some.collect::<Vec<_>>(), all[..3], "{threads} threads");
    }
    assert_eq!(read(Reader::ahead(folder.path()).unwrap()), all);
}

#[test]
fn another_schema_names_the_version_that_can_read_it() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[]);
    let path = folder.path().join(RUN_FILE);
    fs::write(&path, r#"{"schema": 9, "version": "7.0.0", "else": 1}"#).unwrap();
    let error = Reader::open(folder.path()).unwrap_err().to_string();
    assert!(error.ends_with(
        "has schema 9, this build reads schema 1; judge it with the shakedown that made it (version 7.0.0)"
    ));
    fs::write(&path, r#"{"schema": 1}"#).unwrap();
    let error = Reader::open(folder.path()).unwrap_err().to_string();
    assert!(error.contains("is not the plan of a run: missing field"), "{error}");
}

#[test]
fn nothing_is_overwritten_and_a_missing_run_says_what_to_give() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[ended(1)]);
    let error = Writer::create(folder.path(), &meta()).unwrap_err().to_string();
    assert!(error.ends_with("already holds a run; give another folder with --out"), "{error}");
    assert_eq!(read(folder.path()).0, [ended(1)]);
    let error = Reader::open(&folder.path().join("gone")).unwrap_err().to_string();
    assert!(error.contains("run.json") && error.contains("give the folder of a run"), "{error}");
    assert!(!folder.path().join("run.json.part").exists());
}

#[test]
fn only_a_load_without_users_goes_as_fast_as_it_can() {
    let users = vec![UsersPlan { from: 0, to: 30 }, UsersPlan { from: 30, to: 9 }];
    for (model, users, flat_out, most) in [
        (Model::Open, Vec::new(), false, None),
        (Model::Closed, Vec::new(), true, None),
        (Model::Closed, users, false, Some(30)),
    ] {
        let meta = Meta { model, users, ..meta() };
        assert_eq!((meta.flat_out(), meta.most_users()), (flat_out, most), "{model:?}");
        assert_eq!(model.caution().is_some(), model == Model::Closed);
    }
}
