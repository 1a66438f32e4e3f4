//! Whatever the run, what is kept of it stays within its bound.

use super::track::Recoveries;
use crate::clock::Offset;
use crate::event::{FaultPhase, FaultStep};
use crate::history::{EndpointPlan, FaultPlan, Meta};
use crate::sample::{EndpointId, ErrorClass, Outcome, Sample};
use crate::stats::Delta;
use std::time::Duration;

fn at(seconds: f64) -> Offset {
    Offset::from_secs_f64(seconds)
}

fn meta() -> Meta {
    let fault =
        |name: &str, until| FaultPlan { name: name.into(), kind: "command".into(), at: at(0.0), until };
    Meta {
        endpoints: vec![EndpointPlan { name: "a/b".into(), journey: "a".into() }],
        faults: vec![fault("kill", None), fault("cut", Some(at(1e6)))],
        ..Meta::bare("s")
    }
}

/// Twenty requests of one second, all good or all bad.
fn second(second: u64, outcome: Outcome) -> Delta {
    let mut delta = Delta::new(EndpointId(0), 0, second);
    for n in 0..20 {
        let planned = Offset::from_micros(second * 1_000_000 + n * 50_000);
        let done = planned + Duration::from_millis(2);
        let (endpoint, sent) = (EndpointId(0), planned);
        let sample = Sample { endpoint, planned, sent, first_byte: None, done, connect: None, outcome };
        delta.record(&sample, Duration::from_secs(1));
    }
    delta
}

fn step(recoveries: &mut Recoveries, seconds: f64, fault: u16, injection: u32, phase: FaultPhase) {
    let step = FaultStep { fault, injection, phase, text: String::new(), objects: vec![] };
    recoveries.step(at(seconds), &step);
}

fn strike(recoveries: &mut Recoveries, seconds: u64, fault: u16, injection: u32) {
    for (later, phase) in [(0.1, FaultPhase::Planned), (0.2, FaultPhase::Injected), (0.3, FaultPhase::Proven)]
    {
        step(recoveries, seconds as f64 + later, fault, injection, phase);
    }
}

const BAD: Outcome = Outcome::Bad(ErrorClass::Refused);

#[test]
fn a_long_fault_is_settled_when_too_much_is_kept() {
    let mut recoveries = Recoveries::new(&meta()).at_most(10_000);
    for n in 0..5_000 {
        if n == 100 {
            strike(&mut recoveries, n, 1, 0);
        }
        recoveries.add(&second(n, if (101..104).contains(&n) { BAD } else { Outcome::Good }));
        assert!(recoveries.kept() <= 10_000 + 40, "{}", recoveries.kept());
    }
    let results = recoveries.results(at(5_000.0));
    let felt = &results[1].as_ref().unwrap().overall;
    assert_eq!((felt.first_error, felt.recovered), (Some(at(101.0)), Some(at(104.0))));
    assert!(results[0].is_none(), "never injected");
}

#[test]
fn a_fault_every_ten_seconds_of_an_hour_keeps_its_worst() {
    let mut recoveries = Recoveries::new(&meta());
    let mut most = 0;
    for n in 0..3_600 {
        if n >= 60 && n % 10 == 0 {
            strike(&mut recoveries, n, 0, u32::try_from(n / 10).unwrap());
        }
        // Each is felt for a second, and one for three.
        let felt = n >= 60 && n % 10 == 1 || (1_801..1_804).contains(&n);
        recoveries.add(&second(n, if felt { BAD } else { Outcome::Good }));
        most = most.max(recoveries.kept());
    }
    assert!(most < 2 * 10 * (64 * 10 + 200), "{most}");
    let worst = recoveries.results(at(3_600.0)).swap_remove(0).unwrap();
    assert_eq!((worst.injection, worst.overall.first_error), (180, Some(at(1_801.0))));
    assert_eq!(worst.overall.recovered, Some(at(1_804.0)));
}

#[test]
fn an_injection_that_was_over_long_ago_is_settled_and_a_late_step_of_it_changes_nothing() {
    let mut recoveries = Recoveries::new(&meta());
    for n in 0..2_500 {
        if n == 100 {
            strike(&mut recoveries, n, 0, 0);
        }
        recoveries.add(&second(n, if n == 101 { BAD } else { Outcome::Good }));
    }
    assert!(recoveries.kept() < 2 * 10 * 100, "only the newest are left: {}", recoveries.kept());
    step(&mut recoveries, 2_500.0, 0, 0, FaultPhase::Unproven);
    let results = recoveries.results(at(2_500.0));
    assert_eq!(results[0].as_ref().unwrap().overall.recovered, Some(at(102.0)));
}

#[test]
fn without_faults_nothing_is_kept() {
    let mut recoveries = Recoveries::new(&Meta { faults: vec![], ..meta() });
    (0..100).for_each(|n| recoveries.add(&second(n, Outcome::Good)));
    assert_eq!(recoveries.kept(), 0);
}
