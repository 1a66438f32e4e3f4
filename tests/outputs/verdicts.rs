//! The exit code is that of the verdict, whatever becomes of the reports.

use crate::{OUT_FULL, PIPE_CLOSED, one_check, program, started_by};
use std::path::Path;
use support::{Answer, Program, Report, Scripted};

/// The saved runs of the house, each with the exit code that its golden report names.
fn samples() -> Vec<(String, i32)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/samples");
    let entries = folder.read_dir().expect("the samples are there");
    let sample = |path: &Path| {
        let report =
            Report::parse(&std::fs::read_to_string(path.join("report.json")).expect("a golden report"));
        let code = report.at("/exit_code").as_i64().and_then(|code| i32::try_from(code).ok());
        (path.to_str().expect("plain text").to_owned(), code.expect("an exit code"))
    };
    let folders = entries.map(|entry| entry.expect("a sample").path());
    let all: Vec<_> =
        folders.filter(|path| path.join("run.json").exists()).map(|path| sample(&path)).collect();
    for code in [0, 1, 3, 4, 5, 130] {
        assert!(all.iter().any(|sample| sample.1 == code), "no sample exits with {code}");
    }
    all
}

/// Judges every sample with these reports; gives what was said beside the exit code that the verdict has.
fn judged(program: &Program, reports: &[&str], expect: impl Fn(i32, support::Ended)) {
    for (sample, code) in samples() {
        expect(code, program.run(&[&["judge", &sample][..], reports].concat()));
    }
}

#[test]
fn whoever_reads_no_further_changes_nothing() {
    let program = started_by(PIPE_CLOSED);
    for reports in [&[][..], &["--report", "json=-"], &["--report", "junit=-"]] {
        judged(&program, reports, |code, ended| {
            assert_eq!(ended.code, Some(code), "{ended}");
            assert!(!ended.err.contains("cannot write"), "{ended}");
        });
    }
}

#[test]
fn a_report_that_cannot_be_written_makes_a_pass_inconclusive_and_nothing_weaker() {
    let unwritten = |code: i32| if code == 0 { 3 } else { code };
    for reports in [&[][..], &["--report", "json=-"], &["--report", "junit=-"]] {
        judged(&started_by(OUT_FULL), reports, |code, ended| {
            ended.expect(unwritten(code), &["error: cannot write standard output: No space left"]);
        });
    }
    judged(&program(), &["--report", "json=/dev/full", "--report", "terminal=page.txt"], |code, ended| {
        ended.expect(unwritten(code), &["error: cannot write /dev/full: No space left"]);
        assert!(!ended.out.is_empty(), "the page is shown all the same");
    });
}

#[test]
fn one_report_that_cannot_be_written_keeps_no_other_from_being_written() {
    let program = program();
    judged(&program, &["--report", "json=/dev/full", "--report", "junit=report.xml"], |_, ended| {
        ended.expect(ended.code.expect("an exit code"), &["cannot write /dev/full"]);
        assert!(program.read("report.xml").contains("</testsuites>"));
        std::fs::remove_file(program.folder().join("report.xml")).expect("it was just written");
    });
}

#[test]
fn a_live_run_says_where_it_is_saved_and_its_row_goes_on() {
    let (good, bad) = (Scripted::start([Answer::ok("ok")]), Scripted::start([Answer::status(404)]));
    for (shell, said) in [(PIPE_CLOSED, None), (OUT_FULL, Some("cannot write standard output"))] {
        let program = started_by(shell);
        one_check(&program, "good", &good);
        one_check(&program, "bad", &bad);
        let ended =
            program.run(&["smoke", "bad.yaml", "good.yaml", "--out", "runs", "--report", "json=r.json"]);
        ended.expect(1, &["check GET /: ok", "check GET /: FAILED"]);
        assert_eq!(
            ended.err.matches("saved; to judge it again: shakedown judge runs/").count(),
            2,
            "{ended}"
        );
        assert_eq!(ended.err.contains("cannot write"), said.is_some(), "{ended}");
        assert_eq!((program.saved().len(), program.read("r.json").contains("exit_code")), (2, true));
    }
}
