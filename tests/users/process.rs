//! The process that drives the users: what it shows of itself, and how it ends, whoever ends first.

use super::{all_done, program};
use rustix::process::{Pid, Signal, kill_process};
use std::collections::BTreeSet;
use std::fs;
use support::{Answer, Program, Raw, Running, Scripted, descendants, lives};

/// The process that drives the users of a run.
fn worker(running: &Running) -> u32 {
    let found = || descendants(running.pid()).into_iter().find(|pid| arguments(*pid).contains("worker"));
    running.waits_for("the process of the users", || found().is_some());
    found().expect("it was just there")
}

/// The command line of a process, with spaces.
fn arguments(pid: u32) -> String {
    fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default().replace('\0', " ")
}

/// Whether a process has a listening TCP socket.
fn listens(pid: u32) -> bool {
    let entries = fs::read_dir(format!("/proc/{pid}/fd")).expect("a process that lives").flatten();
    let links = entries.filter_map(|entry| fs::read_link(entry.path()).ok());
    let held: BTreeSet<String> = links.map(|link| link.to_string_lossy().into_owned()).collect();
    let tables = ["tcp", "tcp6"].map(|table| fs::read_to_string(format!("/proc/{pid}/net/{table}")));
    tables.into_iter().flatten().any(|table| {
        table.lines().any(|line| {
            let columns: Vec<&str> = line.split_whitespace().collect();
            // State 0A is LISTEN; the tenth column is the socket's inode.
            columns.get(3) == Some(&"0A") && held.contains(&format!("socket:[{}]", columns[9]))
        })
    })
}

/// Starts users who think for longer than any test waits.
fn thinkers(program: &Program, server: &Scripted) -> Running {
    let running = program.start_load(&[&server.url(), "--users", "3", "--think", "1h", "--for", "2h"]);
    running.waits_for("a request of each user", || server.seen().len() == 3);
    running
}

#[test]
fn it_shows_no_secret_listens_nowhere_and_prints_nothing() {
    let (program, server) = (program(), Scripted::start([Answer::ok("ok")]));
    let url = server.url();
    let running = program.start_load(&[
        &url,
        "--users",
        "2",
        "--think",
        "20ms",
        "--for",
        "3s",
        "-H",
        "Authorization: Bearer s3cret",
    ]);
    running.has_measured(1);
    let worker = worker(&running);
    assert!(!arguments(worker).contains("s3cret"), "{}", arguments(worker));
    assert!(!listens(worker) && !listens(running.pid()), "nothing listens by default");
    let ended = running.end();
    // The report is all of standard output.
    assert_eq!(ended.report().counts(), all_done(server.seen().len() as u64), "{ended}");
    assert!(server.seen().iter().all(|seen| seen.header("authorization") == "Bearer s3cret"));
    assert!(!format!("{ended}").contains("s3cret"), "{ended}");
    assert!(!ended.err.to_lowercase().contains("goose"), "{ended}");
    assert!(!lives(worker));
}

#[test]
fn ctrl_c_ends_every_pause_and_leaves_no_request_out() {
    let (program, server) = (program(), Scripted::start([Answer::ok("ok")]));
    let running = thinkers(&program, &server);
    let worker = worker(&running);
    running.interrupt();
    let ended = running.end();
    assert_eq!(ended.code, Some(130), "{ended}");
    assert_eq!(ended.report().counts(), all_done(3), "{ended}");
    assert!(!lives(worker));
}

#[test]
fn what_is_in_flight_at_ctrl_c_gets_its_timeout() {
    let (program, server) = (program(), Raw::silent());
    let running = program.start_load(&[&server.url(), "--users", "2", "--for", "2h", "--timeout", "2s"]);
    running.waits_for("connections", || server.connections() == 3);
    running.interrupt();
    let report = running.end().report();
    let counts = report.counts();
    assert_eq!((counts.planned, counts.failed, report.errors()["timeout"]), (2, 2, 2), "{counts:?}");
}

#[test]
fn a_second_ctrl_c_leaves_at_once_and_takes_the_users_along() {
    let (program, server) = (program(), Raw::silent());
    let running = program.start_load(&[&server.url(), "--users", "2", "--for", "2h", "--timeout", "2h"]);
    running.waits_for("connections", || server.connections() == 3);
    let worker = worker(&running);
    running.interrupt();
    running.says("once more to leave at once");
    running.interrupt();
    running.says("left at once");
    assert!(running.is_over_without(worker));
}

#[test]
fn a_run_that_is_killed_takes_the_users_along() {
    let (program, server) = (program(), Scripted::start([Answer::ok("ok")]));
    let running = thinkers(&program, &server);
    let worker = worker(&running);
    running.kill();
    assert!(running.is_over_without(worker));
}

#[test]
fn users_that_are_killed_are_no_pass_and_what_is_counted_adds_up() {
    let (program, server) = (program(), Scripted::start([Answer::ok("ok")]));
    let url = server.url();
    let running =
        program.start_load(&[&url, "--users", "2", "--think", "10ms", "--for", "2h", "--gate", "p50 <= 10s"]);
    running.has_measured(1);
    let worker = worker(&running);
    let pid = Pid::from_raw(i32::try_from(worker).expect("a pid")).expect("a pid");
    kill_process(pid, Signal::KILL).expect("a signal to the users");
    let ended = running.end();
    let report = ended.report();
    assert_eq!((report.verdict(), ended.code), ("inconclusive", Some(3)), "{ended}");
    assert!(report.text("/run/troubles/0").contains("was ended by signal 9"), "{ended}");
    let counts = report.counts();
    assert!(counts.done > 0 && counts.planned <= server.seen().len() as u64, "{counts:?}");
}

#[test]
fn a_scenario_that_changed_meanwhile_sends_nothing() {
    let server = Scripted::start([Answer::ok("ok")]);
    let program = program();
    // The check before the load takes its time, and the file changes meanwhile.
    let text = format!(
        "scenario: users\ntarget: {{ http: '{}' }}\nsmoke: [command: {{ run: [sh, -c, 'while [ ! -e go ]; do sleep 0.05; \
         done'] }}]\nload:\n  profile: {{ users: {{ count: 1, ramp: 0s, hold: 1s }} }}\n  \
         journeys: [{{ name: j, steps: [{{ get: /x }}] }}]\n",
        server.url()
    );
    let running = program.start_scenario(&text);
    running.waits_for("a folder of the run", || !program.saved().is_empty());
    program.write("scenario.yaml", text.replace("/x", "/y"));
    program.write("go", "");
    let ended = running.end();
    ended.expect(3, &["changed since this run began to read it"]);
    assert_eq!(server.seen().len(), 0);
}

#[test]
fn nobody_starts_it_by_hand() {
    let program = program();
    program.run(&["worker"]).expect(2, &["`worker` is for `shakedown run`"]);
}
