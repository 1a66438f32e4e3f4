//! What stands around a check: patience, dependencies, conditions, limits.

use crate::golden::{program, smoke};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use support::{Answer, Program, Raw, Report, Scripted};

fn report(program: &Program) -> Report {
    Report::parse(&program.read("report.json"))
}

/// Answers `good` from the given request on.
fn good_from(turn: usize) -> Scripted {
    let asked = AtomicUsize::new(0);
    Scripted::answering(move |_| {
        if asked.fetch_add(1, SeqCst) + 1 < turn { Answer::status(503) } else { Answer::ok("ok") }
    })
}

#[test]
fn a_check_is_asked_again_until_it_holds() {
    for patience in ["retry: { times: 5, every: 10ms }", "eventually: { within: 1m, every: 10ms }"] {
        let (program, server) = (program(), good_from(4));
        smoke(&program, &server.url(), &format!("  - {{ {patience}, http: {{ get: / }} }}\n"))
            .expect(0, &["(asked 4 times in"]);
        assert_eq!(server.seen().len(), 4);
        assert_eq!(report(&program).at("/checks/0/asked/times"), 4);
    }
}

#[test]
fn patience_ends() {
    let (program, server) = (program(), Scripted::start([Answer::status(503)]));
    let check = "  - { retry: { times: 2, every: 10ms }, http: { get: / } }\n";
    smoke(&program, &server.url(), check).expect(1, &["failed all 3 times: expected status below 400"]);
    assert_eq!(server.seen().len(), 3);
    let check = "  - { eventually: { within: 200ms, every: 50ms }, http: { get: / } }\n";
    smoke(&program, &server.url(), check).expect(1, &["still failing after ", "asked "]);
}

#[test]
fn who_depends_on_a_failure_is_not_asked() {
    let program = program();
    let server = Scripted::answering(|seen| match seen.path.as_str() {
        "/db" => Answer::status(503),
        _ => Answer::ok("ok"),
    });
    let checks = "  - { name: orders, depends_on: [api, db], http: { get: /orders } }\n  \
                  - { name: api, depends_on: [net], http: { get: /api } }\n  \
                  - { name: db, http: { get: /db } }\n  - { name: net, http: { get: /net } }\n  \
                  - { name: report, depends_on: [orders], http: { get: /report } }\n";
    let ended = smoke(&program, &server.url(), checks);
    ended.expect(1, &["check orders: skipped, not asked: `db` failed", "check report: skipped"]);
    let mut asked: Vec<String> = server.seen().into_iter().map(|seen| seen.path).collect();
    asked.sort();
    assert_eq!(asked, ["/api", "/db", "/net"]);
    let report = report(&program);
    let names: Vec<&str> =
        report.list("/checks").iter().map(|check| check["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["orders", "api", "db", "net", "report"], "the order of the scenario");
    assert_eq!((report.text("/checks/0/status"), report.text("/checks/0/asked")), ("skipped", "blocked"));
    assert!(program.read("report.xml").contains("<skipped message=\"not asked: `db` failed\""));
}

#[test]
fn a_dependency_that_only_warns_leaves_no_pass() {
    let program = program();
    let server = Scripted::answering(|seen| Answer::status(if seen.path == "/a" { 503 } else { 200 }));
    let checks = "  - { name: a, severity: warn, http: { get: /a } }\n  \
                  - { name: b, depends_on: [a], http: { get: /b } }\n";
    smoke(&program, &server.url(), checks).expect(3, &["check b: skipped, not asked: `a` failed"]);
    assert_eq!(report(&program).text("/reason"), "check b: not asked: `a` failed");
}

#[test]
fn a_condition_leaves_a_check_out_and_counts_as_nothing() {
    let (program, server) = (program().with("STAGE", "test"), Scripted::start([Answer::ok("ok")]));
    let check = "  - { name: paid, only_if: { env: STAGE, is: production }, http: { get: /paid } }\n";
    let both = format!("{check}  - {{ name: up, only_if: {{ env: STAGE }}, http: {{ get: /up }} }}\n");
    smoke(&program, &server.url(), &both)
        .expect(0, &["check paid: skipped, not asked: the environment variable STAGE is not `production`"]);
    assert_eq!(server.seen().len(), 1);
    assert_eq!(report(&program).text("/reason"), "the check holds");
    smoke(&program, &server.url(), check).expect(3, &["check paid: skipped"]);
    assert_eq!(report(&program).text("/reason"), "nothing was judged: not one check was asked");
}

#[test]
fn a_hundred_checks_of_a_server_that_hangs_are_asked_once_each_and_side_by_side() {
    let (program, server) = (program(), Raw::silent());
    let checks: Vec<String> =
        (0..100).map(|n| format!("  - {{ timeout: 3s, http: {{ get: /{n} }} }}")).collect();
    let checks = checks.join("\n");
    smoke(&program, &server.url(), &checks).expect(4, &[]);
    assert_eq!(server.connections(), 100);
    let report = report(&program);
    let all = report.list("/checks");
    assert_eq!(all.len(), 100);
    assert!(all.iter().all(|check| check["asked"]["times"] == 1), "{all:?}");
}

#[test]
fn several_scenarios_give_one_report_and_the_worst_exit_code() {
    let (program, good, bad) =
        (program(), Scripted::start([Answer::ok("ok")]), Scripted::start([Answer::status(500)]));
    for (name, server) in [("one", &good), ("two", &bad), ("three", &good)] {
        let text = format!(
            "scenario: {name}\ntarget: {{ http: '{}' }}\nsmoke: [{{ http: {{ get: /{name} }} }}]\n",
            server.url()
        );
        program.write(&format!("{name}.yaml"), text);
    }
    program.run(&["smoke", "one.yaml", "two.yaml", "three.yaml", "--report", "junit=all.xml"]).expect(1, &[]);
    let xml = program.read("all.xml");
    for suite in ["one: checks", "two: checks", "three: checks"] {
        assert!(xml.contains(&format!("<testsuite name=\"{suite}\"")), "{suite} is not in {xml}");
    }
    assert_eq!(xml.matches("<failure").count(), 1, "{xml}");
}

#[test]
fn checks_of_a_scenario_without_a_target_need_none() {
    let program = program();
    program.write("s.yaml", "scenario: x\nsmoke: [{ http: { get: / } }]\n");
    program.run(&["check", "s.yaml"]).expect(2, &["the scenario says nowhere where requests go"]);
}
