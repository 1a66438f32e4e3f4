//! Runs as stories: what happened, and what is made of it.

use super::*;
use crate::clock::Offset;
use crate::event::{Asked, CheckDetail, CheckEnd, Ending, Event, EventKind, GeneratorSecond, Phase};
use crate::gate::Gate;
use crate::history::{CheckPlan, EndpointPlan, Meta, StagePlan};
use crate::sample::{EndpointId, ErrorClass, Outcome, Sample};
use crate::stats::Delta;
use crate::units::Rate;
use crate::verdict::{Severity, Verdict};
use std::time::Duration;

/// Ten seconds of warm-up, then sixty of load at 100 a second, on two endpoints.
pub(super) struct Story {
    pub(super) meta: Meta,
    gates: Vec<(Gate, Severity, String)>,
    pub(super) events: Vec<Event>,
    strictness: Strictness,
}

fn stage(name: &str, start: u64, end: u64, warmup: bool) -> StagePlan {
    let at = |second: u64| Offset::from_micros(second * 1_000_000);
    let rate = Rate::per_second(100.0);
    StagePlan { name: name.into(), start: at(start), end: at(end), from: rate, to: rate, warmup }
}

fn endpoint(journey: &str, step: &str) -> EndpointPlan {
    EndpointPlan { name: format!("{journey}/{step}"), journey: journey.into() }
}

fn meta() -> Meta {
    Meta {
        endpoints: vec![endpoint("browse", "list"), endpoint("order", "pay")],
        stages: vec![stage("warm-up", 0, 10, true), stage("hold", 10, 70, false)],
        ..Meta::bare("checkout")
    }
}

fn delta(endpoint: u16, stage: u16, second: u64, good: u64, bad: u64) -> Delta {
    let mut delta = Delta::new(EndpointId(endpoint), stage, second);
    for n in 0..good + bad {
        let planned = Offset::from_micros(second * 1_000_000 + n * 1_000);
        let outcome = if n < good { Outcome::Good } else { Outcome::Bad(ErrorClass::Status) };
        delta.record(
            &Sample {
                endpoint: EndpointId(endpoint),
                planned,
                sent: planned + Duration::from_micros(50),
                first_byte: Some(planned + Duration::from_micros(1_500)),
                done: planned + Duration::from_millis(2),
                connect: None,
                outcome,
            },
            Duration::from_secs(1),
        );
    }
    delta
}

impl Story {
    pub(super) fn new() -> Story {
        Story { meta: meta(), gates: vec![], events: vec![], strictness: Strictness::Normal }
    }

    pub(super) fn gate(mut self, gate: &str, severity: Severity) -> Story {
        self.gates.push((Gate::parse(gate).unwrap(), severity, gate.into()));
        self
    }

    pub(super) fn say(mut self, at: u64, kind: EventKind) -> Story {
        self.events.push(Event { at: Offset::from_micros(at * 1_000_000), kind });
        self
    }

    /// The load up to this second: 60 and 40 a second, of the latter `bad` fail.
    pub(super) fn load(mut self, until: u64, bad: u64) -> Story {
        for second in 0..until {
            let stage = u16::from(second >= 10);
            for delta in [delta(0, stage, second, 60, 0), delta(1, stage, second, 40 - bad, bad)] {
                self = self.say(second + 1, EventKind::Window(Box::new(delta)));
            }
        }
        self
    }

    fn check(self, at: u64, verdict: Verdict, unreachable: bool) -> Story {
        let (name, kind, reason) = ("up".into(), "http".into(), "because".into());
        let (phase, severity) = (Phase::Before, Severity::Fail);
        let (asked, detail) = (Asked::default(), CheckDetail::default());
        let end =
            CheckEnd { name, kind, phase, severity, verdict, unreachable, reason, took_us: 5, asked, detail };
        self.say(at, EventKind::Check(end))
    }

    pub(super) fn ends(self, ending: Ending) -> Story {
        let at = self.events.last().map_or(0, |event| event.at.second());
        self.say(at, EventKind::Ended(ending))
    }

    pub(super) fn judge(self) -> Run {
        Run::judge(self.meta, self.gates, || self.events.clone(), self.strictness)
    }
}

pub(super) fn of(run: &Run) -> (Verdict, Exit) {
    (run.verdict, run.exit)
}

#[test]
fn a_good_run_passes_and_warm_up_is_apart() {
    let run = Story::new().gate("p99 <= 250ms", Severity::Fail).load(70, 0).ends(Ending::Completed).judge();
    assert_eq!(of(&run), (Verdict::Pass, Exit::Pass), "{}", run.reason);
    assert_eq!(run.findings, []);
    let totals = run.summary.totals;
    assert_eq!((totals.counts.planned, totals.length), (6_000, Duration::from_mins(1)));
    assert_eq!(run.summary.warmup.planned, 1_000);
    assert_eq!(run.summary.series.len(), 70, "the series shows warm-up");
    let pay = &run.summary.endpoints[1];
    assert_eq!((pay.counts.done, pay.rate), (2_400, 40.0));
    assert_eq!(pay.response.map(|response| (response.n, response.p99)), Some((2_400, 2_000)));
}

