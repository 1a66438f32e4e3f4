//! Runs with faults: what is judged by the seconds around them, and what of them forbids a pass.

use super::*;
use crate::clock::Offset;
use crate::event::{Ending, Event, EventKind, FaultPhase, FaultStep};
use crate::gate::Gate;
use crate::history::{EndpointPlan, FaultPlan, Meta, StagePlan};
use crate::sample::{EndpointId, ErrorClass, Outcome, Sample};
use crate::stats::Delta;
use crate::units::Rate;
use crate::verdict::{Severity, Verdict};
use FaultPhase::{
    Failed, Injected, Overtaken, Planned, Protected, Proven, UndoFailed, Undoing, Undone, Unproven,
};
use proptest::prelude::*;
use std::time::Duration;

const PHASES: [FaultPhase; 10] =
    [Planned, Injected, Protected, Failed, Proven, Unproven, Undoing, Undone, Overtaken, UndoFailed];

fn at(seconds: f64) -> Offset {
    Offset::from_secs_f64(seconds)
}

/// Two seconds of warm-up and forty of load at ten requests a second; `cut` is undone, `kill` has nothing to undo.
fn meta() -> Meta {
    let rate = Rate::per_second(10.0);
    let stage = |name: &str, start, end, warmup| StagePlan {
        name: name.into(),
        start: at(start),
        end: at(end),
        from: rate,
        to: rate,
        warmup,
    };
    let fault = |name: &str, from, until: Option<f64>| FaultPlan {
        name: name.into(),
        kind: "pod_kill".into(),
        at: at(from),
        until: until.map(at),
    };
    Meta {
        endpoints: vec![EndpointPlan { name: "a/b".into(), journey: "a".into() }],
        stages: vec![stage("warm-up", 0.0, 2.0, true), stage("hold", 2.0, 42.0, false)],
        faults: vec![fault("cut", 10.0, Some(20.0)), fault("kill", 30.0, None)],
        ..Meta::bare("s")
    }
}

/// Ten requests of one second; those from 12 on and before 20 fail.
fn second(second: u64) -> Event {
    let mut delta = Delta::new(EndpointId(0), u16::from(second >= 2), second);
    for n in 0..10 {
        let planned = Offset::from_micros(second * 1_000_000 + n * 1_000);
        let outcome =
            if (12..20).contains(&second) { Outcome::Bad(ErrorClass::Reset) } else { Outcome::Good };
        delta.record(
            &Sample {
                endpoint: EndpointId(0),
                planned,
                sent: planned,
                first_byte: None,
                done: planned + Duration::from_millis(2),
                connect: None,
                outcome,
            },
            Duration::from_secs(1),
        );
    }
    Event { at: at((second + 1) as f64), kind: EventKind::Window(Box::new(delta)) }
}

fn step(seconds: f64, fault: u16, injection: u32, phase: FaultPhase) -> Event {
    let text = format!("{phase:?}").to_lowercase();
    let objects = vec![format!("Pod/api-{injection}")];
    let kind = EventKind::Fault(FaultStep { fault, injection, phase, text, objects });
    Event { at: at(seconds), kind }
}

/// The steps of a fault that went well.
fn good() -> Vec<Event> {
    let cut = [(10.9, Planned), (11.1, Injected), (11.6, Proven), (20.0, Undoing), (20.4, Undone)];
    let kill = [(30.0, Planned), (30.2, Injected), (33.0, Proven)];
    let cut = cut.into_iter().map(|(at, phase)| step(at, 0, 0, phase));
    cut.chain(kill.into_iter().map(|(at, phase)| step(at, 1, 0, phase))).collect()
}

/// Judges the whole load with these steps in it.
fn judge(gates: &[&str], steps: Vec<Event>, ending: Option<Ending>) -> Run {
    let mut events: Vec<Event> = (0..42).map(second).chain(steps).collect();
    events.sort_by_key(|event| event.at);
    events.extend(ending.map(|ending| Event { at: at(60.0), kind: EventKind::Ended(ending) }));
    judge_events(gates, &events)
}

fn judge_events(gates: &[&str], events: &[Event]) -> Run {
    let gates =
        gates.iter().map(|gate| (Gate::parse(gate).unwrap(), Severity::Fail, (*gate).to_owned())).collect();
    Run::judge(meta(), gates, || events.iter().cloned(), Strictness::Normal)
}

