//! Ten thousand connections open at once, and what becomes of them when their server dies.

use super::{all_done, program};
use shakedown::engine::raise_open_files;
use std::fs;
use support::{Child, Counts, Holding, Report};

/// How many connections there shall be.
const CROWD: u64 = 10_000;
/// How many users: each is a client of its own.
const USERS: u64 = 2_000;
/// Descriptors that a process needs for everything else.
const OTHERS: u64 = 200;

/// As many as this machine lets a process have.
fn crowd() -> u64 {
    let limit = raise_open_files().unwrap_or(u64::MAX);
    if limit < CROWD + OTHERS {
        eprintln!(
            "SCALED DOWN: {limit} descriptors a process, so not {CROWD} connections but {}",
            limit - OTHERS
        );
    }
    CROWD.min(limit - OTHERS)
}

/// Runs this load against a server that holds all answers until the whole crowd has come; the report, and how many
/// requests the server saw.
fn held(test: &str, load: impl FnOnce(u64) -> String) -> (Report, u64) {
    let crowd = crowd();
    let server = Child::serving(test, &crowd.to_string(), |crowd| {
        raise_open_files();
        Holding::start(crowd.parse().expect("a number"))
    });
    let program = program();
    let ended = program.scenario(&format!(
        "scenario: crowd\ntarget: {{ http: '{}', connect_timeout: 30s }}\nload: {{ timeout: 60s, {}, journeys: [{{ name: j, steps: [{{ get: / }}] }}] }}\n",
        server.url(),
        load(crowd)
    ));
    let report = ended.report();
    assert_eq!(report.at("/generator/connections_max").as_u64(), Some(crowd), "{ended}");
    assert_eq!(report.at("/generator/in_flight_max").as_u64(), Some(crowd), "{ended}");
    (report, server.end().parse().expect("a number of requests"))
}

#[test]
fn ten_thousand_arrivals_wait_on_ten_thousand_connections() {
    let test = "crowd::ten_thousand_arrivals_wait_on_ten_thousand_connections";
    let (report, seen) = held(test, |crowd| {
        format!(
            "max_in_flight: {crowd}, profile: {{ stages: [{{ from: {0}/s, to: {0}/s, over: 4s }}] }}",
            crowd / 4
        )
    });
    let counts = report.counts();
    assert_eq!((counts, seen), (all_done(crowd() / 4 * 4), counts.planned));
}

#[test]
fn ten_thousand_connections_of_a_closed_load_are_all_answered() {
    let test = "crowd::ten_thousand_connections_of_a_closed_load_are_all_answered";
    let (report, seen) =
        held(test, |crowd| format!("profile: {{ max: {{ connections: {crowd}, hold: 8s }} }}"));
    let counts = report.counts();
    assert!(counts.planned >= crowd(), "{counts:?}");
    assert_eq!(counts, all_done(seen));
}

#[test]
fn a_crowd_whose_server_dies_is_a_crowd_of_failures() {
    let test = "crowd::a_crowd_whose_server_dies_is_a_crowd_of_failures";
    // Nobody is answered: the crowd of the server never comes.
    let start = || {
        Child::serving(test, "", |_| {
            raise_open_files();
            Holding::start(u64::MAX)
        })
    };
    for (crowd, load) in [
        (crowd(), format!("max: {{ connections: {}, hold: 2h }}", crowd())),
        (USERS, format!("users: {{ count: {USERS}, ramp: 0s, hold: 2h }}")),
    ] {
        let child = start();
        let program = program();
        let running = program.start_scenario(&format!(
            "scenario: crowd\ntarget: {{ http: '{}', connect_timeout: 30s }}\nload: {{ timeout: 60s, \
             profile: {{ {load} }}, journeys: [{{ name: j, steps: [{{ get: /, think: 1h }}] }}] }}\n",
            child.url(),
        ));
        let held = || fs::read_dir(format!("/proc/{}/fd", child.pid())).map_or(0, Iterator::count) as u64;
        running.waits_for("the whole crowd", || held() >= crowd);
        drop(child);
        running.interrupt();
        let ended = running.end();
        assert_eq!(ended.code, Some(130), "{ended}");
        let report = ended.report();
        let counts = report.counts();
        assert!(counts.failed >= crowd, "{load}: {counts:?}");
        assert_eq!(
            counts,
            Counts { planned: counts.failed, failed: counts.failed, ..Counts::default() },
            "{load}"
        );
        let errors = report.errors();
        assert!(errors["reset"] >= crowd / 2, "{load}: {errors:?}");
        assert!(errors.keys().all(|class| class == "refused" || class == "reset"), "{load}: {errors:?}");
    }
}