#[test]
fn each_gate_sees_its_own_requests() {
    let run = Story::new()
        .gate("error_rate(order) < 50%", Severity::Fail)
        .gate("error_rate < 50% last 5s", Severity::Fail)
        .gate("error_rate(list) < 50% stage hold", Severity::Fail)
        .gate("error_rate < 50% stage warm-up", Severity::Fail)
        .gate("error_rate < 50% stage hodl", Severity::Fail)
        .gate("error_rate(odrer) < 50%", Severity::Warn)
        .load(70, 10)
        .ends(Ending::Completed)
        .judge();
    let seen: Vec<u64> = run.gates.iter().map(|gate| gate.decision.n).collect();
    assert_eq!(seen, [2_400, 500, 3_600, 0, 0, 0]);
    let reasons: Vec<&str> = run.gates[3..].iter().map(|gate| gate.decision.reason.as_str()).collect();
    assert_eq!(
        reasons,
        [
            "stage `warm-up` is warm-up, which no gate judges",
            "the run has no stage `hodl`; did you mean `hold`?",
            "no journey, endpoint or step is called `odrer`; did you mean `order`?",
        ]
    );
    assert_eq!(run.gates[5].verdict, Verdict::Warn, "of severity warn");
    assert_eq!(run.verdict, Verdict::Inconclusive);
}

#[test]
fn how_a_run_ends_decides_with_its_gates() {
    let unreachable = || Ending::Unreachable { reason: "connection refused".into() };
    let gated = || Story::new().gate("error_rate < 50%", Severity::Fail);
    let broken = || Story::new().gate("error_rate < 1%", Severity::Fail).load(70, 10);
    let mut strict = Story::new();
    strict.strictness = Strictness::Strict;
    for (name, story, expected) in [
        ("completed", gated().load(70, 0).ends(Ending::Completed), (Verdict::Pass, Exit::Pass)),
        ("broken", broken().ends(Ending::Completed), (Verdict::Fail, Exit::Failed)),
        (
            "interrupted",
            gated().load(30, 0).ends(Ending::Interrupted),
            (Verdict::Inconclusive, Exit::Interrupted),
        ),
        ("broken, interrupted", broken().ends(Ending::Interrupted), (Verdict::Fail, Exit::Interrupted)),
        ("cut off", gated().load(30, 0), (Verdict::Inconclusive, Exit::Inconclusive)),
        ("nothing", Story::new(), (Verdict::Inconclusive, Exit::Inconclusive)),
        ("strict", strict, (Verdict::Inconclusive, Exit::Failed)),
        ("unreachable", gated().ends(unreachable()), (Verdict::Inconclusive, Exit::Unreachable)),
        (
            "smoke",
            gated().check(1, Verdict::Fail, false).ends(Ending::SmokeFailed),
            (Verdict::Fail, Exit::Failed),
        ),
        (
            "smoke, unreachable",
            gated().check(1, Verdict::Fail, true).ends(Ending::SmokeFailed),
            (Verdict::Fail, Exit::Unreachable),
        ),
        (
            "trouble",
            gated()
                .load(70, 0)
                .say(70, EventKind::Trouble { text: "disk full".into() })
                .ends(Ending::Completed),
            (Verdict::Inconclusive, Exit::Inconclusive),
        ),
    ] {
        let run = story.judge();
        assert_eq!(of(&run), expected, "{name}: {}", run.reason);
    }
}

#[test]
fn a_run_that_is_cut_off_is_measured_up_to_there() {
    let run = Story::new().gate("error_rate < 50% last 5s", Severity::Fail).load(30, 0).judge();
    assert_eq!(run.summary.totals.length, Duration::from_secs(20));
    assert_eq!(run.gates[0].decision.n, 500);
    assert_eq!(run.reason, "the run was cut off at 30.0 s: its history has no end; run it again");
}

#[test]
fn no_gate_is_no_free_pass() {
    let story = || Story::new();
    let each_second = |good, bad| {
        let say = |story: Story, second| {
            story.say(second, EventKind::Window(Box::new(delta(0, 1, second, good, bad))))
        };
        (10..70).fold(story(), say).ends(Ending::Completed).judge()
    };
    for (good, bad, verdict, words) in [
        (
            5,
            0,
            (Verdict::Pass, Exit::Pass),
            "no gate was given; 300 of 300 requests went well; add a gate such as ",
        ),
        (
            3,
            2,
            (Verdict::Warn, Exit::Pass),
            "no gate was given; 180 of 300 requests went well; add a gate such as ",
        ),
        (
            2,
            3,
            (Verdict::Fail, Exit::Failed),
            "no gate was given; 120 of 300 requests went well; add a gate such as ",
        ),
    ] {
        let run = each_second(good, bad);
        assert_eq!(of(&run), verdict, "{good} good, {bad} bad");
        assert!(run.reason.starts_with(words), "{}", run.reason);
    }
    let run = each_second(0, 5);
    assert_eq!(
        (of(&run), run.reason.as_str()),
        ((Verdict::Fail, Exit::Failed), "none of 300 requests went well")
    );
    let run = story().ends(Ending::Completed).judge();
    assert_eq!(run.reason, "nothing was judged: no request was sent");
    let mut no_load = story().ends(Ending::Completed);
    no_load.meta.stages.clear();
    let run = no_load.judge();
    assert_eq!(of(&run), (Verdict::Inconclusive, Exit::Inconclusive));
    assert_eq!(run.reason, "nothing was judged: the run has no load, no gate and no check; add one");
    let mut checked = story().check(1, Verdict::Pass, false).ends(Ending::Completed);
    checked.meta.stages.clear();
    assert_eq!(checked.judge().reason, "the check holds");
}

