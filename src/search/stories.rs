//! Searches against services of which it is known when they break.

use super::*;
use crate::run::Exit;
use crate::units::{Rate, Ratio, Span};
use Outcome::{Broke, Generator, Held, Undecided};
use proptest::prelude::*;
use std::time::Duration;

/// More runs than any search makes.
const MOST: usize = 60;

fn per_second(rate: f64) -> Rate {
    Rate::per_second(rate)
}

fn attempt(rate: Rate, purpose: Purpose, outcome: Outcome, n: usize) -> Attempt {
    let hold = Span::new(Duration::from_secs(1));
    let (reason, run) = (format!("{} in run {n}", outcome.word()), format!("{n:02}"));
    Attempt { rate, purpose, hold, outcome, reason, broke: None, seen: Seen::default(), run }
}

/// Runs a search against a service of which `outcome` says how it bears the n-th run.
fn search(range: Range, mut outcome: impl FnMut(f64, usize) -> Outcome) -> (BreakingPoint, Search) {
    let mut search = Search::new(range);
    for n in 0.. {
        match search.next() {
            Next::Over(found) => return (found, search),
            Next::Try { rate, purpose, .. } => {
                let outcome = outcome(rate.as_per_second(), n);
                search.add(attempt(rate, purpose, outcome, n));
            }
        }
    }
    unreachable!("a search comes to an end")
}

fn rates(search: &Search) -> Vec<f64> {
    search.attempts().iter().map(|one| one.rate.as_per_second()).collect()
}

fn breaks_above(point: f64) -> impl FnMut(f64, usize) -> Outcome {
    move |rate, _| if rate > point { Broke } else { Held }
}

fn range(from: f64, limit: f64) -> Range {
    Range { from: per_second(from), limit: per_second(limit), precision: 0.05, repeats: 1 }
}

#[test]
fn it_doubles_then_halves_the_gap_then_makes_sure() {
    let (found, search) = search(range(100.0, 10_000.0), breaks_above(730.0));
    assert_eq!(rates(&search), [100.0, 200.0, 400.0, 800.0, 566.0, 673.0, 734.0, 703.0, 703.0, 734.0]);
    let (passed, failed) = (found.passed.unwrap(), found.failed.unwrap());
    assert_eq!((passed.rate, passed.agree, passed.of), (per_second(703.0), 2, 2));
    assert_eq!((failed.rate, failed.agree, failed.of), (per_second(734.0), 2, 2));
    assert_eq!(found.why.unwrap().reason, "breaks in run 9");
    assert_eq!(found.cut_short, None);
}

#[test]
fn each_end_is_tried_again_as_often_as_asked() {
    for repeats in 0..4 {
        let (found, _) = search(Range { repeats, ..range(100.0, 10_000.0) }, breaks_above(730.0));
        for end in [found.passed, found.failed] {
            assert_eq!(end.map(|end| (end.agree, end.of)), Some((1 + repeats, 1 + repeats)));
        }
    }
}

#[test]
fn a_limit_that_holds_is_confirmed_and_said_to_hold() {
    let (found, search) = search(range(100.0, 300.0), breaks_above(1e9));
    assert_eq!((found.passed.unwrap().rate, found.failed), (per_second(300.0), None));
    assert_eq!(search.attempts().len(), 4, "100, 200, 300 and 300 again");
}

#[test]
fn a_service_that_bears_nothing_has_no_highest_rate() {
    let (found, _) = search(range(64.0, 300.0), breaks_above(0.0));
    assert_eq!((found.passed, found.failed.unwrap().rate), (None, per_second(4.0)));
}

#[test]
fn a_rate_that_decides_nothing_is_held_longer_and_then_left_alone() {
    let mut search = Search::new(range(100.0, 150.0));
    let mut tries = Vec::new();
    while let Next::Try { rate, purpose, undecided } = search.next() {
        tries.push((rate.as_per_second(), undecided));
        let outcome = if rate > per_second(120.0) { Undecided } else { Held };
        search.add(attempt(rate, purpose, outcome, tries.len()));
    }
    assert_eq!(tries[..4], [(100.0, 0), (150.0, 0), (150.0, 1), (150.0, 2)]);
    let Next::Over(found) = search.next() else { panic!("it is over") };
    // It comes as near as it should from below, makes sure of that, and calls nothing broken.
    let passed = found.passed.unwrap();
    assert!(passed.rate > per_second(114.0) && passed.agree == 2, "{passed:?}");
    assert_eq!(found.failed, None);
    let short = found.cut_short.unwrap();
    assert_eq!(short.cut, Cut::Undecided);
    assert!(short.text.starts_with("at 12"), "{}", short.text);
}

#[test]
fn what_decides_nothing_from_the_beginning_ends_the_search() {
    let (found, search) = search(range(100.0, 1_000.0), |_, _| Undecided);
    assert_eq!((rates(&search), found.passed, found.failed), (vec![100.0; 3], None, None));
    assert_eq!(found.cut_short.unwrap().text, "at 100/s nothing could be decided: undecided in run 2");
}

#[test]
fn a_generator_at_its_limit_ends_the_search_and_is_not_the_targets_limit() {
    let weak = |rate: f64, _| if rate > 150.0 { Generator } else { Held };
    let (found, search) = search(range(100.0, 1_000.0), weak);
    assert_eq!(rates(&search), [100.0, 200.0, 200.0, 200.0]);
    assert_eq!((found.passed.unwrap().rate, found.failed), (per_second(100.0), None));
    let short = found.cut_short.unwrap();
    assert_eq!(short.cut, Cut::Generator);
    assert_eq!(short.text, "200/s is the limit of the generator, not of the target: generator in run 3");
}

