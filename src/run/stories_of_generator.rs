//! Runs whose generator got into trouble: never a pass, and never blamed on the target.

use super::stories::{Story, of};
use super::*;
use crate::clock::Offset;
use crate::event::{Ending, EventKind, Filled, GeneratorSecond, RunQueue};
use crate::history::Model;
use crate::sample::{EndpointId, ErrorClass, Outcome, Sample};
use crate::stats::Delta;
use crate::units::Ratio;
use crate::verdict::{Severity, Subject, Verdict};
use std::ops::Range;
use std::time::Duration;

/// Requests of one second that took so long, and failed where a class is given.
fn answers(second: u64, count: u64, took: Duration, class: Option<ErrorClass>) -> EventKind {
    let mut delta = Delta::new(EndpointId(0), 1, second);
    for n in 0..count {
        let planned = Offset::from_micros(second * 1_000_000 + n * 1_000);
        let outcome = class.map_or(Outcome::Good, Outcome::Bad);
        let (first_byte, connect, endpoint) = (None, None, EndpointId(0));
        let one =
            Sample { endpoint, planned, sent: planned, first_byte, done: planned + took, connect, outcome };
        delta.record(&one, Duration::from_secs(1));
    }
    EventKind::Window(Box::new(delta))
}

fn slow(second: u64) -> EventKind {
    answers(second, 40, Duration::from_millis(50), None)
}

fn throttled(second: u64) -> EventKind {
    let (throttled, quota) = (Some(0.9), Some(0.1));
    EventKind::Generator(GeneratorSecond { second, cpu: 0.05, throttled, quota, ..Default::default() })
}

fn dropped(second: u64) -> EventKind {
    let mut delta = Delta::new(EndpointId(0), 1, second);
    (0..5).for_each(|_| delta.drop_one(Offset::from_micros(second * 1_000_000)));
    EventKind::Window(Box::new(delta))
}

/// Some seconds, and what is said of each.
type Spoilt = (Range<u64>, fn(u64) -> EventKind);

/// Seventy seconds of good load, ten of them warm-up, and in some seconds something more.
fn story(gate: &str, more: &[Spoilt]) -> Story {
    let load = Story::new().gate(gate, Severity::Fail).load(70, 0);
    let each = more.iter().flat_map(|(seconds, kind)| seconds.clone().map(kind));
    each.fold(load, |story, kind| story.say(70, kind)).ends(Ending::Completed)
}

const PASS: (Verdict, Exit) = (Verdict::Pass, Exit::Pass);
const WARN: (Verdict, Exit) = (Verdict::Warn, Exit::Pass);
const INCONCLUSIVE: (Verdict, Exit) = (Verdict::Inconclusive, Exit::Inconclusive);
const FAIL: (Verdict, Exit) = (Verdict::Fail, Exit::Failed);