#[test]
fn each_window_has_its_seconds() {
    let windows = [
        ("before cut", 8),        // 2 to 9: in second 10 the call was made
        ("during cut", 10),       // 11 to 20, both touched in part
        ("after cut", 21),        // 21 to 41
        ("after cut +5s", 5),     // 21 to 25
        ("after cut +4500ms", 5), // rounded up
        ("after cut +1h", 21),    // to the end of the load
        ("before kill", 17),      // 2 to 29 without 10 to 20, `cut`, and the moment before it
        ("during kill", 3),       // 30 to 32: over when it was proven, at the beginning of 33
        ("after kill", 9),        // 33 to 41
        ("before nothing", 0),
    ];
    let gates: Vec<String> =
        windows.iter().map(|(window, _)| format!("throughput >= 0.1/s {window}")).collect();
    let gates: Vec<&str> = gates.iter().map(String::as_str).collect();
    let run = judge(&gates, good(), Some(Ending::Completed));
    for ((window, seconds), gate) in windows.iter().zip(&run.gates) {
        assert_eq!(gate.decision.n, seconds * 10, "{window}: {}", gate.decision.reason);
    }
    let rates: Vec<Option<f64>> = run.gates.iter().map(|gate| gate.decision.value).collect();
    assert_eq!(rates[..3], [Some(10.0), Some(2.0), Some(10.0)], "divided by its own length");
    assert_eq!(run.gates[9].decision.reason, "the run has no fault `nothing`");
    let errors = judge(&["error_rate == 0% before cut", "error_rate == 0% during cut"], good(), None);
    assert_eq!(
        errors.gates.iter().map(|gate| gate.verdict).collect::<Vec<_>>(),
        [Verdict::Pass, Verdict::Fail]
    );
}

#[test]
fn a_fault_that_comes_again_and_again_is_active_in_parts_and_over_after_the_last() {
    let steps = |injection: u32, begins: f64| {
        [(0.1, Planned), (0.2, Injected), (1.5, Proven)]
            .map(|(later, phase)| step(begins + later, 1, injection, phase))
    };
    let all: Vec<Event> = [4.0, 12.0, 20.0, 36.0].iter().zip(0..).flat_map(|(at, n)| steps(n, *at)).collect();
    let gates = ["dropped <= 1 before kill", "dropped <= 1 during kill", "dropped <= 1 after kill +2s"];
    let run = judge(&gates, all, Some(Ending::Completed));
    let seen: Vec<u64> = run.gates.iter().map(|gate| gate.decision.n).collect();
    assert_eq!(seen, [20, 80, 20]);
    let kill = &run.summary.faults[1];
    assert_eq!((kill.count, kill.status, kill.undone()), (4, FaultStatus::Proven, None));
    assert_eq!(
        (kill.injected(), kill.effect(), kill.ended()),
        (Some(at(4.2)), Some(at(5.5)), Some(at(37.5)))
    );
    assert_eq!(kill.victims(), ["Pod/api-0", "Pod/api-1", "Pod/api-2", "Pod/api-3"]);
}

#[test]
fn steps_that_are_told_a_moment_late_give_the_same_windows() {
    let gates = ["dropped <= 1 before kill", "dropped <= 1 during cut", "dropped <= 1 after cut +5s"];
    let punctual = judge(&gates, good(), Some(Ending::Completed));
    let told = |delay: f64| {
        let mut events: Vec<(f64, Event)> =
            (0..42).map(second).map(|event| (event.at.secs_f64(), event)).collect();
        events.extend(good().into_iter().map(|event| (event.at.secs_f64() + delay, event)));
        events.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        let end = Event { at: at(60.0), kind: EventKind::Ended(Ending::Completed) };
        judge_events(&gates, &events.into_iter().map(|(_, event)| event).chain([end]).collect::<Vec<_>>())
    };
    assert_eq!(told(8.0), punctual);
    let late = told(13.0);
    assert_eq!(late.verdict, Verdict::Inconclusive);
    assert!(late.reason.contains("told so late"), "{}", late.reason);
}

