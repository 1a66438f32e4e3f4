//! `kill -9` of something that the deployment needs, in the middle of a watch.

use crate::golden::program;
use crate::{postgres, redis};
use support::{Answer, Child, Report, Scripted};

/// Watches a dependency, kills it after a few rounds, and looks at what is told of it, and after how many rounds.
fn dies(check: &str, more: &[&str], kill: impl FnOnce()) {
    let (program, web) = (program(), Scripted::start([Answer::ok("ok")]));
    let text = format!(
        "scenario: after the deploy\ntarget: {{ http: '{}' }}\nsmoke:\n  \
         - {{ name: web, http: {{ get: / }} }}\n  - {{ name: orders database, {check} }}\n",
        web.url()
    );
    program.write("s.yaml", text);
    let watch = ["smoke", "s.yaml", "--watch", "10m", "--every", "500ms", "--out", "runs"];
    let reports = ["--report", "json=report.json", "--report", "junit=report.xml"];
    let running = program.start(&[&watch[..], &reports, more].concat());
    running.says("round 1: 2 of 2 checks hold");
    running.waits_for("a few rounds", || web.seen().len() >= 4);
    kill();
    let rounds = web.seen().len();
    let ended = running.end();
    ended.expect(
        1,
        &[
            "check orders database: FAILED, ",
            "(1 in a row)",
            "(2 in a row)",
            "the watch ends early: orders database keeps failing",
        ],
    );
    // Two rounds that found it dead, and at most one that had asked it just before.
    assert!(web.seen().len() - rounds <= 3, "{} rounds after the kill", web.seen().len() - rounds);
    let report = Report::parse(&program.read("report.json"));
    let watched = |key: &str| report.whole(&format!("/checks/1/watched/{key}"));
    assert_eq!(watched("asked") - watched("held"), 2, "it was found dead twice");
    assert!(watched("held") >= 3 && report.number("/checks/1/watched/availability") < 1.0);
    assert_eq!(report.text("/run/ending"), "watch_failed");
    assert_eq!((report.text("/checks/0/status"), report.text("/checks/1/status")), ("pass", "fail"));
    assert!(report.text("/reason").starts_with("check orders database: failed 2 times in a row since "));
    let xml = program.read("report.xml");
    let failures = xml.matches("<failure").count() + xml.matches("<error").count();
    assert_eq!(failures, 1, "{xml}");
    assert!(ended.out.starts_with("FAIL  check orders database: "), "{ended}");
}

#[test]
fn a_server_of_our_own() {
    // First, as it says; without its process nothing listens there any more.
    let server = Child::start("killed::a_server_of_our_own");
    let check = format!("depends_on: [web], tcp: {{ address: '{}' }}", server.addr());
    // An availability that it has all the same does not save it.
    dies(&check, &["--availability", "10%"], move || drop(server));
}

#[test]
fn redis_of_this_machine() {
    let Some(mut server) = redis::started(&[]) else { return };
    let check = format!("redis: {{ url: '{}', role: primary }}", redis::url(&server, ""));
    dies(&check, &[], move || server.kill());
}

#[test]
fn postgresql_of_this_machine() {
    let Some(mut server) = postgres::started() else { return };
    let check = format!("postgres: {{ url: '{}', query: SELECT 1 }}", postgres::url(&server, "postgres"));
    dies(&check, &["--availability", "99.9%"], move || server.kill());
}
