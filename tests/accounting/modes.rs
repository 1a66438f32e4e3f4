//! planned = done + failed + dropped in every mode, whatever happens on the way. Each test goes through all modes.

use super::program;
use std::time::Duration;
use support::{Answer, Child, Counts, Delayed, Leaving, Running, Scripted};

/// A way in which load comes about.
struct Mode {
    name: &'static str,
    /// The settings of `load` but for the journeys; all of them plan two seconds.
    load: &'static str,
    /// How many arrivals it plans, where nobody and nothing decides that on the way.
    planned: Option<u64>,
}

const MODES: [Mode; 6] = [
    Mode {
        name: "arrivals",
        load: "profile: { stages: [{ from: 300/s, to: 300/s, over: 2s }] }",
        planned: Some(600),
    },
    Mode {
        name: "poisson",
        load: "poisson: true, profile: { stages: [{ from: 300/s, to: 300/s, over: 2s }] }",
        planned: None,
    },
    Mode {
        name: "stages",
        load: "workers: 2, profile: { stages: [{ from: 100/s, to: 500/s, over: 1s }, { hold: 1s }] }",
        planned: Some(800),
    },
    Mode {
        name: "narrow",
        load: "max_in_flight: 2, profile: { stages: [{ from: 600/s, to: 600/s, over: 2s }] }",
        planned: Some(1_200),
    },
    Mode { name: "max", load: "profile: { max: { connections: 8, hold: 2s } }", planned: None },
    Mode { name: "users", load: "profile: { users: { count: 8, ramp: 0s, hold: 2s } }", planned: None },
];

impl Mode {
    fn scenario(&self, url: &str) -> String {
        format!(
            "scenario: {}\ntarget: {{ http: '{url}' }}\nload: {{ {}, journeys: [{{ name: j, steps: [{{ get: / }}] }}] }}\n",
            self.name, self.load
        )
    }

    /// Whether the arrivals are as many as planned.
    fn is_whole(&self, counts: Counts) {
        assert!(self.planned.is_none_or(|planned| planned == counts.planned), "{}: {counts:?}", self.name);
        assert!(counts.planned > 100, "{}: {counts:?}", self.name);
    }
}

#[test]
fn a_server_that_answers_has_seen_all_that_is_done() {
    for mode in MODES {
        let (program, server) = (program(), Scripted::start([Answer::ok("ok")]));
        let counts = program.scenario(&mode.scenario(&server.url())).report().counts();
        mode.is_whole(counts);
        assert_eq!((server.seen().len() as u64, counts.failed), (counts.done, 0), "{}", mode.name);
    }
}

#[test]
fn ctrl_c_leaves_no_request_out() {
    for mode in MODES {
        let (program, server) = (program(), Delayed::start(Duration::from_millis(20)));
        let running = program.start_scenario(&mode.scenario(&server.url()));
        running.has_measured(1);
        running.interrupt();
        let ended = running.end();
        assert_eq!(ended.code, Some(130), "{}: {ended}", mode.name);
        let counts = ended.report().counts();
        assert_eq!(counts.failed, 0, "{}: what was under way came to its end: {counts:?}", mode.name);
        assert!(mode.planned.is_none_or(|planned| counts.planned <= planned), "{}: {counts:?}", mode.name);
        assert_eq!(server.requests(), counts.done, "{}", mode.name);
    }
}

#[test]
fn a_server_that_dies_loses_no_arrival() {
    let test = "modes::a_server_that_dies_loses_no_arrival";
    for mode in MODES {
        let child = Child::start(test);
        let program = program();
        let running: Running = program.start_scenario(&mode.scenario(&child.url()));
        running.has_measured(1);
        drop(child);
        let report = running.end().report();
        let counts = report.counts();
        mode.is_whole(counts);
        assert!(counts.done > 0 && counts.failed > 0, "{}: {counts:?}", mode.name);
        let errors = report.errors();
        assert!(errors.contains_key("refused"), "{}: {errors:?}", mode.name);
        assert!(
            errors.keys().all(|class| class == "refused" || class == "reset"),
            "{}: {errors:?}",
            mode.name
        );
    }
}

#[test]
fn ten_thousand_refused_connections_are_ten_thousand_failures() {
    for (mode, load) in [
        ("arrivals", "max_in_flight: 10000, profile: { stages: [{ from: 5000/s, to: 5000/s, over: 2s }] }"),
        (
            "poisson",
            "max_in_flight: 10000, poisson: true, profile: { stages: [{ from: 5500/s, to: 5500/s, over: 2s }] }",
        ),
        // Each connection is tried at least twice.
        ("max", "profile: { max: { connections: 5000, hold: 2s } }"),
    ] {
        let mode = Mode { name: mode, load, planned: (mode == "arrivals").then_some(10_000) };
        let (program, server) = (program(), Leaving::start());
        let report = program.scenario(&mode.scenario(&server.url())).report();
        assert!(server.has_left(), "the port was open for the first look alone");
        let counts = report.counts();
        mode.is_whole(counts);
        assert!(counts.planned >= 10_000, "{counts:?}");
        assert_eq!(counts, Counts { planned: counts.planned, failed: counts.planned, ..Counts::default() });
        assert_eq!(report.errors()["refused"], counts.failed, "{:?}", report.errors());
    }
}

#[test]
fn a_closed_load_without_anybody_to_answer_is_all_failures_and_does_not_hammer() {
    // Two tries at once, seven more within pauses of 1 to 64 ms, and then ten a second.
    let most = 2 + 7 + 10;
    let mode = Mode { name: "max", load: "profile: { max: { connections: 64, hold: 1s } }", planned: None };
    let (program, server) = (program(), Leaving::start());
    let report = program.scenario(&mode.scenario(&server.url())).report();
    let counts = report.counts();
    mode.is_whole(counts);
    assert_eq!((counts.failed, counts.done, counts.dropped), (counts.planned, 0, 0));
    assert!(counts.planned <= 64 * most, "{counts:?}");
}
