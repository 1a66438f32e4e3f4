//! A terminal that is closed in the middle of a run.

use crate::program;
use support::{Delayed, Ended, Program, Running};

use std::time::Duration;

/// The program with the disposition of SIGHUP that a shell gives, whatever that of this test is.
fn hung_up(how: &str) -> Program {
    program().through(["env", how])
}

fn load(program: &Program, server: &Delayed, length: &str) -> Running {
    let running = program.start_load(&[&server.url(), "--rate", "100/s", "--for", length]);
    running.has_measured(1);
    running
}

fn interrupted(ended: &Ended) {
    ended.expect(130, &["stopping: no further requests", "the run was interrupted after"]);
    let counts = ended.report().counts();
    assert!(counts.done >= 50 && counts.done == counts.planned, "those in flight were answered: {counts:?}");
}

#[test]
fn a_closed_terminal_stops_the_run_as_sigterm_does() {
    let (program, server) = (hung_up("--default-signal=HUP"), Delayed::start(Duration::from_millis(200)));
    let running = load(&program, &server, "10m");
    running.hang_up();
    interrupted(&running.end());
}

#[test]
fn a_terminal_that_hangs_up_twice_does_not_insist() {
    let (program, server) = (hung_up("--default-signal=HUP"), Delayed::start(Duration::from_secs(2)));
    let running = load(&program, &server, "10m");
    running.hang_up();
    running.says("once more to leave at once");
    running.hang_up();
    interrupted(&running.end());
}

#[test]
fn under_nohup_the_run_goes_on_to_its_end() {
    let (program, server) = (hung_up("--ignore-signal=HUP"), Delayed::start(Duration::from_millis(5)));
    let running = load(&program, &server, "3s");
    running.hang_up();
    let ended = running.end();
    assert!(!ended.err.contains("stopping"), "{ended}");
    let report = ended.report();
    assert_eq!((report.text("/run/ending"), report.counts().planned), ("completed", 300));
}
