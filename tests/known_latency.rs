//! Against a server whose answers take an exact time the report says that time, within half a millisecond.

use std::time::Duration;
use support::{Answer, Delayed, Program, Scripted};

/// On a busy machine a measurement may be off; one that is off this many times is wrong.
const ATTEMPTS: usize = 3;
/// Nothing but the delay itself may take longer than this, whatever the build.
const MOST_OVERHEAD_MS: f64 = 3.0;

/// The median of 400 responses in milliseconds, not one of which may be faster than the server.
fn median(program: &Program, url: &str, fastest: &str) -> f64 {
    let gate = format!("p50 <= {fastest}");
    let report = program.load(&[url, "--rate", "200/s", "--for", "2s", "--gate", &gate]).report();
    assert_eq!(report.counts().done, 400);
    let reason = report.text("/gates/0/reason");
    assert!(
        reason.starts_with(&format!("400 of 400 requests (100 %) were slower than {fastest}")),
        "{reason}"
    );
    report.number("/endpoints/0/response_us/p50") / 1_000.0
}

/// What the HTTP of both sides takes. Without optimisation that is most of the half millisecond which a measurement may
/// be off, so there it is measured against a server without delay; in an optimised build it has to fit in.
fn overhead(program: &Program) -> f64 {
    if !cfg!(debug_assertions) {
        return 0.0;
    }
    let server = Scripted::start([Answer::ok("ok")]);
    let overhead = median(program, &server.url(), "10us");
    assert!(overhead < MOST_OVERHEAD_MS, "an answer without delay took {overhead} ms");
    overhead
}

#[test]
fn twenty_milliseconds_are_reported_as_twenty_milliseconds() {
    let server = Delayed::start(Duration::from_millis(20));
    let program = Program::at(env!("CARGO_BIN_EXE_shakedown"));
    let mut attempts = Vec::new();
    while attempts.len() < ATTEMPTS {
        let measured = median(&program, &server.url(), "19.9ms");
        if (measured - 20.0).abs() <= 0.5 {
            return;
        }
        let overhead = overhead(&program);
        if (measured - overhead - 20.0).abs() <= 0.5 {
            return;
        }
        attempts.push((measured, overhead));
    }
    panic!("20 ms were measured as, with an overhead of, in ms: {attempts:?}");
}
