//! What judged runs show of their rate.

use super::{Attempt, Outcome, Purpose};
use crate::clock::Offset;
use crate::event::{Ending, Event, EventKind};
use crate::gate::Gate;
use crate::history::{Machine, Meta};
use crate::run::{Run, Strictness};
use crate::sample::{self, EndpointId, ErrorClass, Sample};
use crate::scenario::Scenario;
use crate::source::Environment;
use crate::stats::Delta;
use crate::units::{Rate, Span};
use crate::verdict::Severity;
use std::time::Duration;

const SECONDS: u64 = 4;

fn rate() -> Rate {
    Rate::per_second(100.0)
}

fn hold() -> Span {
    Span::new(Duration::from_secs(SECONDS))
}

/// The plan of a run of a scenario with these gates, as a search makes it.
fn plan(gates: &str) -> Meta {
    let text = format!(
        "scenario: s\ntarget: {{ http: 'http://127.0.0.1:1' }}\nload:\n  profile: {{ soak: {{ base: 900/s, hold: 1h }} }}\n  \
         journeys: [{{ name: j, steps: [{{ get: / }}] }}]\ngates: {gates}\n"
    );
    let none = Environment::from_iter::<[(&str, &str); 0]>([]);
    let (scenario, _) = Scenario::parse("s.yaml", &text, &none).unwrap().steady();
    let machine = Machine { os: "linux".into(), cores: 2 };
    let meta = scenario.meta(1, "2026-11-21T10:15:00Z".into(), machine);
    let stages = scenario.load.unwrap().shape().held_at(rate(), hold(), 1).stages;
    Meta { stages, pacing: None, ..meta }
}

/// What each request of a second came to, and how late it was sent.
#[derive(Clone, Copy)]
struct Sent {
    outcome: fn(u64) -> sample::Outcome,
    late: Duration,
    a_second: u64,
}

const GOOD: Sent = Sent { outcome: |_| sample::Outcome::Good, late: Duration::ZERO, a_second: 100 };

fn run(gates: &str, sent: Sent, ending: Ending) -> Run {
    let meta = plan(gates);
    let hold = u16::try_from(meta.stages.len() - 1).unwrap();
    let begin = meta.stages[usize::from(hold)].start.second();
    let second = |second: u64| {
        let mut delta = Delta::new(EndpointId(0), hold, second);
        for n in 0..sent.a_second {
            let planned = Offset::from_micros(second * 1_000_000 + n * 1_000);
            let outcome = (sent.outcome)(n);
            let at = planned + sent.late;
            let done = at + Duration::from_millis(2);
            let (endpoint, first_byte, connect) = (EndpointId(0), Some(done), None);
            let sample = Sample { endpoint, planned, sent: at, first_byte, done, connect, outcome };
            delta.record(&sample, Duration::from_secs(1));
        }
        Event { at: Offset::from_micros((second + 1) * 1_000_000), kind: EventKind::Window(Box::new(delta)) }
    };
    let mut events: Vec<Event> = (begin..begin + SECONDS).map(second).collect();
    let at = Offset::from_micros((begin + SECONDS) * 1_000_000);
    events.push(Event { at, kind: EventKind::Ended(ending) });
    let parsed = |plan: &crate::history::GatePlan| {
        (Gate::parse(&plan.gate).unwrap(), plan.severity, plan.gate.clone())
    };
    let gates: Vec<(Gate, Severity, String)> = meta.gates.iter().map(parsed).collect();
    Run::judge(meta, gates, || events.clone(), Strictness::Normal)
}

fn attempt(run: &Run) -> Attempt {
    Attempt::of(run, rate(), (Purpose::Look, hold()), "01".into())
}

#[test]
fn what_a_run_shows_of_its_rate() {
    let bad = |_| sample::Outcome::Bad(ErrorClass::Status);
    let some: fn(u64) -> sample::Outcome =
        |n| if n < 30 { sample::Outcome::Bad(ErrorClass::Status) } else { sample::Outcome::Good };
    let own: fn(u64) -> sample::Outcome =
        |n| if n < 30 { sample::Outcome::Bad(ErrorClass::Generator) } else { sample::Outcome::Good };
    let late = Duration::from_millis(400);
    let (errors, time) = ("[error_rate < 10%]", "[p50 <= 250ms]");
    let aborted = Ending::Aborted { reason: "error_rate > 50% last 10s".into() };
    let warns = "[{ gate: error_rate < 10%, severity: warn }, p50 <= 1s]";
    for (gates, sent, ending, outcome, words) in [
        (errors, GOOD, Ending::Completed, Outcome::Held, "the gate holds"),
        (
            errors,
            Sent { outcome: some, ..GOOD },
            Ending::Completed,
            Outcome::Broke,
            "120 of 400 requests (30 %)",
        ),
        (errors, Sent { outcome: bad, ..GOOD }, Ending::Completed, Outcome::Broke, "400 of 400 requests"),
        (warns, Sent { outcome: some, ..GOOD }, Ending::Completed, Outcome::Held, "(30 %) failed"),
        (errors, Sent { a_second: 2, ..GOOD }, Ending::Completed, Outcome::Undecided, "takes 29 good ones"),
        (errors, GOOD, aborted, Outcome::Broke, "error_rate > 50% last 10s"),
        // What was late on our side is no break of the target, although the gate is broken.
        (time, Sent { late, ..GOOD }, Ending::Completed, Outcome::Generator, "the generator measured itself"),
        (
            errors,
            Sent { late, outcome: some, ..GOOD },
            Ending::Completed,
            Outcome::Generator,
            "started more than",
        ),
        (
            errors,
            Sent { outcome: own, ..GOOD },
            Ending::Completed,
            Outcome::Generator,
            "30 requests failed on our side in a second",
        ),
    ] {
        let attempt = attempt(&run(gates, sent, ending));
        assert_eq!(attempt.outcome, outcome, "{gates}: {attempt:?}");
        assert!(attempt.reason.contains(words), "{words}: {}", attempt.reason);
    }
}

#[test]
fn an_attempt_has_the_figures_of_its_run() {
    let some = |n| if n < 30 { sample::Outcome::Bad(ErrorClass::Status) } else { sample::Outcome::Good };
    let seen =
        attempt(&run("[error_rate < 10%, p99 <= 9s]", Sent { outcome: some, ..GOOD }, Ending::Completed));
    let broke = seen.broke.unwrap();
    assert_eq!(
        (broke.gate.as_str(), broke.value, broke.unit.as_str()),
        ("error_rate < 10%", Some(0.3), "ratio")
    );
    assert_eq!((seen.seen.planned, seen.seen.failed, seen.seen.dropped), (400, 120, 0));
    assert_eq!(seen.seen.error_rate(), Some(0.3));
    assert!(seen.seen.p99_us.unwrap().abs_diff(2_000) <= 2);
}
