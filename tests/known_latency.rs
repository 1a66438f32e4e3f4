//! Against a server whose answers take an exact time the report says that time; and against one that keeps a list of
//! how long each answer really took, every percentile of the report is that of the list.

use std::time::Duration;
use support::{Account, Answer, Child, Delayed, Known, Program, Report, Scripted};

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

/// So far a percentile may be off, in microseconds, whatever it is.
const OFF_US: f64 = 50.0;
/// So far it may be off as a share of itself.
const OFF_SHARE: f64 = 0.01;
/// Each percentile's name in the report.
const PERCENTILES: [(&str, f64); 4] = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p999", 0.999)];

/// What is wrong, what is so beyond the machine's own lateness, and that in microseconds.
type Wrong = (Vec<(&'static str, f64, f64)>, Vec<(&'static str, f64, f64)>, u64);

/// A server that answers after `delay`, and in `slow` of a thousand cases after ten times as long: what the report says
/// and what the server has in its books.
fn known(test: &str, delay: Duration, slow: u64) -> (Report, Account) {
    let server = Child::serving(test, &Known::given(delay, slow), Known::of);
    let program = Program::at(env!("CARGO_BIN_EXE_shakedown"));
    let report = program.load(&[&server.url(), "--rate", "400/s", "--for", "5s"]).report();
    let account = Account::read(&server.end());
    assert_eq!((report.counts().done, account.requests()), (2_000, 2_000));
    assert!(account.quantile_us(0.0) >= delay.as_micros() as u64, "the server was too fast: {account:?}");
    (report, account)
}

/// The percentiles that the report gets wrong by more than may be and `late` microseconds: their names, what it says and
/// what is true.
fn wrong(report: &Report, account: &Account, late: u64) -> Vec<(&'static str, f64, f64)> {
    let compared = PERCENTILES.map(|(name, share)| {
        let truth = account.quantile_us(share) as f64;
        (name, report.number(&format!("/endpoints/0/service_us/{name}")), truth)
    });
    let off = |(_, said, truth): &(&str, f64, f64)| {
        (said - truth).abs() > OFF_US.max(truth * OFF_SHARE) + late as f64
    };
    compared.into_iter().filter(off).collect()
}

#[test]
fn every_percentile_is_that_of_the_servers_own_list() {
    const TEST: &str = "every_percentile_is_that_of_the_servers_own_list";
    for (delay_ms, slow) in [(20, 300), (30, 50), (50, 5)] {
        let measure = || {
            let (report, account) = known(TEST, Duration::from_millis(delay_ms), slow);
            // How late the machine woke up somebody else who waited for the clock meanwhile. We were not better off.
            let late = account.late_us(1.0);
            (wrong(&report, &account, 0), wrong(&report, &account, late), late)
        };
        let mut attempts = Vec::new();
        while attempts.len() < ATTEMPTS && attempts.last().is_none_or(|(wrong, ..): &Wrong| !wrong.is_empty())
        {
            attempts.push(measure());
        }
        let what =
            format!("{delay_ms} ms, {slow} of 1,000 slow; wrong (name, said, true), late: {attempts:?}");
        if attempts.iter().all(|(wrong, ..)| !wrong.is_empty()) {
            assert!(attempts.iter().any(|(_, wrong, _)| wrong.is_empty()), "{what}");
            support::skipped(format_args!("the machine wakes up threads too late to compare better: {what}"));
        }
    }
}