#[test]
fn what_became_of_a_fault_decides_with_the_gates() {
    use Verdict::{Fail, Inconclusive, Pass, Warn};
    let cut = |phases: &[FaultPhase]| -> Vec<Event> {
        let mut steps: Vec<Event> =
            phases.iter().zip(10..).map(|(phase, n)| step(f64::from(n), 0, 0, *phase)).collect();
        steps.extend(good().into_iter().skip(5));
        steps
    };
    let (completed, interrupted) = (Some(Ending::Completed), Some(Ending::Interrupted));
    for (phases, ending, expected, reason) in [
        (&[Planned, Injected, Proven, Undoing, Undone][..], &completed, (Pass, Exit::Pass), "the gate holds"),
        (
            &[],
            &completed,
            (Inconclusive, Exit::Inconclusive),
            "fault cut: was planned for 10.0 s, but never injected",
        ),
        (
            &[Planned, Failed],
            &completed,
            (Inconclusive, Exit::Inconclusive),
            "fault cut: could not be injected: failed",
        ),
        (
            &[Planned, Injected, Unproven, Undoing, Undone],
            &completed,
            (Inconclusive, Exit::Inconclusive),
            "fault cut: was not proven: unproven",
        ),
        (
            &[Planned, Injected, Undoing, Undone],
            &completed,
            (Inconclusive, Exit::Inconclusive),
            "fault cut: was injected at 11.0 s, and it was over before its effect was seen",
        ),
        (
            &[Planned, Protected],
            &completed,
            (Warn, Exit::Pass),
            "fault cut: the cluster kept it from happening: protected",
        ),
        (
            &[Planned, Injected, Proven, Undoing, Overtaken],
            &completed,
            (Warn, Exit::Pass),
            "fault cut: somebody else changed meanwhile what it had changed: overtaken",
        ),
        (
            &[Planned, Injected, Proven, Undoing, UndoFailed],
            &completed,
            (Fail, Exit::Dirty),
            "fault cut: could not be undone: undofailed; left changed: Pod/api-0; run `shakedown recover`",
        ),
        (
            &[Planned, Injected, Proven],
            &None,
            (Fail, Exit::Dirty),
            "fault cut: was injected at 11.0 s and never undone; may be left changed: Pod/api-0; run `shakedown recover`",
        ),
        (
            &[Planned],
            &None,
            (Fail, Exit::Dirty),
            "fault cut: was about to be injected at 10.0 s, and no more is known of it; may be left changed: \
             Pod/api-0; run `shakedown recover`",
        ),
        (
            &[Planned, Injected, Proven, Undoing, Undone],
            &interrupted,
            (Inconclusive, Exit::Interrupted),
            "the run was interrupted after 60.0 s; run it to its end",
        ),
    ] {
        let run = judge(&["error_rate < 90%"], cut(phases), ending.clone());
        assert_eq!((run.verdict, run.exit), expected, "{phases:?}");
        assert_eq!(run.reason, reason, "{phases:?}");
    }
}

#[test]
fn a_window_of_a_fault_that_was_no_test_decides_nothing() {
    for (phases, window, reason) in [
        (&[][..], "before cut", "fault `cut` was never injected"),
        (&[Planned, Protected], "during cut", "fault `cut` was not injected: protected"),
        (&[Planned, Failed], "during cut", "fault `cut` was not injected: failed"),
        (&[Planned, Injected, Unproven, Undone], "before cut", "fault `cut` was not proven: unproven"),
        (&[Planned, Injected], "during cut", "fault `cut` was not proven: its effect was not seen"),
        (&[Planned, Injected, Proven], "after cut", "fault `cut` was never over: it was not undone"),
    ] {
        let steps = phases.iter().zip(10..).map(|(phase, n)| step(f64::from(n), 0, 0, *phase)).collect();
        let gate = format!("error_rate < 90% {window}");
        let run = judge(&[&gate], steps, Some(Ending::Completed));
        let decision = &run.gates[0].decision;
        assert_eq!(
            (decision.verdict, decision.reason.as_str()),
            (Verdict::Inconclusive, reason),
            "{phases:?}"
        );
    }
}

