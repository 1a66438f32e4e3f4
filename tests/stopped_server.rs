//! A server that stands still for two seconds in the middle of a run: the requests that should have been answered
//! meanwhile count with all of their wait, and none is forgotten. A load generator that waits with its server would
//! report a handful of slow requests and a fine 99th percentile (coordinated omission).

use std::thread::sleep;
use std::time::Duration;
use support::{Child, Counts, Program, Report};

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
