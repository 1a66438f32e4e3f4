//! The golden runs: one for each way a run can end.

use crate::builder::{Sample, Traffic, endpoint};
use shakedown::event::{Changed, ClusterChange, Ending, EventKind, FaultPhase, Phase};
use shakedown::run::Exit;
use shakedown::sample::ErrorClass;
use shakedown::verdict::{Severity, Verdict};

pub fn all() -> Vec<Sample> {
    vec![
        pass(),
        warn(),
        fail(),
        inconclusive(),
        untrusted(),
        squeezed(),
        interrupted(),
        cut_off(),
        smoke_failed(),
        unreachable(),
        no_gate(),
        faults(),
        undo_failed(),
    ]
}

fn pass() -> Sample {
    Sample::new("pass", "checkout under load")
        .gate("p99 <= 250ms", Severity::Fail)
        .gate("p95(order) <= 50ms stage hold", Severity::Fail)
        .gate("error_rate < 1% last 5s", Severity::Fail)
        .check(12, Phase::Before, "health", Verdict::Pass, "GET /health answered 200")
        .say(15, EventKind::StageStarted { stage: 0 })
        .healthy(13)
        .check(13_100, Phase::After, "health", Verdict::Pass, "GET /health answered 200")
        .ends(13_050, Ending::Completed)
        .expect(Verdict::Pass, Exit::Pass)
}

fn warn() -> Sample {
    Sample::new("warn", "checkout with an ambition")
        .gate("p99 <= 250ms", Severity::Fail)
        .gate("p50(order) <= 1ms", Severity::Warn)
        .healthy(13)
        .ends(13_050, Ending::Completed)
        .expect(Verdict::Warn, Exit::Pass)
}

/// Errors of several classes, long names, and text that would like to repaint the terminal.
fn fail() -> Sample {
    let mut sample = Sample::new("fail", "checkout: 10 % of <orders> break & \u{1b}[32mPASS")
        .gate("error_rate < 1%", Severity::Fail)
        .gate("p99(browse) <= 250ms", Severity::Fail)
        .gate("error_rate(create) < 5% stage hold", Severity::Warn)
        .check(12, Phase::Before, "health", Verdict::Pass, "GET /health answered 200")
        .healthy(13);
    sample.meta.tls_verified = false;
    sample.meta.endpoints.push(endpoint(
        "administration",
        "GET /api/v2/customers/{{ customer }}/orders/{{ order }}/positions/{{ position }}/history",
    ));
    for second in 5..13 {
        let classes = [ErrorClass::Status, ErrorClass::Timeout, ErrorClass::Assertion, ErrorClass::Reset];
        let class = classes[(second % 4) as usize];
        let here = Traffic { bad: Some((class, 15)), ..Traffic::at(1, 1, second) };
        let there = Traffic { good: 9_000, base_us: 64_000, ..Traffic::at(2, 1, second) };
        sample = sample.traffic(here).traffic(if second == 8 { there } else { Traffic { good: 2, ..there } });
    }
    let html =
        "expected a status below 400, came 503 Service Unavailable: <html><body>\n\u{1b}[2Jno upstream";
    sample
        .example(8_200, 1, ErrorClass::Status, html)
        .example(9_000, 1, ErrorClass::Timeout, "no answer within 2s")
        .example(10_000, 1, ErrorClass::Assertion, "$.state: expected equal to \"accepted\", came \"queued\"")
        .check(13_100, Phase::After, "health", Verdict::Fail, "GET /health answered 503, expected 200")
        .in_order()
        .ends(13_050, Ending::Completed)
        .expect(Verdict::Fail, Exit::Failed)
}

fn inconclusive() -> Sample {
    let mut sample = Sample::new("inconclusive", "a trickle")
        .gate("p99 <= 250ms", Severity::Fail)
        .gate("p99(order) <= 250ms", Severity::Fail);
    for second in 3..13 {
        sample = sample.traffic(Traffic { good: 12, ..Traffic::at(0, 1, second) }).generator(second, 0.02);
    }
    sample.ends(13_050, Ending::Completed).expect(Verdict::Inconclusive, Exit::Inconclusive)
}

fn untrusted() -> Sample {
    let mut sample =
        Sample::new("untrusted", "more than this machine can").gate("p99 <= 250ms", Severity::Fail);
    sample = sample.healthy(13);
    for second in [6, 7, 10] {
        sample = sample.traffic(Traffic { dropped: 25, ..Traffic::at(0, 1, second) }).generator(second, 1.97);
    }
    sample.in_order().ends(13_050, Ending::Completed).expect(Verdict::Inconclusive, Exit::Inconclusive)
}

/// The container had a tenth of a core: slow is what it measured of itself.
fn squeezed() -> Sample {
    let mut sample =
        Sample::new("squeezed", "more than a tenth of a core can do").gate("p99 <= 5ms", Severity::Fail);
    for second in 0..13 {
        let stage = u16::from(second >= 3);
        let base_us = if (6..10).contains(&second) { 31_000 } else { 1_100 };
        sample = sample.traffic(Traffic { good: 100, base_us, ..Traffic::at(0, stage, second) });
        let held_back = if base_us > 2_000 { 0.9 } else { 0.0 };
        sample = sample.audited(second, held_back);
    }
    sample.ends(13_050, Ending::Completed).expect(Verdict::Inconclusive, Exit::Inconclusive)
}

