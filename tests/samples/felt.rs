//! A run whose faults have every figure that a report can show. The figures are put in by hand: how they come out of a
//! history is for the tests of the analysis.

use crate::builder::Sample;
use shakedown::clock::Offset;
use shakedown::event::{Ending, FaultPhase};
use shakedown::gate::{Evidence, Figure, Gate, Measured, Watched, Writes, decide};
use shakedown::run::{Bounds, DataLoss, Exit, GateResult, LedgerResult, Measures, Recovery, Run};
use shakedown::verdict::{Severity, Verdict};
use std::time::Duration;

/// A fault that was overcome, one that was not before the end, and one that was no test.
pub fn sample() -> Sample {
    use FaultPhase::{Injected, Planned, Proven, Undoing, Undone, Unproven};
    let (api, store) = (&["Pod/api-7d9c-x2v"], &["Service/store"]);
    let policy = "the CNI does not enforce NetworkPolicy: a fresh connection still succeeds";
    Sample::new("recovery", "checkout, and what its users felt")
        .gate("error_rate < 1% before kill-one", Severity::Warn)
        .fault("kill-one", "pod_kill", 4, None)
        .fault("store-down", "service_blackhole", 6, Some(9))
        .fault("split", "partition", 10, Some(12))
        .healthy(13)
        .step(4_004, 0, Planned, "nothing to take back", api)
        .step(4_011, 0, Injected, "Pod/api-7d9c-x2v is deleted without grace", api)
        .step(4_090, 0, Proven, "the Pod is gone and its successor is ready", api)
        .step(6_004, 1, Planned, "its undo is in the journal", store)
        .step(6_031, 1, Injected, "the selector of Service/store matches nothing", store)
        .step(6_210, 1, Proven, "a fresh connection to store:7000 is refused", store)
        .step(9_000, 1, Undoing, "putting the selector back", store)
        .step(9_042, 1, Undone, "the selector is as before", store)
        .step(10_004, 2, Planned, "its undo is in the journal", api)
        .step(10_020, 2, Injected, "NetworkPolicy/shakedown-split denies all to 1 pod", api)
        .step(11_020, 2, Unproven, policy, api)
        .step(12_000, 2, Undone, "NetworkPolicy/shakedown-split is gone", &[])
        .in_order()
        .ends(13_050, Ending::Completed)
        .expect(Verdict::Inconclusive, Exit::Inconclusive)
}

/// The judged sample with figures in it, and gates on them.
pub fn fill(mut run: Run) -> Run {
    let [kill, store, split] = run.summary.faults.as_mut_slice() else { panic!("three faults") };
    (kill.recovery, kill.data) = (Some(overcome()), Some(kept()));
    (store.recovery, store.data) = (Some(endless()), Some(lost()));
    let doubt = Some("the fault was not proven: a fresh connection still succeeds".to_owned());
    let nothing =
        Recovery { overall: Measures::default(), endpoints: vec![], doubt: doubt.clone(), ..overcome() };
    (split.recovery, split.data) = (Some(nothing), Some(DataLoss { doubt, rpo: None, ..kept() }));
    run.summary.ledger = Some(ledger());
    let time = |bounds: Option<Bounds>| Figure::Time { bounds: bounds.unwrap(), watched: Watched::ToTheEnd };
    let (overcome, endless) = (overcome().overall, endless().overall);
    for (text, severity, figure) in [
        ("failover(kill-one) <= 30s", Severity::Fail, time(overcome.failover)),
        ("detection(kill-one) <= 100ms", Severity::Fail, time(overcome.detection)),
        ("rpo(kill-one) == 0s", Severity::Fail, writes(&kept())),
        ("rto(store-down) <= 30s", Severity::Warn, time(endless.rto)),
        ("lost(store-down) == 0", Severity::Warn, writes(&lost())),
    ] {
        let measured = Measured { figure, shared_with: vec![] };
        let decision = decide(&Gate::parse(text).unwrap(), &Evidence::Measured(measured));
        let verdict = severity.cap(decision.verdict);
        run.gates.push(GateResult { gate: text.to_owned(), severity, verdict, decision });
    }
    run
}

