//! How gates on faults are decided, at the exact edges, and what is said of it.

use super::{Decision, Evidence, Figure, Gate, Measured, Watched, Writes, decide};
use crate::stats::Bounds;
use crate::verdict::Verdict::{self, Fail, Inconclusive, Pass};
use Watched::{CutShort, ToTheEnd};
use proptest::prelude::*;
use std::time::Duration;

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Between so many milliseconds, with the best figure.
fn between(low: u64, value: u64, high: u64) -> Bounds {
    Bounds { value: millis(value), low: millis(low), high: Some(millis(high)) }
}

fn longer_than(value: u64) -> Bounds {
    Bounds::more_than(millis(value))
}

fn on_time(gate: &str, bounds: Bounds, watched: Watched) -> Decision {
    judged(gate, Figure::Time { bounds, watched })
}

fn judged(gate: &str, figure: Figure) -> Decision {
    let measured = Measured { figure, shared_with: vec![] };
    decide(&Gate::parse(gate).unwrap(), &Evidence::Measured(measured))
}

/// Of a thousand acknowledged writes so many are gone, the first so many milliseconds before the effect.
fn writes(lost: u64, rpo: Option<Bounds>) -> Writes {
    let at_most = (lost == 0).then_some(0.003);
    Writes { rpo, lost, acknowledged: 1_000, at_most, split_brain: 0 }
}

const NONE: Bounds = Bounds::exact(Duration::ZERO);

#[test]
fn a_time_passes_when_all_that_can_be_true_is_allowed_and_fails_when_none_of_it_is() {
    for (bounds, at_most, below) in [
        (between(4_180, 4_200, 4_999), Pass, Pass),
        (between(4_180, 4_200, 5_000), Pass, Inconclusive),
        (between(4_180, 4_200, 5_001), Inconclusive, Inconclusive),
        (between(5_000, 5_000, 5_000), Pass, Fail),
        (between(5_000, 5_001, 5_002), Inconclusive, Fail),
        (between(5_001, 5_002, 5_003), Fail, Fail),
        (between(0, 0, 5), Pass, Pass),
    ] {
        for metric in ["detection", "failover", "rto", "downtime"] {
            for (sign, verdict) in [("<=", at_most), ("<", below)] {
                let gate = format!("{metric}(x) {sign} 5s");
                assert_eq!(on_time(&gate, bounds, ToTheEnd).verdict, verdict, "{gate} {bounds:?}");
                assert_eq!(on_time(&gate, bounds, CutShort).verdict, verdict, "{gate} {bounds:?}");
            }
        }
    }
}

#[test]
fn what_was_not_over_at_the_end_fails_unless_the_run_was_cut_short_before_the_limit() {
    for (metric, to_the_end) in
        [("failover", Fail), ("rto", Fail), ("downtime", Fail), ("detection", Inconclusive)]
    {
        let gate = format!("{metric}(x) <= 5s");
        assert_eq!(on_time(&gate, longer_than(3_000), ToTheEnd).verdict, to_the_end, "{gate}");
        assert_eq!(on_time(&gate, longer_than(3_000), CutShort).verdict, Inconclusive, "{gate}");
        assert_eq!(on_time(&gate, longer_than(5_001), ToTheEnd).verdict, Fail, "{gate}");
        assert_eq!(on_time(&gate, longer_than(5_001), CutShort).verdict, Fail, "{gate}");
    }
}

#[test]
fn no_downtime_at_all_is_none_that_was_seen() {
    for (bounds, verdict) in [
        (NONE, Pass),
        (between(0, 0, 5), Pass),
        (between(0, 5, 10), Inconclusive),
        (between(5, 10, 15), Fail),
        (longer_than(10), Fail),
        (longer_than(0), Inconclusive),
    ] {
        assert_eq!(on_time("downtime(x) == 0s", bounds, ToTheEnd).verdict, verdict, "{bounds:?}");
    }
}

#[test]
fn lost_writes_are_counted_and_their_age_is_the_rpo() {
    let lost = |lost, rpo| Figure::Writes(writes(lost, rpo));
    for (gate, figure, verdict) in [
        ("lost(x) == 0", lost(0, Some(NONE)), Pass),
        ("lost(x) == 0", lost(1, Some(NONE)), Fail),
        ("lost(x) <= 3", lost(3, None), Pass),
        ("lost(x) < 3", lost(3, None), Fail),
        ("rpo(x) == 0s", lost(0, Some(NONE)), Pass),
        ("rpo(x) == 0s", lost(0, None), Inconclusive),
        ("rpo(x) == 0s", lost(3, Some(between(0, 0, 10))), Fail),
        ("rpo(x) <= 1s", lost(0, Some(NONE)), Pass),
        ("rpo(x) <= 1s", lost(3, Some(between(980, 990, 1_000))), Pass),
        ("rpo(x) <= 1s", lost(3, Some(between(990, 1_000, 1_010))), Inconclusive),
        ("rpo(x) <= 1s", lost(3, Some(between(1_001, 1_005, 1_010))), Fail),
        ("rpo(x) <= 1s", lost(3, Some(longer_than(900))), Inconclusive),
        ("rpo(x) <= 1s", lost(3, Some(longer_than(1_001))), Fail),
    ] {
        let decision = judged(gate, figure.clone());
        assert_eq!(decision.verdict, verdict, "{gate} {figure:?}: {}", decision.reason);
    }
    let none = Writes { acknowledged: 0, ..writes(0, Some(NONE)) };
    for gate in ["lost(x) == 0", "rpo(x) == 0s"] {
        assert_eq!(
            judged(gate, Figure::Writes(none)).verdict,
            Inconclusive,
            "nothing acknowledged shows nothing"
        );
    }
}