#[test]
fn a_planned_check_that_never_ran_is_no_pass() {
    let mut story = Story::new().gate("error_rate < 50%", Severity::Fail).load(70, 0).ends(Ending::Completed);
    story.meta.checks.push(CheckPlan { name: "up".into(), kind: "http".into(), place: None });
    let run = story.judge();
    assert_eq!(
        (run.verdict, run.reason.as_str()),
        (Verdict::Inconclusive, "check up: planned, but it never ran")
    );
}

#[test]
fn what_the_plan_does_not_have_is_no_pass_and_no_panic() {
    let run = Story::new()
        .gate("p99 <= 250ms", Severity::Fail)
        .load(70, 0)
        .say(70, EventKind::Window(Box::new(delta(9, 1, 20, 1, 0))))
        .say(70, EventKind::Window(Box::new(delta(0, 9, 20, 1, 0))))
        .say(70, EventKind::Broke { stage: u16::MAX, gate: "g".into(), reason: "r".into() })
        .say(70, EventKind::Example { endpoint: EndpointId(9), class: ErrorClass::Reset, text: "t".into() })
        .say(70, EventKind::Generator(GeneratorSecond { second: u64::MAX, ..GeneratorSecond::default() }))
        .ends(Ending::Completed)
        .judge();
    assert_eq!(run.verdict, Verdict::Inconclusive);
    assert_eq!(
        run.reason,
        "the history speaks of endpoint 9 in stage 1, which the plan does not have (and 1 more)"
    );
}

#[test]
fn the_order_and_the_cut_of_deltas_do_not_matter() {
    let gates =
        || Story::new().gate("p99 <= 250ms", Severity::Fail).gate("error_rate < 50% last 5s", Severity::Fail);
    let whole = gates().load(70, 3).ends(Ending::Completed).judge();
    let mut story = gates();
    // Every second in two parts, the second part three seconds late.
    for second in 0..73 {
        let stage = |second: u64| u16::from(second >= 10);
        let mut parts = vec![];
        if second < 70 {
            parts.push(delta(1, stage(second), second, 20, 0));
            parts.push(delta(0, stage(second), second, 20, 0));
        }
        if let Some(early) = second.checked_sub(3) {
            parts.push(delta(0, stage(early), early, 40, 0));
            parts.push(delta(1, stage(early), early, 17, 3));
        }
        for part in parts {
            story = story.say(second.min(70), EventKind::Window(Box::new(part)));
        }
    }
    assert_eq!(story.ends(Ending::Completed).judge(), whole);
}

#[test]
fn a_day_of_twenty_endpoints_is_folded_in_bounded_memory() {
    let mut meta = meta();
    meta.endpoints = (0..20).map(|n| endpoint("j", &n.to_string())).collect();
    meta.stages = vec![stage("hold", 0, 86_400, false)];
    let gates = ["p99 <= 1s", "p99 <= 1s last 30s", "p99(j/3) <= 1s last 6h", "p99 <= 1s stage hold"];
    let gates = gates.map(|gate| Gate::parse(gate).unwrap());
    let mut fold = fold::Fold::new(&meta, gates.iter());
    let mut full = delta(0, 0, 0, 5, 0);
    let mut quiet = Delta::new(EndpointId(0), 0, 0);
    (0..5).for_each(|_| quiet.drop_one(Offset::ZERO));
    // Every fourth second, and few histograms: both are slow without optimisation.
    for second in (0..86_400).step_by(4) {
        let delta = if second % 100 == 0 { &mut full } else { &mut quiet };
        delta.second = second;
        delta.endpoint = EndpointId((second / 4 % 20) as u16);
        fold.window(delta);
        let (tallies, open) = fold.footprint();
        assert!(tallies <= 20 + 62 + 62 + 1 && open <= 61, "{tallies} tallies, {open} seconds at {second}");
    }
    fold.add(Event { at: Offset::from_secs_f64(86_401.0), kind: EventKind::Ended(Ending::Completed) });
    let seen: Vec<u64> = fold.held().into_iter().map(|held| held.unwrap().planned().unwrap()).collect();
    assert_eq!(seen, [5 * 21_600, 5 * 7, 5 * 5_400 / 20, 5 * 21_600]);
    let (summary, _) = fold.summary();
    assert_eq!(summary.series.len(), 675, "rows of 128 seconds");
}
