//! Every exit code, each by a story that ends with it, and what the story says to do next.
//!
//! The limits are wide because what counts as a late start of the generator goes by the tightest of them: a busy machine
//! must not make these runs inconclusive.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;
use support::{Answer, Delayed, Ended, Program, Raw, Scripted, undisturbed};

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_shakedown"))
}

/// A scenario of one step at 200/s for one second.
fn scenario(url: &str, rest: &str) -> String {
    format!(
        "scenario: one step\ntarget: {{ http: '{url}' }}\nload:\n  profile: {{ baseline: {{ base: 200/s, hold: 1s }} }}\n  \
         journeys: [{{ name: j, steps: [{{ name: step, get: /step }}] }}]\n{rest}\n"
    )
}

fn good() -> Scripted {
    Scripted::start([Answer::ok("ok")])
}

#[test]
fn zero_when_every_gate_and_check_holds() {
    let (program, mut server) = (program(), good());
    let gates = "smoke: [{ http: { get: /health } }]\ngates: [p50 <= 10s, error_rate < 5%]";
    let ended = undisturbed(|| {
        server = good();
        program.scenario(&scenario(&server.url(), gates))
    });
    ended.expect(
        0,
        &["pass: both gates hold and both checks hold", "saved; to judge it again: shakedown judge runs/"],
    );
    let report = ended.report();
    assert_eq!((report.verdict(), report.counts().done), ("pass", 200));
    assert_eq!(server.seen().iter().filter(|seen| seen.path == "/health").count(), 2, "before and after");
}

#[test]
fn zero_with_a_gate_that_only_warns() {
    let (program, server) = (program(), Scripted::start([Answer::status(404)]));
    let gates = "gates: [{ gate: error_rate < 5%, severity: warn }, { gate: p50 <= 60s, severity: warn }]";
    let ended = undisturbed(|| program.scenario(&scenario(&server.url(), gates)));
    ended.expect(0, &["warn: error_rate < 5%: 200 of 200 requests (100 %) failed"]);
    let report = ended.report();
    assert_eq!((report.verdict(), report.text("/gates/0/status")), ("warn", "warn"));
    let judged = program.run(&["judge", &program.saved().pop().expect("a saved run")]);
    judged.expect(0, &[]);
    assert!(judged.out.starts_with("WARN  "), "{judged}");
}

#[test]
fn one_when_a_gate_is_shown_not_to_hold() {
    let (program, server) = (program(), Scripted::start([Answer::status(503).body("down for repair")]));
    let ended = undisturbed(|| program.scenario(&scenario(&server.url(), "gates: [error_rate < 5%]")));
    ended.expect(1, &["fail: error_rate < 5%: 200 of 200 requests (100 %) failed; less than 5 % may"]);
    let report = ended.report();
    assert_eq!(report.text("/gates/0/status"), "fail");
    let example = report.endpoint("j/step");
    assert_eq!(
        example.text("/examples/status"),
        "expected status below 400, got 503 Service Unavailable; the body begins `down for repair`"
    );
}

#[test]
fn one_when_a_smoke_check_fails_and_then_no_load_is_sent() {
    let (program, server) = (program(), Scripted::start([Answer::status(503)]));
    let checks =
        "smoke: [{ name: ready, http: { get: /ready } }, { http: { get: /live } }]\ngates: [p50 <= 10s]";
    let ended = program.scenario(&scenario(&server.url(), checks));
    ended.expect(1, &["check ready: FAILED, expected status below 400, got 503", "fail: check ready: "]);
    let mut paths: Vec<String> = server.seen().into_iter().map(|seen| seen.path).collect();
    paths.sort();
    assert_eq!(paths, ["/live", "/ready"], "the checks and nothing else");
    let report = ended.report();
    assert_eq!((report.counts().planned, report.text("/run/ending")), (0, "smoke_failed"));
}

