//! How gates are decided, at the exact edges, and what is said of it.

use super::{Decision, Evidence, Gate, Requests, decide};
use crate::stats::Tally;
use crate::units::Rate;
use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
use proptest::prelude::*;
use std::time::Duration;

/// Requests that went well, as pairs of how many and how long, and others.
struct Case {
    done: Vec<(u64, u64)>,
    failed: u64,
    dropped: u64,
}

impl Case {
    /// Requests of so many milliseconds each.
    fn done(done: &[(u64, u64)]) -> Case {
        Case { done: done.iter().map(|(n, millis)| (*n, millis * 1_000)).collect(), failed: 0, dropped: 0 }
    }

    fn failed(self, failed: u64) -> Case {
        Case { failed, ..self }
    }

    fn dropped(self, dropped: u64) -> Case {
        Case { dropped, ..self }
    }

    fn decide(&self, gate: &str) -> Decision {
        let mut tally = Tally::default();
        for (n, micros) in &self.done {
            tally.counts.done += n;
            for _ in 0..*n {
                tally.response.record(Duration::from_micros(*micros));
                tally.lag.record(Duration::from_micros(micros / 1_000));
            }
        }
        tally.counts.failed = self.failed;
        tally.counts.dropped = self.dropped;
        tally.counts.planned = tally.counts.ended() + self.dropped;
        let (length, planned_rate) = (Duration::from_secs(20), Rate::per_second(10.0));
        let gate = Gate::parse(gate).unwrap();
        let by = |tally| decide(&gate, &Evidence::Requests(Requests { tally, length, planned_rate }));
        let mut needed = Tally::default();
        needed.merge_only(&tally, gate.metric.times());
        let decision = by(&tally);
        assert_eq!(by(&needed), decision, "what it is decided from is all that it needs");
        decision
    }

    fn verdict(&self, gate: &str) -> Verdict {
        self.decide(gate).verdict
    }
}

/// So many fast requests, of which so many are slow instead.
fn slow(n: u64, slow: u64) -> Case {
    Case::done(&[(n - slow, 10), (slow, 400)])
}

#[test]
fn percentiles_at_the_edges() {
    for (n, k, verdict) in [
        (298, 0, Inconclusive),
        (299, 0, Pass),
        (299, 6, Inconclusive),
        (299, 7, Fail),
        (1_000, 4, Pass),
        (1_000, 5, Inconclusive),
        (1_000, 15, Inconclusive),
        (1_000, 16, Fail),
        (10_000, 83, Pass),
        (10_000, 84, Inconclusive),
        (10_000, 117, Inconclusive),
        (10_000, 118, Fail),
    ] {
        assert_eq!(slow(n, k).verdict("p99 <= 250ms"), verdict, "{k} slow of {n}");
        assert_eq!(slow(n - k, 0).failed(k).verdict("p99 <= 250ms"), verdict, "{k} failed of {n}");
        assert_eq!(slow(n - k, 0).failed(k).verdict("error_rate <= 1%"), verdict, "{k} failed of {n}");
        assert_eq!(slow(n - k, 0).failed(k).verdict("availability >= 99%"), verdict, "{k} failed of {n}");
    }
}

#[test]
fn a_request_at_the_limit_is_over_only_when_it_must_be_below() {
    let case = Case { done: vec![(1_000, 400)], failed: 0, dropped: 0 };
    assert_eq!([case.verdict("p99 <= 400us"), case.verdict("p99 < 400us")], [Pass, Fail]);
    assert_eq!([case.verdict("max <= 400us"), case.verdict("max < 400us")], [Pass, Fail]);
}

#[test]
fn what_shares_the_limits_bucket_neither_passes_nor_fails() {
    let case = Case { done: vec![(1_000, 250_010)], failed: 0, dropped: 0 };
    assert_eq!([case.verdict("p99 <= 250ms"), case.verdict("max <= 250ms")], [Inconclusive, Inconclusive]);
}

#[test]
fn dropped_arrivals_only_make_passing_harder() {
    assert_eq!(slow(1_000, 0).dropped(4).verdict("p99 <= 250ms"), Pass);
    for gate in ["p99 <= 250ms", "error_rate <= 1%", "error_rate == 0%", "max <= 250ms", "mean <= 250ms"] {
        assert_eq!(slow(1_000, 0).dropped(500).verdict(gate), Inconclusive, "{gate}");
    }
    assert_eq!(slow(1_000, 100).dropped(500).verdict("p99 <= 250ms"), Fail);
    assert_eq!(slow(1_000, 15).dropped(500).verdict("p99 <= 250ms"), Inconclusive, "they prove no failure");
}

proptest! {
    /// Pass, inconclusive and fail are in the order of badness.
    #[test]
    fn worse_requests_never_give_a_better_verdict(
        n in 1..3_000_u64, k in 0..60_u64, more in 0..20_u64, dropped in 0..20_u64,
        gate in prop::sample::select(vec!["p95 <= 250ms", "p99 < 250ms", "error_rate <= 2%", "availability > 98%"]),
    ) {
        let bad = |k: u64| slow(n, 0).failed(k);
        let (before, after) = (bad(k).verdict(gate), bad(k + more).verdict(gate));
        prop_assert!(before <= after, "{} after {}", after, before);
        let with_dropped = bad(k).dropped(dropped).verdict(gate);
        prop_assert!(before == with_dropped || (before, with_dropped) == (Pass, Inconclusive));
    }
}

