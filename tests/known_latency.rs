//! Against a server whose answers take an exact time the report says that time, within half a millisecond.

use std::time::Duration;
use support::{Delayed, Program};

/// On a busy machine a measurement may be off; one that is off this many times is wrong.
const ATTEMPTS: usize = 3;

#[test]
fn twenty_milliseconds_are_reported_as_twenty_milliseconds() {
    let server = Delayed::start(Duration::from_millis(20));
    let program = Program::at(env!("CARGO_BIN_EXE_shakedown"));
    let mut medians = Vec::new();
    while medians.len() < ATTEMPTS {
        let gate = "p50 <= 19.9ms";
        let report =
            program.load(&[&server.url(), "--rate", "200/s", "--for", "2s", "--gate", gate]).report();
        assert_eq!(report.counts().done, 400);
        let none_is_faster = "400 of 400 requests (100 %) were slower than 19.9ms";
        assert!(
            report.text("/gates/0/reason").starts_with(none_is_faster),
            "{}",
            report.text("/gates/0/reason")
        );
        let median = report.number("/endpoints/0/response_us/p50") / 1_000.0;
        if (median - 20.0).abs() <= 0.5 {
            return;
        }
        medians.push(median);
    }
    panic!("the median of 20 ms was measured as {medians:?} ms");
}
