//! `smoke --watch`: the half hour after a deploy, in small.

use crate::golden::program;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use support::{Answer, Program, Report, Scripted};

/// A program with a scenario of two checks, `web` and `db`.
fn watched(server: &Scripted) -> Program {
    let program = program();
    let text = format!(
        "scenario: after the deploy\ntarget: {{ http: '{}' }}\nsmoke:\n  \
         - {{ name: web, http: {{ get: /web }} }}\n  - {{ name: db, http: {{ get: /db }} }}\n",
        server.url()
    );
    program.write("s.yaml", text);
    program
}

/// A server whose `/db` is down in these of its turns.
fn down_in(turns: impl Fn(usize) -> bool + Send + Sync + 'static) -> Scripted {
    let asked = AtomicUsize::new(0);
    Scripted::answering(move |seen| {
        let down = seen.path == "/db" && turns(asked.fetch_add(1, SeqCst));
        if down { Answer::status(503) } else { Answer::ok("ok") }
    })
}

const REPORT: [&str; 4] = ["--report", "json=report.json", "--out", "runs"];

#[test]
fn a_check_that_keeps_failing_ends_the_watch_and_is_named() {
    let server = down_in(|turn| turn >= 3);
    let program = watched(&server);
    let ended =
        program.run(&[&["smoke", "s.yaml", "--watch", "10m", "--every", "50ms"], &REPORT[..]].concat());
    ended.expect(
        1,
        &[
            "check db: FAILED, expected status below 400, got 503",
            "(1 in a row)",
            "the watch ends early: db keeps failing",
        ],
    );
    let asked = |path: &str| server.seen().iter().filter(|seen| seen.path == path).count();
    assert_eq!((asked("/db"), asked("/web")), (5, 5), "two periods after its last good answer");
    let report = Report::parse(&program.read("report.json"));
    assert_eq!(report.text("/run/ending"), "watch_failed");
    assert_eq!((report.text("/checks/0/status"), report.text("/checks/1/status")), ("pass", "fail"));
    assert_eq!(
        (report.number("/checks/1/watched/asked"), report.number("/checks/1/watched/held")),
        (5.0, 3.0)
    );
    assert!(
        report.text("/reason").starts_with("check db: failed 2 times in a row since "),
        "{}",
        report.text("/reason")
    );
    let judged = program.run(&["judge", &program.saved()[0]]);
    judged.expect(1, &[]);
    assert_eq!(judged.out, ended.out, "judging again says the same");
}

#[test]
fn a_single_failure_is_a_warning_or_too_much() {
    for (wanted, code, words) in [
        (&[][..], 0, "held "),
        (&["--availability", "1%"], 0, "held "),
        (&["--availability", "99.9%"], 1, "and 99.9% were asked for"),
    ] {
        let server = down_in(|turn| turn == 2);
        let program = watched(&server);
        let ended = program
            .run(&[&["smoke", "s.yaml", "--watch", "1s", "--every", "100ms"], wanted, &REPORT[..]].concat());
        ended.expect(code, &["it holds again after 1 in a row"]);
        let report = Report::parse(&program.read("report.json"));
        assert!(report.text("/checks/1/reason").contains(words), "{}", report.text("/checks/1/reason"));
        let history = program.read(&format!("{}/events.jsonl", program.saved()[0]));
        let ends = history.lines().filter(|line| line.contains("\"check\"")).count();
        assert_eq!(ends, server.seen().len(), "every end is in the history");
    }
}

#[test]
fn an_interrupted_watch_ends_with_its_summary() {
    let server = down_in(|_| false);
    let program = watched(&server);
    let running =
        program.start(&[&["smoke", "s.yaml", "--watch", "10m", "--every", "50ms"], &REPORT[..]].concat());
    running.says("round 1: 2 of 2 checks hold");
    running.waits_for("a few rounds", || server.seen().len() > 6);
    running.interrupt();
    let ended = running.end();
    ended.expect(130, &["stopping"]);
    let report = Report::parse(&program.read("report.json"));
    assert_eq!(report.at("/checks/1/watched/availability"), 1.0);
}

#[test]
fn options_of_a_watch_need_one() {
    let program = watched(&down_in(|_| false));
    program.run(&["smoke", "s.yaml", "--availability", "99%"]).expect(2, &["--watch"]);
    program
        .run(&["smoke", "s.yaml", "--watch", "10s", "--every", "1m"])
        .expect(2, &["a watch needs several rounds"]);
}
