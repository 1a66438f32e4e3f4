//! A saved run is judged again: the same verdict and the same bytes; another verdict by other gates; and whatever a
//! killed run left.

use std::fs;
use support::{Answer, Child, Delayed, Ended, Program, Report, Scripted, undisturbed};

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_shakedown"))
}

/// All kinds of reports, into files of this name.
fn reports(name: &str) -> Vec<String> {
    let to = |kind| ["--report".to_owned(), format!("{kind}={name}.{kind}")];
    ["json", "junit", "terminal"].into_iter().flat_map(to).collect()
}

/// Runs a command with all reports to files.
fn run(program: &Program, command: &[&str], name: &str) -> Ended {
    let reports = reports(name);
    let args: Vec<&str> = command.iter().copied().chain(reports.iter().map(String::as_str)).collect();
    program.run(&args)
}

/// A run with everything in it that reports tell: checks, warm-up, failures, gates of each verdict.
fn eventful(url: &str) -> String {
    format!(
        "scenario: eventful\ntarget: {{ http: '{url}' }}\nsmoke:\n  - {{ http: {{ get: /ok }} }}\n  \
         - {{ severity: warn, http: {{ get: /bad }} }}\nload:\n  warmup: 500ms\n  poisson: true\n  \
         profile: {{ stages: [{{ from: 200/s, to: 400/s, over: 1s, name: up }}, {{ hold: 500ms, name: top }}] }}\n  \
         journeys:\n    - {{ name: fine, weight: 3, steps: [{{ name: a, get: /ok }}, {{ name: b, get: /ok }}] }}\n    \
         - {{ name: broken, steps: [{{ name: c, get: /bad }}] }}\n\
         gates:\n  - p50 <= 10s\n  - p99(fine) <= 10s last 1s\n  - error_rate(fine) == 0%\n  \
         - {{ gate: 'error_rate(broken) < 10%', severity: warn }}\n  - throughput >= 1/s stage top\n  - dropped < 10%\n"
    )
}

#[test]
fn judging_again_gives_the_same_bytes() {
    let program = program();
    let server = Scripted::answering(|seen| match seen.path.as_str() {
        "/bad" => Answer::status(500).body("<b>\u{1b}[31mno & never</b>"),
        _ => Answer::ok("ok"),
    });
    program.write("scenario.yaml", eventful(&server.url()));
    let live = undisturbed(|| run(&program, &["run", "scenario.yaml", "--out", "runs"], "live"));
    live.expect(0, &[]);
    let saved = program.saved().pop().unwrap();
    // The server and the scenario are gone: the history is enough.
    drop(server);
    fs::remove_file(program.folder().join("scenario.yaml")).unwrap();
    assert_eq!(run(&program, &["judge", &saved], "again").code, live.code);
    assert_eq!(run(&program, &["judge", &saved], "thrice").code, live.code);
    for kind in ["json", "junit", "terminal"] {
        let was = program.read(&format!("live.{kind}"));
        assert!(was.contains("eventful") && !was.contains('\u{1b}'), "{was}");
        assert_eq!(was, program.read(&format!("again.{kind}")));
        assert_eq!(was, program.read(&format!("thrice.{kind}")));
    }
    let report = Report::parse(&program.read("live.json"));
    assert_eq!((report.verdict(), report.list("/gates").len(), report.list("/checks").len()), ("warn", 6, 4));
}