fn between(low: u64, value: u64, high: u64) -> Bounds {
    let [low, value, high] = [low, value, high].map(Duration::from_millis);
    Bounds { value, low, high: Some(high) }
}

fn longer_than(millis: u64) -> Bounds {
    Bounds::more_than(Duration::from_millis(millis))
}

fn at(millis: u64) -> Offset {
    Offset::from_micros(millis * 1_000)
}

fn overcome() -> Recovery {
    let overall = Measures {
        first_error: Some(at(4_020)),
        detected: Some((at(4_140), "EndpointSlice api: 2 of 3 ready".to_owned())),
        recovered: Some(at(5_290)),
        detection: Some(between(50, 50, 136)),
        failover: Some(between(1_260, 1_270, 1_280)),
        rto: Some(between(1_190, 1_200, 1_286)),
        steady: Some(between(1_910, 2_910, 2_996)),
        downtime: Some(between(1_260, 1_270, 1_280)),
        longest_gap: Some(between(310, 310, 310)),
        lost_requests: 43,
        budget_minutes: 0.007_17,
        resolution: Duration::from_millis(10),
    };
    let untouched = Measures {
        failover: Some(between(0, 0, 10)),
        rto: Some(between(0, 0, 10)),
        downtime: Some(between(0, 0, 10)),
        longest_gap: Some(between(10, 10, 10)),
        lost_requests: 0,
        budget_minutes: 0.0,
        resolution: Duration::from_millis(10),
        ..Measures::default()
    };
    let endpoints = vec![("browse/list".to_owned(), untouched), ("order/create".to_owned(), overall.clone())];
    Recovery { injection: 0, overall, endpoints, shared_with: vec![], doubt: None }
}

fn endless() -> Recovery {
    let overall = Measures {
        first_error: Some(at(6_040)),
        recovered: None,
        detection: Some(longer_than(6_790)),
        failover: Some(longer_than(6_960)),
        rto: Some(longer_than(6_790)),
        downtime: Some(longer_than(6_960)),
        longest_gap: Some(between(2_990, 3_000, 3_010)),
        lost_requests: 12_345,
        budget_minutes: 2.06,
        resolution: Duration::from_millis(10),
        ..Measures::default()
    };
    let shared_with = vec!["kill-one".to_owned()];
    Recovery { overall, endpoints: vec![], shared_with, ..overcome() }
}

fn kept() -> DataLoss {
    DataLoss {
        rpo: Some(Bounds::exact(Duration::ZERO)),
        lost: 0,
        acknowledged: 812,
        at_most: Some(3.0 / 812.0),
        split_brain: 0,
        shared_with: vec![],
        doubt: None,
    }
}

fn lost() -> DataLoss {
    DataLoss {
        rpo: Some(between(1_190, 1_210, 1_230)),
        lost: 7,
        at_most: None,
        split_brain: 1,
        shared_with: vec!["kill-one".to_owned()],
        ..kept()
    }
}

fn writes(data: &DataLoss) -> Figure {
    let DataLoss { rpo, lost, acknowledged, at_most, split_brain, .. } = *data;
    Figure::Writes(Writes { rpo, lost, acknowledged, at_most, split_brain })
}

fn ledger() -> LedgerResult {
    LedgerResult {
        acknowledged: 1_204,
        unknown: 12,
        failed: 31,
        dropped: 0,
        read: Some(1_206),
        readings: 3,
        agreed: true,
        lost: 7,
        lost_writes: (0..7).map(|n| (481 + n, at(5_000 + 20 * n))).collect(),
        recovered: 9,
        resurrected: 0,
        unexpected: 2,
        duplicated: 1,
        corrupted: 1,
        unclaimed: 0,
        stale: 4,
        split_brain: 1,
        doubt: None,
    }
}