#[test]
fn one_when_a_check_fails_after_the_load() {
    let program = program();
    let checks = "smoke: [{ name: still, http: { get: /health } }]\ngates: [p50 <= 10s]";
    let ended = undisturbed(|| {
        let asked = AtomicUsize::new(0);
        let server = Scripted::answering(move |seen| match seen.path.as_str() {
            "/health" if asked.fetch_add(1, SeqCst) > 0 => Answer::status(503),
            _ => Answer::ok("ok"),
        });
        program.scenario(&scenario(&server.url(), checks))
    });
    ended.expect(
        1,
        &["check still: ok", "check after load still: FAILED", "fail: check still: after the load: "],
    );
    let report = ended.report();
    assert_eq!((report.text("/checks/1/phase"), report.text("/checks/1/status")), ("after", "fail"));
    assert_eq!((report.text("/gates/0/status"), report.counts().done), ("pass", 200));
}

#[test]
fn two_when_the_file_is_wrong() {
    let program = program();
    program.write(
        "wrong.yaml",
        "scenario: x\ntarget: { http: 'http://127.0.0.1:1' }\nlaod: {}\nsmoke: [{ http: { get: health } }]\n",
    );
    for command in ["run", "check", "plan", "smoke"] {
        let ended = program.run(&[command, "wrong.yaml"]);
        ended
            .expect(2, &["unknown key `laod`", "wrong.yaml:3:1", "did you mean `load`?", "2 problems found"]);
        assert_eq!(ended.out, "", "nothing on standard output");
    }
    program.run(&["run", "missing.yaml"]).expect(2, &["there is no file `missing.yaml`"]);
    assert!(program.saved().is_empty(), "nothing was run");
    assert!(!program.folder().join("reports").exists(), "nothing was saved");
}

#[test]
fn two_when_the_command_line_is_wrong() {
    let program = program();
    let url = "http://127.0.0.1:1/";
    for (args, texts) in [
        (&["runn"][..], &["unrecognized subcommand 'runn'", "a similar subcommand exists: 'run'"][..]),
        (&["run"], &["required arguments were not provided", "<SCENARIO>..."]),
        (&["load", url, "--rate", "fast"], &["invalid value 'fast' for '--rate <RATE>'"]),
        (&["load", url, "--gate", "p98 <= 1s"], &["`p98` is not measured", "^^^", "the percentiles are"]),
        (
            &["load", url, "--gate", "p99 <= 1s", "--for", "1s"],
            &["needs at least 299 requests", "let it last 3s"],
        ),
        (&["load", "ftp://x/"], &["`ftp` is not http or https"]),
        (
            &["load", url, "--report", "pdf=x"],
            &["there is no report `pdf`; the reports are `terminal`, `json`, `junit`"],
        ),
        (&["load", url, "--report", "json"], &["`json` does not say where to", "json=PATH"]),
        (&["load", url, "--report", "json=-", "--report", "junit=-"], &["only one report can go to stdout"]),
        (
            &["load", url, "--report", "json=/dev/null/x"],
            &["cannot write the report /dev/null/x", "another path"],
        ),
        (&["judge", "nowhere"], &["nowhere/run.json", "give the folder of a run"]),
        (&["load", url, "--max", "--rate", "5/s"], &["cannot be used with"]),
    ] {
        let ended = program.run(args);
        ended.expect(2, texts);
        assert_eq!(ended.out, "", "nothing on standard output");
    }
    assert!(!program.folder().join("reports").exists(), "nothing was run");
}

#[test]
fn three_when_a_gate_has_no_samples() {
    let (program, server) = (program(), Scripted::start([Answer::status(500)]));
    let text = format!(
        "scenario: never reached\ntarget: {{ http: '{}' }}\nload:\n  profile: {{ baseline: {{ base: 100/s, hold: 1s }} }}\n  \
         journeys: [{{ name: j, steps: [{{ name: one, get: /1 }}, {{ name: two, get: /2 }}] }}]\ngates: [p50(two) <= 10s]\n",
        server.url()
    );
    let ended = undisturbed(|| program.scenario(&text));
    ended.expect(3, &["inconclusive: p50(two) <= 10s: no requests in this window"]);
    let report = ended.report();
    assert_eq!((report.text("/gates/0/status"), report.number("/gates/0/n")), ("inconclusive", 0.0));
    assert!(report.at("/gates/0/value").is_null());
}

