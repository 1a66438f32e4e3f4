//! Files that reports go to: the old one is there until the new one is.

use crate::{one_check, program, started_by};
use serde_json::{Deserializer, Value};
use std::fs;
use std::path::Path;
use support::{Answer, Program, Raw, Scripted};

const TO_FILE: [&str; 2] = ["--report", "json=report.json"];

fn sample(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/samples").join(name);
    folder.to_str().expect("plain text").to_owned()
}

/// The old report, and nothing half done beside it.
fn is_untouched(program: &Program) {
    assert_eq!(program.read("report.json"), "old");
    let entries = fs::read_dir(program.folder()).expect("its folder");
    let names = entries.map(|entry| entry.expect("a file").file_name().to_string_lossy().into_owned());
    let parts: Vec<String> = names.filter(|name| name.contains(".part")).collect();
    assert_eq!(parts, [""; 0]);
}

#[test]
fn a_run_that_never_came_about_leaves_the_old_report() {
    let (program, server) = (program(), Scripted::start([Answer::ok("ok")]));
    one_check(&program, "good", &server);
    program.write("report.json", "old");
    program.write("taken", "no folder");
    program.run(&[&["smoke", "good.yaml", "--out", "taken"][..], &TO_FILE].concat()).expect(2, &["taken"]);
    is_untouched(&program);
    assert_eq!(server.seen().len(), 0, "nothing was sent");
    program.run(&[&["judge", "nowhere"][..], &TO_FILE].concat()).expect(2, &["nowhere"]);
    is_untouched(&program);
}

#[test]
fn a_killed_run_leaves_the_old_report() {
    let (program, server) = (program(), Raw::silent());
    program.write("report.json", "old");
    let url = server.url();
    let load = ["load", &url, "--rate", "100/s", "--for", "10m", "--out", "runs"];
    let running = program.start(&[&load[..], &TO_FILE].concat());
    running.has_measured(1);
    running.kill();
    running.end();
    is_untouched(&program);
}

#[test]
fn a_full_disk_leaves_the_old_report_and_the_verdict() {
    // No file may grow beyond 1 KiB, which a report does.
    let program = started_by(r#"trap '' XFSZ; ulimit -f 2; exec "$@""#);
    for (name, code) in [("pass", 3), ("fail", 1), ("undo-failed", 5)] {
        program.write("report.json", "old");
        let to_file = ["--report", "json=report.json", "--report", "terminal=/dev/null"];
        let ended = program.run(&[&["judge", &sample(name)][..], &to_file].concat());
        ended.expect(code, &["error: cannot write report.json: File too large"]);
        is_untouched(&program);
    }
}

#[test]
fn a_new_report_takes_the_place_of_the_old_one() {
    let program = program();
    program.write("report.json", "old, and longer than any report: ".to_owned() + &"x".repeat(1 << 20));
    program.run(&[&["judge", &sample("fail")][..], &TO_FILE].concat()).expect(1, &[]);
    let golden = fs::read_to_string(Path::new(&sample("fail")).join("report.json")).expect("a golden report");
    assert_eq!(program.read("report.json"), golden);
}

#[test]
fn a_json_report_of_several_scenarios_is_one_document_after_the_other() {
    let (program, server) = (program(), Scripted::start([Answer::ok("ok")]));
    one_check(&program, "first", &server);
    one_check(&program, "second", &server);
    program
        .run(&[&["smoke", "first.yaml", "second.yaml", "--out", "runs"][..], &TO_FILE].concat())
        .expect(0, &[]);
    let text = program.read("report.json");
    let documents: Result<Vec<Value>, _> = Deserializer::from_str(&text).into_iter().collect();
    let names: Vec<Value> = documents.expect("whole").iter().map(|one| one["scenario"].clone()).collect();
    assert_eq!(names, ["first", "second"]);
}

#[test]
fn two_reports_to_one_file_are_refused_before_anything_is_sent() {
    let (program, server) = (program(), Scripted::start([Answer::ok("ok")]));
    let url = server.url();
    fs::create_dir(program.folder().join("in")).expect("the folder takes folders");
    for (one, other) in
        [("json=r.txt", "junit=r.txt"), ("json=r.txt", "json=in/../r.txt"), ("json=n/r", "junit=./n/r")]
    {
        let args = ["load", &url, "--for", "1s", "--report", one, "--report", other];
        program.run(&args).expect(2, &["two reports go to ", "; give each a path of its own"]);
    }
    assert_eq!(server.seen().len(), 0);
    assert!(!program.folder().join("n").exists() && !program.folder().join("r.txt").exists());
}

#[test]
fn a_first_scenario_that_cannot_be_written_is_a_wrong_command_line() {
    let ended = program().run(&["init", "-o", "nowhere/x.yaml"]);
    ended.expect(2, &["cannot write nowhere/x.yaml", "name another file"]);
}