#[test]
fn nothing_decides_nothing() {
    for gate in [
        "p50 <= 1s",
        "max <= 1s",
        "mean <= 1s",
        "error_rate <= 1%",
        "error_rate == 0%",
        "availability >= 99%",
        "throughput >= 1/s",
        "dropped == 0",
        "dropped <= 1%",
        "lag <= 1s",
    ] {
        let decision = Case::done(&[]).decide(gate);
        assert_eq!((decision.verdict, decision.n, decision.value), (Inconclusive, 0, None), "{gate}");
        assert_eq!(decision.reason, "no requests in this window");
    }
    let all_dropped = Case::done(&[]).dropped(500);
    assert_eq!(all_dropped.verdict("p50 <= 1s"), Inconclusive);
    assert_eq!(all_dropped.verdict("dropped <= 1%"), Fail);
}

#[test]
fn values_and_intervals() {
    let close = |got: Option<f64>, wanted: f64| (got.unwrap() - wanted).abs() < wanted * 0.001 + 1e-6;
    let p99 = slow(1_000, 4).decide("p99 <= 250ms");
    assert_eq!((p99.unit, p99.n), ("us", 1_000));
    assert!(close(p99.value, 10_000.0) && close(p99.low, 10_000.0) && close(p99.high, 400_000.0), "{p99:?}");
    let among_failed = slow(90, 0).failed(10).decide("p95 <= 250ms");
    assert_eq!((among_failed.value, among_failed.high), (None, None));
    let rate = slow(990, 0).failed(10).decide("error_rate <= 5%");
    assert!(
        rate.unit == "ratio" && close(rate.value, 0.01) && rate.low < rate.value && rate.value < rate.high
    );
    let availability = slow(990, 0).failed(10).decide("availability >= 95%");
    assert!(close(availability.value, 0.99) && availability.low < availability.high);
    let throughput = slow(1_000, 0).failed(9).decide("throughput >= 50/s");
    assert_eq!(
        (throughput.verdict, throughput.value, throughput.unit, throughput.n),
        (Pass, Some(50.0), "per_s", 1_009)
    );
    let dropped = slow(1_000, 0).dropped(7).decide("dropped <= 6");
    assert_eq!((dropped.verdict, dropped.value, dropped.unit), (Fail, Some(7.0), "count"));
    assert_eq!(slow(999, 0).dropped(1).decide("dropped <= 0.1%").verdict, Pass);
    assert_eq!(slow(100, 0).decide("lag < 10us").verdict, Fail);
}

#[test]
fn means_and_maxima() {
    let even = Case::done(&[(100, 90), (100, 110)]);
    assert_eq!([even.verdict("mean <= 105ms"), even.verdict("mean <= 95ms")], [Pass, Fail]);
    assert_eq!([even.verdict("mean <= 100ms"), even.verdict("mean <= 101ms")], [Inconclusive; 2]);
    assert_eq!(Case::done(&[(29, 90)]).verdict("mean <= 1s"), Inconclusive, "too few");
    assert_eq!(even.failed(1).verdict("mean <= 1s"), Inconclusive, "a failed request has no time");
    assert_eq!([slow(100, 1).verdict("max <= 500ms"), slow(100, 1).verdict("max <= 300ms")], [Pass, Fail]);
    assert_eq!(slow(100, 0).failed(1).verdict("max <= 1h"), Fail);
}

#[test]
fn reasons_are_one_plain_sentence() {
    let stories: Vec<(Case, &str)> = vec![
        (slow(10_000, 41), "p99 <= 250ms"),
        (slow(10_000, 0), "p99 <= 250ms"),
        (slow(1_000, 4).dropped(1), "p99 <= 250ms"),
        (slow(1_000, 3).dropped(1), "p99 <= 250ms"),
        (slow(10_000, 160), "p99 < 250ms"),
        (slow(120, 0), "p99 <= 250ms"),
        (slow(298, 0), "p99 <= 250ms"),
        (slow(1_000, 7), "p99 <= 250ms"),
        (slow(1_000, 10), "p99 <= 250ms"),
        (slow(1_000, 13), "p99 <= 250ms"),
        (slow(90, 0).failed(10), "p95 <= 250ms"),
        (Case { done: vec![(990, 10), (10, 250_010)], failed: 0, dropped: 0 }, "p99 <= 250ms"),
        (slow(2_999, 0).failed(1), "error_rate <= 0.1%"),
        (slow(2_999, 0).failed(1), "error_rate == 0%"),
        (slow(3_000, 0), "error_rate == 0%"),
        (slow(3_000, 0).dropped(9), "error_rate == 0%"),
        (slow(900, 0).failed(100), "availability > 99.95%"),
        (slow(1_000, 1), "max <= 500ms"),
        (slow(1_000, 1), "max < 300ms"),
        (slow(997, 0).failed(3), "max <= 300ms"),
        (slow(997, 0).dropped(3), "max <= 300ms"),
        (Case::done(&[(100, 90), (100, 110)]), "mean <= 105ms"),
        (Case::done(&[(100, 90), (100, 110)]), "mean <= 101ms"),
        (Case::done(&[(20, 90)]), "mean <= 101ms"),
        (slow(100, 0).failed(1), "mean <= 101ms"),
        (slow(1_000, 0), "throughput >= 49.5/s"),
        (slow(1_000, 0), "dropped == 0"),
        (slow(1_000, 0).dropped(3), "dropped == 0"),
        (slow(1_000, 0).dropped(3), "dropped < 0.1%"),
        (slow(1_000, 0), "lag <= 1ms"),
        (Case::done(&[]).dropped(500), "p99 <= 250ms"),
    ];
    let told: Vec<String> = stories
        .iter()
        .map(|(case, gate)| {
            let decision = case.decide(gate);
            format!("{gate}: {}\n    {}", decision.verdict, decision.reason)
        })
        .collect();
    snapbox::assert_data_eq!(told.join("\n"), snapbox::file!["golden/reasons.txt"]);
}