#[test]
fn other_gates_give_another_verdict() {
    let program = program();
    let server = Delayed::start(std::time::Duration::from_millis(500));
    let judge = |gates: &[&str]| {
        let gates: Vec<&str> = gates.iter().flat_map(|gate| ["--gate", gate]).collect();
        let newest = program.saved().pop().unwrap();
        program.run(&[&["judge", &newest, "--report", "json=-"][..], &gates].concat())
    };
    // By the tighter gate more starts of the generator are late ones.
    let strict = undisturbed(|| {
        let load = [&server.url(), "--rate", "200/s", "--for", "1s", "--gate", "p50 <= 10s"];
        undisturbed(|| program.load(&load)).expect(0, &[]);
        judge(&["p50 <= 250ms", "error_rate < 5%"])
    });
    strict.expect(1, &["fail: p50 <= 250ms: 200 of 200 requests (100 %) were slower than 250ms"]);
    let statuses = |ended: &Ended| {
        let report = ended.report();
        report
            .list("/gates")
            .iter()
            .map(|gate| gate["status"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(statuses(&strict), ["fail", "pass"]);
    let asking_too_much = judge(&["p99.9 <= 10s"]);
    asking_too_much.expect(3, &["needs about 2,800 more requests"]);
    let nonsense = judge(&["p50(nobody) <= 60s", "p50 <= 60s stage nowhere"]);
    nonsense.expect(3, &["nobody"]);
    assert_eq!(statuses(&nonsense), ["inconclusive", "inconclusive"]);
    judge(&["p50 < 10"]).expect(2, &["`10` has no unit", "^^"]);
    judge(&[]).expect(0, &["pass: the gate holds"]);
}

#[test]
fn a_killed_run_is_read_up_to_its_last_second() {
    let child = Child::start("a_killed_run_is_read_up_to_its_last_second");
    let program = program();
    let running =
        program.start_load(&[&child.url(), "--rate", "100/s", "--for", "1m", "--gate", "p50 <= 10s"]);
    running.has_measured(4);
    running.kill();
    let ended = running.end();
    assert_eq!((ended.code, ended.out.as_str()), (None, ""), "it could say nothing any more");
    let saved = program.saved().remove(0);
    let judged = program.run(&["judge", &saved, "--report", "json=-"]);
    judged.expect(3, &["inconclusive: the run was cut off at ", "its history has no end; run it again"]);
    let report = judged.report();
    let counts = report.counts();
    assert!(counts.done >= 300 && counts.planned == counts.done, "{counts:?}");
    let planned = |second| report.at(&format!("/series/{second}/planned")).as_u64();
    assert_eq!([0, 1, 2].map(planned), [Some(100); 3]);
    assert!(planned(3) > Some(50), "all but what was still to be answered: {:?}", planned(3));
    assert_eq!(report.text("/gates/0/status"), "pass", "what is known is judged, and cannot pass the run");
    assert!(report.at("/run/ending").is_null());

    // Killed while it wrote: the last line is cut anywhere.
    let events = program.folder().join(&saved).join("events.jsonl");
    let whole = fs::read(&events).unwrap();
    for cut in [1, 2, 10, whole.len() / 2, whole.len()] {
        fs::write(&events, &whole[..whole.len() - cut]).unwrap();
        let judged = program.run(&["judge", &saved, "--report", "json=-"]);
        judged.expect(3, &["inconclusive: "]);
        judged.report().counts();
    }
    fs::write(&events, [&whole[..], b"no event\n", &whole].concat()).unwrap();
    program.run(&["judge", &saved]).expect(2, &["events.jsonl:", "not an event", "run the scenario again"]);
}

#[test]
fn steps_after_the_end_of_the_load_do_not_empty_its_last_second() {
    let (program, server) = (program(), Scripted::start([Answer::ok("ok")]));
    let text = format!(
        "scenario: long journeys\ntarget: {{ http: '{}' }}\nload:\n  \
         profile: {{ stages: [{{ from: 100/s, to: 100/s, over: 2s }}] }}\n  \
         journeys: [{{ name: j, steps: [{{ name: a, get: /a, think: 2s }}, {{ name: b, get: /b }}] }}]\n\
         gates: ['p50(a) <= 60s last 1s']\n",
        server.url()
    );
    let ended = undisturbed(|| program.scenario(&text));
    ended.expect(0, &[]);
    assert_eq!(ended.report().at("/gates/0/n").as_u64(), Some(100));
}