#[test]
fn evidence_of_another_kind_decides_nothing() {
    let time = Figure::Time { bounds: NONE, watched: ToTheEnd };
    let nothing = Figure::Nothing("why".to_owned());
    for (gate, figure) in [
        ("lost(x) == 0", time.clone()),
        ("failover(x) <= 1s", Figure::Writes(writes(0, Some(NONE)))),
        ("failover(x) <= 1s", nothing.clone()),
        ("rpo(x) == 0s", nothing.clone()),
        ("p99 <= 1s", nothing),
    ] {
        let decision = judged(gate, figure);
        assert_eq!((decision.verdict, decision.value, decision.n), (Inconclusive, None, 0), "{gate}");
    }
}

#[test]
fn values_bounds_and_units() {
    let failover = on_time("failover(x) <= 5s", between(4_180, 4_200, 4_210), ToTheEnd);
    assert_eq!((failover.unit, failover.n), ("us", 1));
    let numbers = (failover.value, failover.low, failover.high);
    assert_eq!(numbers, (Some(4_200_000.0), Some(4_180_000.0), Some(4_210_000.0)));
    assert_eq!(on_time("rto(x) <= 5s", longer_than(9), ToTheEnd).high, None);
    let lost = judged("lost(x) == 0", Figure::Writes(writes(3, None)));
    assert_eq!((lost.unit, lost.value, lost.n), ("count", Some(3.0), 1_000));
    let rpo = judged("rpo(x) <= 5s", Figure::Writes(writes(3, Some(between(1, 2, 3)))));
    assert_eq!((rpo.unit, rpo.value, rpo.n), ("us", Some(2_000.0), 1_000));
}

#[test]
fn reasons_are_one_plain_sentence() {
    let time = |bounds| Figure::Time { bounds, watched: ToTheEnd };
    let cut = |bounds| Figure::Time { bounds, watched: CutShort };
    let brain = Writes { split_brain: 2, ..writes(3, Some(between(1_190, 1_200, 1_210))) };
    let stories = [
        ("failover(x) <= 30s", time(between(4_180, 4_200, 4_210))),
        ("failover(x) <= 4.2s", time(between(4_180, 4_200, 4_210))),
        ("failover(x) < 30s", time(between(0, 0, 5))),
        ("failover(x) < 30s", time(longer_than(35_000))),
        ("rto(x) <= 4s", time(between(4_180, 4_200, 4_210))),
        ("rto(x) <= 30s", time(longer_than(12_000))),
        ("rto(x) <= 30s", cut(longer_than(12_000))),
        ("detection(x) <= 5s", time(between(1_150, 1_200, 1_200))),
        ("detection(x) <= 5s", time(longer_than(2_000))),
        ("downtime(x) <= 5s", time(Bounds::exact(millis(3_000)))),
        ("downtime(x) <= 5s", time(longer_than(3_000))),
        ("downtime(x) == 0s", time(between(0, 0, 5))),
        ("downtime(x) == 0s", time(between(0, 5, 10))),
        ("downtime(x) == 0s", time(NONE)),
        ("lost(x) == 0", Figure::Writes(writes(0, None))),
        ("lost(x) <= 2", Figure::Writes(brain)),
        ("rpo(x) == 0s", Figure::Writes(writes(0, Some(NONE)))),
        ("rpo(x) <= 1s", Figure::Writes(brain)),
        ("rpo(x) <= 5s", Figure::Writes(writes(1, Some(Bounds::exact(millis(80)))))),
        ("rpo(x) == 0s", Figure::Writes(writes(1, Some(between(0, 0, 10))))),
        ("rpo(x) <= 1s", Figure::Writes(writes(1, Some(longer_than(900))))),
        ("rpo(x) == 0s", Figure::Nothing("no reading of the ledger succeeded".to_owned())),
    ];
    let told = stories.map(|(gate, figure)| {
        let decision = judged(gate, figure);
        format!("{gate}: {}\n    {}", decision.verdict, decision.reason)
    });
    snapbox::assert_data_eq!(told.join("\n"), snapbox::file!["golden/measured.txt"]);
    let shared_with = vec!["slow-store".to_owned(), "kill-two".to_owned()];
    let shared = Measured { figure: time(longer_than(9)), shared_with };
    let reason = decide(&Gate::parse("rto(x) <= 1s").unwrap(), &Evidence::Measured(shared)).reason;
    assert!(reason.ends_with("; it cannot be told apart from what `slow-store`, `kill-two` did"), "{reason}");
}

proptest! {
    /// A looser limit never has a worse verdict, and neither has a shorter time.
    #[test]
    fn pass_inconclusive_and_fail_are_in_the_order_of_badness(
        low in 0..100_u64, more in 0..100_u64, longer in 0..100_u64, limit in 1..300_u64, looser in 0..100_u64,
        ends in any::<bool>(), cut in any::<bool>(),
        metric in prop::sample::select(vec!["detection", "failover", "rto", "downtime"]),
    ) {
        let bounds = |low: u64| if ends { between(low, low, low + more) } else { longer_than(low) };
        let watched = if cut { CutShort } else { ToTheEnd };
        let verdict = |low, limit| -> Verdict {
            on_time(&format!("{metric}(x) <= {limit}ms"), bounds(low), watched).verdict
        };
        prop_assert!(verdict(low, limit) >= verdict(low, limit + looser));
        prop_assert!(verdict(low, limit) <= verdict(low + longer, limit));
        if verdict(low, limit) == Pass {
            prop_assert!(ends && low + more <= limit);
        }
    }
}
