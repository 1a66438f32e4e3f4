//! A server that stands still for two seconds in the middle of a run: the requests that should have been answered
//! meanwhile count with all of their wait, and none is forgotten. A load generator that waits with its server would
//! report a handful of slow requests and a fine 99th percentile (coordinated omission).

use std::thread::sleep;
use std::time::Duration;
use support::{Child, Counts, Program, Raw, Report};

/// A percentile of all endpoints' times, in milliseconds.
fn millis(report: &Report, what: &str) -> f64 {
    report.number(&format!("/endpoints/0/{what}")) / 1_000.0
}

#[test]
fn a_stopped_server_is_felt_by_everyone_who_came_meanwhile() {
    let child = Child::start("a_stopped_server_is_felt_by_everyone_who_came_meanwhile");
    let program = Program::at(env!("CARGO_BIN_EXE_shakedown"));
    let running = program.start_load(&[&child.url(), "--rate", "500/s", "--for", "10s"]);
    running.has_measured(3);
    child.stop();
    sleep(Duration::from_secs(2));
    child.go_on();
    let report = running.end().report();

    assert_eq!(report.counts(), Counts { planned: 5_000, done: 5_000, failed: 0, dropped: 0 });
    assert!(millis(&report, "response_us/p50") < 100.0, "most were answered as ever");
    assert!(millis(&report, "response_us/p99") > 1_500.0, "one in a hundred waited nearly all of it");
    assert!(millis(&report, "response_us/max") > 1_900.0, "the first one all of it");
    assert!(millis(&report, "response_us/p90") > 700.0, "a fifth of all was planned meanwhile");
    // Response counts from the plan, service from the sending: the wait is the server's, not the generator's.
    for quantile in ["p50", "p90", "p99", "max"] {
        let [response, service] =
            ["response_us", "service_us"].map(|what| millis(&report, &format!("{what}/{quantile}")));
        assert!(response >= service, "{quantile}: {response} ms of response in {service} ms of service");
    }
    assert!(millis(&report, "service_us/p99") > 1_500.0, "each of them was sent when it was planned");
    assert!(millis(&report, "lag_us/p50") < 100.0 && millis(&report, "lag_us/p99") < 1_000.0);
    assert!(report.number("/generator/in_flight_max") > 200.0, "all of them waited side by side");
}

#[test]
fn a_server_that_never_answers_ends_the_run_when_its_timeouts_are_over() {
    let server = Raw::silent();
    let program = Program::at(env!("CARGO_BIN_EXE_shakedown"));
    let ended = program.scenario(&format!(
        "scenario: hangs\ntarget: {{ http: '{}' }}\nabort_when: error_rate > 50% last 2s\nload:\n  timeout: 4s\n  \
         profile: {{ stages: [{{ from: 50/s, to: 50/s, over: 5m }}] }}\n  \
         journeys: [{{ name: j, steps: [{{ get: / }}] }}]\n",
        server.url()
    ));
    ended.expect(130, &["`abort_when: error_rate > 50% last 2s` came about"]);
    let report = ended.report();
    let counts = report.counts();
    assert_eq!(counts.planned, counts.failed, "{report:?}");
    assert!((200..15_000).contains(&counts.planned), "nothing is known before the first timeout: {counts:?}");
}