#[test]
fn three_when_the_evidence_decides_nothing_and_one_when_that_is_not_enough() {
    let program = program();
    let count = AtomicUsize::new(0);
    // 2 of 200 failed is 1 %: not shown to be below 2 %, nor above.
    let server = Scripted::answering(move |_| {
        let number = count.fetch_add(1, SeqCst);
        Answer::status(if number % 100 == 7 { 500 } else { 200 })
    });
    let text = scenario(&server.url(), "gates: [error_rate < 2%, p50 <= 60s]");
    program.write("scenario.yaml", &text);
    program.run(&["check", "scenario.yaml"]).expect(0, &[]);
    let ended = undisturbed(|| program.scenario(&text));
    ended.expect(
        3,
        &[
            "inconclusive: error_rate < 2%: 2 of 200 requests (1 %) failed",
            "too close to call",
            "needs about ",
            " more requests (",
        ],
    );
    assert_eq!(ended.report().text("/gates/0/status"), "inconclusive");
    let saved = program.saved().pop().expect("a saved run");
    let strict = program.run(&["judge", &saved, "--strict", "--report", "json=-"]);
    strict.expect(1, &["inconclusive: "]);
    let report = strict.report();
    assert_eq!((report.verdict(), report.at("/strict").as_bool()), ("inconclusive", Some(true)));
}

#[test]
fn three_when_arrivals_were_dropped() {
    let (program, server) = (program(), Delayed::start(Duration::from_millis(50)));
    let text = scenario(&server.url(), "gates: [p50 <= 10s]").replace("load:", "load:\n  max_in_flight: 1");
    let ended = program.scenario(&text);
    ended.expect(
        3,
        &["arrivals (", "were dropped", "raise max_in_flight or ask for fewer requests per second"],
    );
    let counts = ended.report().counts();
    assert!(counts.planned == 200 && counts.dropped > 100 && counts.done > 0, "{counts:?}");
    program.run(&["run", "scenario.yaml", "--strict", "--out", "runs"]).expect(1, &[]);
}

#[test]
fn four_when_the_target_cannot_be_reached() {
    let program = program();
    // Nobody listens on port 1, and nobody is called `.invalid` (RFC 2606).
    let (refused, unknown) = ("http://127.0.0.1:1", "http://something.invalid");
    for (url, why, next) in [
        (refused, "Connection refused", "; start the service, or correct the address"),
        (unknown, "the name something.invalid does not resolve", "; correct the name, or make it known"),
    ] {
        let ended = program.load(&[url, "--for", "1s"]);
        ended.expect(4, &["inconclusive: the target could not be reached: ", why, next]);
        let report = ended.report();
        assert_eq!((report.text("/run/ending"), report.counts().planned), ("unreachable", 0));
    }
    program.write(
        "smoke.yaml",
        format!("scenario: x\ntarget: {{ http: '{refused}' }}\nsmoke: [{{ http: {{ get: / }} }}]\n"),
    );
    program.run(&["smoke", "smoke.yaml", "--out", "runs"]).expect(4, &[]);
}

fn interrupted(ended: &Ended, program: &Program) {
    ended.expect(
        130,
        &["stopping: no further requests", "the run was interrupted after", "run it to its end"],
    );
    let report = ended.report();
    assert_eq!((report.verdict(), report.text("/run/ending")), ("inconclusive", "interrupted"));
    let counts = report.counts();
    assert!(
        counts.planned >= 50 && counts.done == counts.planned,
        "those in flight were answered: {counts:?}"
    );
    let judged = program.run(&["judge", &program.saved()[0], "--report", "json=-"]);
    assert_eq!((judged.code, &judged.out), (Some(130), &ended.out), "the history is whole");
}

#[test]
fn hundred_and_thirty_after_ctrl_c_with_a_verdict_on_what_was_measured() {
    let (program, server) = (program(), Delayed::start(Duration::from_millis(200)));
    let url = server.url();
    let running = program.start_load(&[&url, "--rate", "100/s", "--for", "1m", "--gate", "p50 <= 10s"]);
    running.has_measured(1);
    running.interrupt();
    let ended = running.end();
    interrupted(&ended, &program);
    assert_eq!(ended.report().text("/gates/0/status"), "pass", "what was measured is judged");
}

#[test]
fn hundred_and_thirty_after_sigterm() {
    let (program, server) = (program(), good());
    let running = program.start_load(&[&server.url(), "--rate", "100/s", "--for", "1m"]);
    running.has_measured(1);
    running.terminate();
    interrupted(&running.end(), &program);
}