#[test]
fn a_gate_fails_only_where_it_fails_without_the_seconds_that_the_generator_spoilt() {
    let refused: fn(u64) -> EventKind =
        |second| answers(second, 60, Duration::from_millis(1), Some(ErrorClass::Refused));
    for (what, gate, more, expected) in [
        ("all is well", "p99 <= 5ms", vec![], PASS),
        ("slow, and the target is to blame", "p99 <= 5ms", vec![(20..23, slow as fn(u64) -> _)], FAIL),
        ("slow while held back", "p99 <= 5ms", vec![(20..23, slow), (20..23, throttled)], INCONCLUSIVE),
        ("slow when it began", "p99 <= 5ms", vec![(19..23, slow), (20..23, throttled)], INCONCLUSIVE),
        ("slow long before as well", "p99 <= 5ms", vec![(15..23, slow), (20..23, throttled)], FAIL),
        ("slow and always held back", "p99 <= 5ms", vec![(10..70, slow), (10..70, throttled)], INCONCLUSIVE),
        ("held back elsewhere", "p99 <= 5ms stage hold", vec![(40..43, slow), (20..23, throttled)], FAIL),
        ("slow and dropped", "p99 <= 5ms", vec![(20..23, slow), (20..23, dropped)], FAIL),
        ("good while held back", "p99 <= 5ms", vec![(20..23, throttled)], INCONCLUSIVE),
        (
            "errors while held back",
            "error_rate < 1%",
            vec![(20..23, refused), (20..23, throttled)],
            INCONCLUSIVE,
        ),
        ("errors before it", "error_rate < 1%", vec![(15..18, refused), (20..23, throttled)], FAIL),
        ("slow at the end", "p99 <= 5ms last 5s", vec![(66..68, slow), (66..68, throttled)], INCONCLUSIVE),
        (
            "slow at the end, held back before",
            "p99 <= 5ms last 5s",
            vec![(66..68, slow), (20..23, throttled)],
            FAIL,
        ),
        ("max while held back", "max <= 5ms", vec![(20..21, slow), (20..21, throttled)], INCONCLUSIVE),
        ("never fast enough", "throughput >= 200/s", vec![(20..23, throttled)], FAIL),
        ("of the generator itself", "dropped <= 0", vec![(20..23, dropped), (20..23, throttled)], FAIL),
    ] {
        let run = story(gate, &more).judge();
        assert_eq!(of(&run), expected, "{what}: {}", run.reason);
        if expected == INCONCLUSIVE {
            assert!(
                run.reason.contains("the control group of the generator held it back for up to 900 ms"),
                "{what}"
            );
            assert!(
                run.reason.contains("raise the CPU limit of its pod, container or control group from 0.1")
            );
            let counts = run.summary.totals.counts;
            assert_eq!(
                counts.planned,
                counts.done + counts.failed + counts.dropped,
                "nothing is left out of totals"
            );
        }
    }
}

#[test]
fn a_rate_that_only_the_generator_missed_is_not_blamed_on_the_target() {
    let load = |story: Story, seconds: Range<u64>, count| {
        seconds.fold(story, |story, second| {
            story.say(70, answers(second, count, Duration::from_millis(2), None))
        })
    };
    let judged = |held_back: Range<u64>| {
        let story = Story::new().gate("throughput >= 90/s", Severity::Fail);
        let story = load(load(load(story, 10..30, 100), 30..50, 10), 50..70, 100);
        held_back
            .fold(story, |story, second| story.say(70, throttled(second)))
            .ends(Ending::Completed)
            .judge()
    };
    assert_eq!(of(&judged(0..0)), FAIL);
    let run = judged(30..50);
    assert_eq!(of(&run), INCONCLUSIVE, "{}", run.reason);
    let reason = &run.gates[0].decision.reason;
    assert!(
        reason.contains(
            "but the generator may have done that (20 s of the run: throttled by its control group)"
        ),
        "{reason}"
    );
    assert_eq!(run.gates[0].decision.value, Some(70.0), "the value is that of the whole run");
}

#[test]
fn an_allowance_lets_a_run_pass_with_a_warning_when_its_gates_hold_with_and_without() {
    let judged = |allowed: f64, gate: &str, more: &[Spoilt]| {
        let mut story = story(gate, more);
        story.meta.untrusted = Ratio::new(allowed);
        story.judge()
    };
    for (allowed, gate, more, expected) in [
        (0.0, "p99 <= 5ms", vec![(20..23, throttled as fn(u64) -> _)], INCONCLUSIVE),
        (0.05, "p99 <= 5ms", vec![(20..23, throttled)], WARN),
        (0.05, "p99 <= 5ms", vec![(20..24, throttled)], INCONCLUSIVE),
        (0.05, "p99 <= 5ms", vec![(20..23, slow), (20..23, throttled)], INCONCLUSIVE),
        (0.05, "p99 <= 5ms", vec![(40..43, slow), (20..23, throttled)], FAIL),
        (0.05, "p99 <= 5ms last 3s", vec![(68..70, throttled)], INCONCLUSIVE),
        (0.05, "p99 <= 5ms", vec![], PASS),
    ] {
        let run = judged(allowed, gate, &more);
        assert_eq!(of(&run), expected, "{allowed} {gate} {}: {}", more.len(), run.reason);
        if expected == WARN {
            assert!(run.reason.ends_with("(`load.untrusted` allows 5% of the run)"), "{}", run.reason);
        }
    }
}