fn interrupted() -> Sample {
    Sample::new("interrupted", "checkout under load")
        .gate("p99 <= 250ms", Severity::Fail)
        .healthy(8)
        .ends(8_120, Ending::Interrupted)
        .expect(Verdict::Inconclusive, Exit::Interrupted)
}

fn cut_off() -> Sample {
    Sample::new("cut-off", "checkout under load")
        .gate("p99 <= 250ms", Severity::Fail)
        .healthy(9)
        .expect(Verdict::Inconclusive, Exit::Inconclusive)
}

fn smoke_failed() -> Sample {
    let missing = "GET /products answered 404, expected 200; is the target right?";
    Sample::new("smoke-failed", "checkout under load")
        .gate("p99 <= 250ms", Severity::Fail)
        .check(12, Phase::Before, "health", Verdict::Pass, "GET /health answered 200")
        .check(20, Phase::Before, "products", Verdict::Fail, missing)
        .say(21, EventKind::Ended(Ending::SmokeFailed))
        .expect(Verdict::Fail, Exit::Failed)
}

fn unreachable() -> Sample {
    let reason = "connecting to 127.0.0.1:30080: refused; start the service, or correct target.http";
    Sample::new("unreachable", "checkout under load")
        .gate("p99 <= 250ms", Severity::Fail)
        .say(4, EventKind::Ended(Ending::Unreachable { reason: reason.into() }))
        .expect(Verdict::Inconclusive, Exit::Unreachable)
}

fn no_gate() -> Sample {
    Sample::new("no-gate", "http://127.0.0.1:30080/products")
        .healthy(13)
        .ends(13_050, Ending::Completed)
        .expect(Verdict::Pass, Exit::Pass)
}

/// One fault that went well, one that the cluster's network could not do, one that a budget kept from happening.
fn faults() -> Sample {
    use FaultPhase::{Injected, Planned, Protected, Proven, Undoing, Undone, Unproven};
    let (pod, evicted) = ("Pod/api-7d9c-x2v", "Pod/api-7d9c-k8q");
    let budget = "the budget api allows no disruption now: 3 of 3 pods are needed";
    let policy = "the CNI does not enforce NetworkPolicy: a fresh connection still succeeds";
    Sample::new("faults", "checkout with faults")
        .gate("error_rate == 0% before store-down", Severity::Fail)
        .gate("availability >= 90% during store-down", Severity::Fail)
        .gate("p99 <= 250ms after store-down +3s", Severity::Fail)
        .gate("p99 <= 250ms during split", Severity::Fail)
        .fault("store-down", "service_blackhole", 6, Some(9))
        .fault("split", "partition", 9, Some(11))
        .fault("make room", "evict", 11, None)
        .healthy(13)
        .step(6_004, 0, Planned, "its undo is in the journal", &["Service/store"])
        .step(6_031, 0, Injected, "the selector of Service/store matches nothing", &["Service/store"])
        .say(6_050, EventKind::Cluster(no_endpoints()))
        .step(6_210, 0, Proven, "a fresh connection to store:7000 is refused", &["Service/store"])
        .step(9_000, 0, Undoing, "putting the selector back", &["Service/store"])
        .step(9_042, 0, Undone, "the selector is as before", &["Service/store"])
        .step(9_301, 1, Planned, "its undo is in the journal", &[pod, evicted])
        .step(9_340, 1, Injected, "NetworkPolicy/shakedown-split denies all to 2 pods", &[pod, evicted])
        .step(10_340, 1, Unproven, policy, &[pod, evicted])
        .step(10_341, 1, Undoing, "deleting NetworkPolicy/shakedown-split", &[])
        .step(10_377, 1, Undone, "NetworkPolicy/shakedown-split is gone", &[])
        .step(11_002, 2, Planned, "nothing to take back", &[evicted])
        .step(11_020, 2, Protected, budget, &[evicted])
        .in_order()
        .ends(13_050, Ending::Completed)
        .expect(Verdict::Inconclusive, Exit::Inconclusive)
}

fn no_endpoints() -> ClusterChange {
    ClusterChange {
        kind: "EndpointSlice".into(),
        name: "store".into(),
        change: Changed::Modified,
        state: "0 of 0 ready".into(),
        ready: Some(0),
    }
}

/// The worst that can happen: the target stays changed.
fn undo_failed() -> Sample {
    use FaultPhase::{Injected, Planned, Proven, UndoFailed, Undoing};
    let store = &["Service/store"];
    Sample::new("undo-failed", "checkout with faults")
        .gate("p99 <= 250ms", Severity::Fail)
        .fault("store-down", "service_blackhole", 6, Some(9))
        .healthy(13)
        .step(6_004, 0, Planned, "its undo is in the journal", store)
        .step(6_031, 0, Injected, "the selector of Service/store matches nothing", store)
        .step(6_210, 0, Proven, "a fresh connection to store:7000 is refused", store)
        .step(9_000, 0, Undoing, "putting the selector back", store)
        .in_order()
        .step(13_020, 0, UndoFailed, "patching Service/store: 403 Forbidden, tried for 4 s", store)
        .ends(13_050, Ending::Completed)
        .expect(Verdict::Fail, Exit::Dirty)
}