#[test]
fn a_fault_that_was_no_test_decides_no_gate_on_it_either() {
    let gates = ["detection", "failover", "rto", "downtime"].map(|metric| format!("{metric}(cut) <= 30s"));
    let gates = gates.into_iter().chain(["rpo(cut) == 0s", "lost(cut) == 0"].map(str::to_owned));
    let cut = |steps: &[(f64, FaultPhase)]| -> Vec<Event> {
        steps.iter().map(|(at, phase)| step(*at, 0, 0, *phase)).collect()
    };
    for gate in gates {
        for (gate, steps, reason) in [
            (gate.clone(), vec![], "fault `cut` was never injected"),
            (
                gate.clone(),
                cut(&[(9.0, Planned), (9.1, Protected)]),
                "fault `cut` was not injected: protected",
            ),
            (
                gate.clone(),
                cut(&[(9.0, Planned), (9.1, Injected), (9.9, Unproven), (20.0, Undone)]),
                "fault `cut` was not proven: unproven",
            ),
            (gate.replace("cut", "cup"), good(), "the run has no fault `cup`; did you mean `cut`?"),
        ] {
            let run = judge(&[&gate], steps, Some(Ending::Completed));
            let decision = &run.gates[0].decision;
            assert_eq!(
                (decision.verdict, decision.reason.as_str()),
                (Verdict::Inconclusive, reason),
                "{gate}"
            );
            assert_ne!(run.verdict, Verdict::Pass);
        }
    }
}

#[test]
fn faults_that_the_plan_does_not_have_are_no_pass_and_no_panic() {
    let mut steps = good();
    steps.push(step(40.0, 9, u32::MAX, Injected));
    let run = judge(&["error_rate < 90%"], steps, Some(Ending::Completed));
    assert_eq!(run.verdict, Verdict::Inconclusive);
    assert_eq!(run.reason, "the history speaks of fault 9, which the plan does not have");
}

#[test]
fn a_fault_that_strikes_every_second_of_a_day_takes_bounded_memory() {
    let mut faults = fault::Faults::new(&meta().faults);
    for n in 0..86_400_u32 {
        for (later, phase) in [(0.1, Injected), (0.3, Proven)] {
            let EventKind::Fault(told) = step(0.0, 1, n, phase).kind else { unreachable!() };
            faults.add(at(f64::from(n) + later), told).unwrap();
        }
        assert!(faults.kept() <= 257);
    }
    let results = faults.results(Vec::new());
    assert_eq!((results[1].count, results[1].status), (86_400, FaultStatus::Proven));
    assert_eq!((results[1].injected(), results[1].ended()), (Some(at(0.1)), Some(at(86_399.3))));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_steps_in_any_order_panic_or_pass_for_what_they_are_not(
        steps in prop::collection::vec((0..420_u32, 0..2_u16, 0..3_u32, 0..10_usize), 0..14),
        ends in any::<bool>(),
    ) {
        let mut told: Vec<Event> = steps
            .iter()
            .map(|(at, fault, injection, phase)| step(f64::from(*at) / 10.0, *fault, *injection, PHASES[*phase]))
            .collect();
        told.sort_by_key(|event| event.at);
        let gates = ["error_rate < 90%", "dropped <= 1 before cut", "dropped <= 1 during kill", "dropped <= 1 after cut +5s"];
        let run = judge(&gates, told, ends.then_some(Ending::Completed));
        let came = |fault: u16, phase: FaultPhase| {
            steps.iter().any(|(_, of, _, told)| *of == fault && PHASES[*told] == phase)
        };
        let any = |phase| came(0, phase) || came(1, phase);
        let forbidden = any(Unproven) || any(Failed) || any(UndoFailed);
        let never = |fault| !came(fault, Injected) && !came(fault, Proven) && !came(fault, Protected);
        if forbidden || never(0) || never(1) || !ends {
            prop_assert!(run.verdict != Verdict::Pass, "{}", run.reason);
        }
        prop_assert_eq!(any(UndoFailed) && run.exit != Exit::Dirty, false);
        for (fault, result) in (0..).zip(&run.summary.faults) {
            prop_assert!(!came(fault, UndoFailed) || result.status == FaultStatus::UndoFailed);
            prop_assert_eq!(result.is_left(), result.verdict == Verdict::Fail);
            prop_assert!(!result.is_left() || run.exit == Exit::Dirty);
            prop_assert_eq!(&result.status, &result.injections.iter().map(Injection::status).max().unwrap_or(FaultStatus::Planned));
            let good = [FaultStatus::Undone, FaultStatus::Proven];
            prop_assert!(result.verdict != Verdict::Pass || good.contains(&result.status), "{:?}", result);
            prop_assert!(result.ended() >= result.injected() || result.ended().is_none());
        }
    }
}
