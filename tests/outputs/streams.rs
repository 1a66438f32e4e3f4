//! Nothing that is printed ends the process: a log may lie on a full disk, a reader may be gone.

use crate::{ERR_FULL, OUT_FULL, PIPE_CLOSED, one_check, program, started_by};
use support::{Answer, Program, Scripted};

/// What prints on standard output what was asked for, in a folder with the scenario `good`.
const PRINTING: [&[&str]; 8] = [
    &["check", "good.yaml"],
    &["plan", "good.yaml"],
    &["schema"],
    &["completions", "bash"],
    &["rbac", "cluster.yaml"],
    &["init", "-o", "-"],
    &["--help"],
    &["--version"],
];

fn with_scenarios(program: Program, server: &Scripted) -> Program {
    one_check(&program, "good", server);
    program.write(
        "cluster.yaml",
        "scenario: in a cluster\ntarget: { kubernetes: { context: c, namespace: n } }\nsmoke: [{ rollout: { deployment: api \
         } }]\n",
    );
    program
}

#[test]
fn what_was_asked_for_and_cannot_be_printed_is_an_error() {
    let server = Scripted::start([Answer::ok("ok")]);
    let (heard, full) = (with_scenarios(program(), &server), with_scenarios(started_by(OUT_FULL), &server));
    for args in PRINTING {
        heard.run(args).expect(0, &[]);
        full.run(args).expect(3, &["error: cannot write standard output: No space left on device"]);
    }
    // A worse end stays what it is.
    full.write("wrong.yaml", "scenario: x\n");
    full.run(&["check", "good.yaml", "wrong.yaml"]).expect(2, &["cannot write standard output"]);
}

#[test]
fn who_closes_the_pipe_has_read_enough() {
    let program = with_scenarios(started_by(PIPE_CLOSED), &Scripted::start([Answer::ok("ok")]));
    for args in PRINTING {
        let ended = program.run(args);
        assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{args:?}");
    }
}

#[test]
fn what_cannot_be_said_on_stderr_ends_nothing() {
    let (good, bad) = (Scripted::start([Answer::ok("ok")]), Scripted::start([Answer::status(404)]));
    let program = started_by(ERR_FULL);
    one_check(&program, "good", &good);
    one_check(&program, "bad", &bad);
    program.write("wrong.yaml", "scenario: x\n");
    for (args, code) in [
        (&["smoke", "good.yaml"][..], 0),
        (&["smoke", "bad.yaml"], 1),
        (&["smoke", "wrong.yaml"], 2),
        (&["check", "wrong.yaml"], 2),
        (&["load", "http://127.0.0.1:1", "--for", "1s"], 4),
        (&["smoke"], 2),
    ] {
        let ended = program.run(args);
        assert_eq!(ended.code, Some(code), "{args:?}: {ended}");
    }
    let url = good.url();
    let ended = program.run(&["load", &url, "--rate", "50/s", "--for", "2s", "--report", "json=report.json"]);
    let report = support::Report::parse(&program.read("report.json"));
    assert_eq!(ended.code.map(i64::from), report.at("/exit_code").as_i64(), "{ended}");
    assert_eq!(report.counts().planned, 100);
}