#[test]
fn one_bad_second_of_the_generator_ends_nothing() {
    let (found, _) = search(range(100.0, 300.0), |_, n| if n == 1 { Generator } else { Held });
    assert_eq!((found.passed.unwrap().rate, found.cut_short), (per_second(300.0), None));
}

#[test]
fn a_lower_end_that_breaks_when_it_is_held_for_long_is_the_new_upper_end() {
    // It holds 400/s once, and never again.
    let tired = |rate: f64, n: usize| match rate {
        _ if rate > 400.0 || rate > 250.0 && n > 2 => Broke,
        _ => Held,
    };
    let (found, _) = search(range(100.0, 1_000.0), tired);
    let (passed, failed) = (found.passed.unwrap(), found.failed.unwrap());
    assert!(passed.rate <= per_second(250.0) && passed.agree >= 2, "{passed:?}");
    assert!(failed.rate > per_second(250.0) && failed.agree > failed.of - failed.agree, "{failed:?}");
}

fn record(found: BreakingPoint) -> Record {
    let span = |seconds| Span::new(Duration::from_secs(seconds));
    Record {
        schema: SCHEMA,
        version: "1".into(),
        scenario: "s".into(),
        hash: String::new(),
        target: String::new(),
        started: "2026-11-21T10:15:00Z".into(),
        seed: 1,
        asked: Asked {
            from: per_second(100.0),
            limit: per_second(1_000.0),
            precision: Ratio::new(0.05),
            hold: span(10),
            confirm: span(30),
            repeats: 1,
            rest: span(5),
            recover: span(60),
        },
        gates: vec![],
        left_out: vec![],
        attempts: vec![attempt(per_second(100.0), Purpose::Look, Held, 1)],
        found,
    }
}

#[test]
fn the_exit_says_whether_the_first_rate_holds() {
    for (point, limit, exit, base) in [
        (730.0, 1_000.0, Exit::Pass, Some(490.0)),
        (1e9, 1_000.0, Exit::Pass, Some(700.0)),
        (50.0, 1_000.0, Exit::Failed, Some(35.0)),
        (0.0, 1_000.0, Exit::Failed, None),
    ] {
        let (found, _) = search(range(100.0, limit), breaks_above(point));
        let record = record(found);
        let shown = record.base().map(|base| base.as_per_second().round());
        assert_eq!((record.exit(), shown), (exit, base), "{point} {limit}");
    }
    let known = Search::new(range(100.0, 200.0));
    for (cut, exit) in [
        (Cut::Generator, Exit::Inconclusive),
        (Cut::Undecided, Exit::Inconclusive),
        (Cut::Wavers, Exit::Inconclusive),
        (Cut::NotBack, Exit::Inconclusive),
        (Cut::Unwell, Exit::Failed),
        (Cut::Unreachable, Exit::Unreachable),
        (Cut::Interrupted, Exit::Interrupted),
    ] {
        assert_eq!(record(known.ended_early(cut, String::new())).exit(), exit, "{cut:?}");
    }
}

#[test]
fn a_saved_search_is_read_back_as_it_was() {
    let (found, _) = search(range(100.0, 10_000.0), breaks_above(730.0));
    let record = record(found);
    let text = serde_json::to_string(&record).unwrap();
    assert_eq!(serde_json::from_str::<Record>(&text).unwrap(), record);
}

proptest! {
    #[test]
    fn the_point_lies_between_the_ends_and_they_are_near(
        point in 0.5_f64..100_000.0, from in 1.0_f64..2_000.0, precision in 0.01_f64..0.3, repeats in 0_u32..3,
    ) {
        let range = Range { from: per_second(from), limit: per_second(200_000.0), precision, repeats };
        let (found, search) = search(range, breaks_above(point));
        prop_assert!(search.attempts().len() < MOST);
        if let Some(passed) = found.passed {
            let (low, high) = (passed.rate.as_per_second(), found.failed.unwrap().rate.as_per_second());
            prop_assert!(low <= point && point < high, "{low} {point} {high}");
            prop_assert!(high <= low * (1.0 + precision));
        } else {
            prop_assert!(point < from / 8.0);
        }
    }

    #[test]
    fn it_always_ends(outcomes in prop::collection::vec(0_u8..4, 100)) {
        let all = [Held, Broke, Undecided, Generator];
        let (_, search) = search(range(10.0, 1e6), |_, n| all[usize::from(outcomes[n])]);
        prop_assert!(search.attempts().len() <= MOST);
    }

    /// What wavers around the point is never called broken, and what is said to hold lies below it.
    #[test]
    fn a_blurred_point_is_bounded_from_both_sides(point in 20.0_f64..5_000.0, blur in 1.0_f64..1.5) {
        let blurred = |rate: f64, _| match rate {
            _ if rate <= point => Held,
            _ if rate <= point * blur => Undecided,
            _ => Broke,
        };
        let (found, _) = search(range(10.0, 20_000.0), blurred);
        let passed = found.passed.unwrap().rate.as_per_second();
        prop_assert!(passed <= point && passed * 1.06 > point.min(20_000.0) , "{passed} {point}");
        if let Some(failed) = found.failed {
            prop_assert!(failed.rate.as_per_second() > point * blur);
        }
        prop_assert!(found.failed.is_some() || found.cut_short.is_some());
    }
}