#[test]
fn failures_for_want_of_descriptors_are_the_generators() {
    let failed = |second| answers(second, 60, Duration::from_millis(1), Some(ErrorClass::Generator));
    let full = |second| {
        let descriptors = Some(Filled { used: 64, limit: 64 });
        EventKind::Generator(GeneratorSecond { second, descriptors, ..Default::default() })
    };
    let run = story("error_rate < 1%", &[(20..23, failed), (20..23, full)]).judge();
    assert_eq!(of(&run), INCONCLUSIVE, "{}", run.reason);
    let finding = &run.findings[0];
    assert_eq!((finding.subject, finding.name.as_str()), (Subject::Generator, "out of descriptors"));
    assert!(
        finding.reason.ends_with("raise `ulimit -n`, or lower `load.max_in_flight`"),
        "{}",
        finding.reason
    );
    let mut none = Story::new();
    for second in 10..70 {
        none = none.say(70, failed(second)).say(70, full(second));
    }
    let run = none.ends(Ending::Completed).judge();
    assert_eq!(of(&run), INCONCLUSIVE, "without a gate: {}", run.reason);
}

#[test]
fn waiting_for_a_core_is_measured_by_what_gates_ask() {
    let waited = |waited_us| GeneratorSecond {
        second: 20,
        queue: Some(RunQueue { waited_us, ran_us: 9, turns: 100 }),
        ..Default::default()
    };
    for (gate, waited_us, expected) in [
        ("p99 <= 5ms", 50_000, INCONCLUSIVE),
        ("p99 <= 5ms", 49_000, PASS),
        ("p99 <= 500ms", 50_000, PASS),
        ("error_rate < 1%", 790_000, PASS),
        ("error_rate < 1%", 800_000, INCONCLUSIVE),
    ] {
        let said = EventKind::Generator(waited(waited_us));
        let story = Story::new().gate(gate, Severity::Fail).load(70, 0).say(70, said);
        let run = story.ends(Ending::Completed).judge();
        assert_eq!(of(&run), expected, "{gate} {waited_us}: {}", run.reason);
    }
}

#[test]
fn a_generator_that_could_not_keep_up_is_no_pass() {
    let gated = || Story::new().gate("p99 <= 250ms", Severity::Fail).load(70, 0);
    let busy =
        GeneratorSecond { second: 20, cpu: 1.95, in_flight: 7, connections: 9, ..GeneratorSecond::default() };
    let mut dropped = Delta::new(EndpointId(0), 1, 30);
    let mut late = Delta::new(EndpointId(0), 1, 40);
    for n in 0..5 {
        dropped.drop_one(Offset::from_micros(30_000_000));
        let planned = Offset::from_micros(40_000_000 + n);
        let one = Sample {
            endpoint: EndpointId(0),
            planned,
            sent: planned + Duration::from_millis(26),
            first_byte: None,
            done: planned + Duration::from_millis(27),
            connect: None,
            outcome: Outcome::Good,
        };
        late.record(&one, Duration::from_secs(1));
    }
    for (kind, name, second) in [
        (EventKind::Generator(busy.clone()), "processor at its limit", 20),
        (EventKind::Window(Box::new(dropped)), "dropped arrivals", 30),
        (EventKind::Window(Box::new(late)), "late starts", 40),
    ] {
        let run = gated().say(70, kind).ends(Ending::Completed).judge();
        assert_eq!(of(&run), (Verdict::Inconclusive, Exit::Inconclusive), "{name}");
        let finding = &run.findings[0];
        assert_eq!((finding.subject, finding.name.as_str()), (Subject::Generator, name));
        let spans = &run.summary.generator.untrusted.spans;
        assert_eq!((spans.len(), spans[0].from, spans[0].to), (1, second, second + 1));
        let row = run.summary.series.iter().find(|row| row.second == second).unwrap();
        assert_eq!(row.untrusted, 1);
    }
    let mut closed = gated().say(70, EventKind::Generator(busy)).ends(Ending::Completed);
    closed.meta.model = Model::Closed;
    let run = closed.judge();
    assert_eq!(of(&run), (Verdict::Pass, Exit::Pass), "as fast as it can is what was asked for");
    assert_eq!(run.summary.generator.cpu, Some(1.95));
}
