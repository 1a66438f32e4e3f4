//! Checks that are interrupted: what had an answer is told, and nothing else is passed over.

use crate::golden::program;
use std::net::TcpListener;
use support::Report;

#[test]
fn checks_without_an_answer_are_listed_as_not_done() {
    let program = program();
    // Takes connections, and never says a word.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let waits = program.folder().join("waits");
    program.write(
        "s.yaml",
        format!(
            "scenario: cut short\ntarget: {{ http: 'http://{}' }}\nsmoke:
  - {{ name: hangs, timeout: 10m, http: {{ get: / }} }}
  - {{ name: quick, command: {{ run: ['true'] }} }}
  - {{ name: waits, depends_on: [quick], timeout: 10m, command: {{ run: [sh, -c, 'sleep 0.3; touch {}; sleep 600'] }} }}
  - {{ name: never, depends_on: [hangs], command: {{ run: ['true'] }} }}\n",
            silent.local_addr().unwrap(),
            waits.display()
        ),
    );
    let reports = ["--report", "json=report.json", "--report", "junit=report.xml"];
    let running = program.start(&[&["smoke", "s.yaml", "--out", "runs"][..], &reports].concat());
    // Nobody waits before `quick` has its answer.
    running.waits_for("the third check", || waits.exists());
    running.interrupt();
    let ended = running.end();
    let not_done = "skipped, not done: the run was stopped before it had an answer";
    let line = |name: &str| format!("check {name}: {not_done}");
    ended.expect(130, &["stopping: checks that have no answer yet end at once", "check quick: ok"]);
    ended.expect(130, &[&line("hangs"), &line("waits"), &line("never")]);
    let report = Report::parse(&program.read("report.json"));
    let reason = report.text("/reason");
    assert!(
        reason.starts_with("the run was interrupted after") && !reason.contains("after 0.0 s"),
        "{reason}"
    );
    let told = [0, 1, 2, 3].map(|place| report.text(&format!("/checks/{place}/status")).to_owned());
    assert_eq!(told, ["skipped", "pass", "skipped", "skipped"]);
    assert_eq!(report.text("/checks/0/asked"), "unanswered");
    let xml = program.read("report.xml");
    for (name, skipped) in [("hangs", true), ("quick", false), ("waits", true), ("never", true)] {
        let case =
            xml.split("<testcase ").find(|case| case.contains(&format!("\"{name} (before the load)\"")));
        let case = case.unwrap_or_else(|| panic!("{name} is not in {xml}"));
        assert_eq!(case.contains("<skipped message=\"not done"), skipped, "{case}");
    }
}