#[test]
fn a_second_ctrl_c_leaves_at_once() {
    let (program, server) = (program(), Raw::silent());
    let running = program.start_load(&[&server.url(), "--rate", "100/s", "--for", "1m", "--timeout", "10m"]);
    running.has_measured(1);
    running.interrupt();
    running.says("once more to leave at once");
    running.interrupt();
    let ended = running.end();
    ended.expect(130, &["left at once; the history up to the last second is kept"]);
    assert_eq!(ended.out, "", "no report");
    program.run(&["judge", &program.saved()[0]]).expect(3, &[]);
}

#[test]
fn after_ctrl_c_a_journey_sends_nothing_more() {
    let (program, server) = (program(), good());
    let running = program.start_scenario(&format!(
        "scenario: long pauses\ntarget: {{ http: '{}' }}\nload:\n  profile: {{ baseline: {{ base: 50/s, hold: 1m }} }}\n  \
         journeys: [{{ name: j, steps: [{{ name: one, get: /1, think: 1h }}, {{ name: two, get: /2 }}] }}]\n",
        server.url()
    ));
    running.has_measured(1);
    running.interrupt();
    let report = running.end().report();
    let counts = report.counts();
    assert_eq!((report.counts_of("j/two").planned, counts.done), (0, counts.planned));
    assert!(server.seen().iter().all(|seen| seen.path == "/1"));
}

#[test]
fn the_worst_of_several_scenarios_counts_and_a_wrong_one_stops_all() {
    let (program, server) = (program(), good());
    program.write("good.yaml", scenario(&server.url(), "gates: [p50 <= 60s]"));
    program.write(
        "bad.yaml",
        scenario(&server.url(), "gates: [p50 <= 60s]").replace("/step", "/step, expect: { status: 404 }"),
    );
    program.write("wrong.yaml", "scenario: x\n");
    let run = |files: &[&str]| program.run(&[&["run", "--out", "runs"][..], files].concat());
    run(&["good.yaml", "wrong.yaml"]).expect(2, &["wrong.yaml"]);
    assert!(program.saved().is_empty() && server.seen().is_empty(), "nothing was sent");
    let mut saved = 0;
    let both = undisturbed(|| {
        let before = program.saved().len();
        let ended = run(&["bad.yaml", "good.yaml"]);
        saved = program.saved().len() - before;
        ended
    });
    both.expect(1, &[]);
    assert_eq!(saved, 2);
}

#[test]
fn ctrl_c_during_a_check_ends_the_whole_row_of_scenarios() {
    let (program, server) = (program(), Raw::silent());
    let checks = "smoke: [{ name: slow, timeout: 1h, http: { get: /health } }]\ngates: [p50 <= 10s]";
    program.write("one.yaml", scenario(&server.url(), checks));
    program.write("two.yaml", scenario(&server.url(), checks));
    let running = program.start(&["run", "one.yaml", "two.yaml", "--out", "runs"]);
    running.says("one step, against http://");
    running.waits_for("the check's request", || server.connections() > 0);
    running.interrupt();
    running.end().expect(130, &["stopping: no further requests"]);
    assert_eq!(program.saved().len(), 1, "the second scenario did not begin");
}

#[test]
fn standard_output_carries_only_what_was_asked_for() {
    let (program, server) = (program(), good());
    let args = [&server.url(), "--rate", "100/s", "--for", "1s", "--gate", "p50 <= 60s"];
    let ended = undisturbed(|| program.load(&args));
    ended.expect(0, &["stage hold: 100/s for 1s", "pass: the gate holds", "saved; to judge it again"]);
    ended.report();
    let more = ["load", "--out", "runs", "--report", "json=report.json"];
    let plain = undisturbed(|| program.run(&[&more[..], &args].concat()));
    assert!(plain.out.starts_with("PASS  ") && !plain.out.contains('\u{1b}'), "{plain}");
    assert!(program.read("report.json").starts_with("{\n"));
}

#[test]
fn help_lists_every_code_and_ends_with_zero() {
    let ended = program().run(&["--help"]);
    ended.expect(0, &[]);
    for code in [
        "0  pass",
        "1  a gate or a check failed",
        "2  the command line",
        "3  inconclusive",
        "4  the target could not",
        "5  undo incomplete",
        "130  interrupted",
    ] {
        assert!(ended.out.contains(code), "nothing of `{code}` in {ended}");
    }
}
