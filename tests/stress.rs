//! `shakedown stress` against services of which it is known what they bear.
//!
//! No gate is on a time: what counts as a late start of the generator goes by the tightest of them, and a busy machine must
//! not decide these searches.

#![expect(clippy::unwrap_used, reason = "a helper of a test that cannot go on may panic")]

use serde_json::Value;
use std::sync::Mutex;
use std::time::{Duration, Instant};
use support::{Answer, Ended, Program, Report, Running, Scripted, undisturbed};

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_shakedown"))
}

/// A scenario of one step, whose own load says nothing of the search.
fn scenario(url: &str, rest: &str) -> String {
    format!(
        "scenario: one step\ntarget: {{ http: '{url}' }}\nload:\n  profile: {{ baseline: {{ base: 900/s, ramp: 0s, hold: 1h }} }}\n  \
         journeys: [{{ name: j, steps: [{{ name: step, get: /step }}] }}]\n{rest}\n"
    )
}

const GATE: &str = "gates: [error_rate < 10%]";
/// What is asked for where a test asks for nothing else.
const QUICK: [[&str; 2]; 4] = [["--hold", "1s"], ["--confirm", "1s"], ["--repeats", "1"], ["--rest", "0s"]];

/// Starts a search with the json report on standard output and all that it saves below `runs`.
fn start(program: &Program, text: &str, args: &[&str]) -> Running {
    program.write("scenario.yaml", text);
    let first = ["stress", "scenario.yaml", "--out", "runs", "--report", "json=-"];
    let quick: Vec<&str> = QUICK.into_iter().filter(|[flag, _]| !args.contains(flag)).flatten().collect();
    program.start(&[&first[..], &quick, args].concat())
}

fn stress(program: &Program, text: &str, args: &[&str]) -> Ended {
    start(program, text, args).end()
}

/// A service that bears so many requests a second, and a few more for a moment; beyond that it falls over, and answers
/// nothing well until it has caught its breath.
struct Bucket {
    per_second: f64,
    spare: f64,
    state: Mutex<(f64, Instant, Option<Instant>)>,
}

impl Bucket {
    const BREATH: Duration = Duration::from_millis(400);

    fn new(per_second: f64) -> Bucket {
        let spare = per_second / 4.0;
        Bucket { per_second, spare, state: Mutex::new((spare, Instant::now(), None)) }
    }

    fn answer(&self, path: &str) -> Answer {
        let mut state = self.state.lock().unwrap();
        let (left, last, fell) = &mut *state;
        let now = Instant::now();
        *left = (*left + now.duration_since(*last).as_secs_f64() * self.per_second).min(self.spare);
        *last = now;
        let lies = fell.is_some_and(|fell| now.duration_since(fell) < Bucket::BREATH);
        if path == "/health" {
            return if lies { Answer::status(503) } else { Answer::ok("well") };
        }
        *left -= 1.0;
        if *left < 0.0 {
            *left = 0.0;
            *fell = Some(now);
        }
        if lies || *fell == Some(now) { Answer::status(503) } else { Answer::ok("ok") }
    }
}

fn rate(report: &Report, end: &str) -> f64 {
    report.number(&format!("/found/{end}/rate_per_s"))
}

#[test]
fn the_breaking_point_of_a_known_service_lies_between_the_ends() {
    let ended = undisturbed(search_of_a_bucket);
    let report = ended.report();
    ended.expect(0, &["pass: holds ", "breaks at ", "error_rate < 10% was "]);
    let (passed, failed) = (rate(&report, "passed"), rate(&report, "failed"));
    // For the second of a short hold it bears its spare as well.
    assert!((BEARS / 2.0..=BEARS * 1.25).contains(&passed), "{ended}");
    assert!(failed > BEARS && failed <= passed * 1.1, "{ended}");
    for end in ["passed", "failed"] {
        let number = |name: &str| report.number(&format!("/found/{end}/{name}"));
        assert!(2.0 * number("agree") >= number("of") + 2.0, "seen and confirmed: {ended}");
    }
    assert!(report.number("/base_per_s") < passed * 0.71);
}

/// What the bucket bears, a second.
const BEARS: f64 = 200.0;

fn search_of_a_bucket() -> Ended {
    let program = program();
    let bucket = Bucket::new(BEARS);
    let server = Scripted::answering(move |seen| bucket.answer(&seen.path));
    let text = scenario(&server.url(), &format!("smoke: [{{ http: {{ get: /health }} }}]\n{GATE}"));
    stress(&program, &text, &["--precision", "10%", "--rest", "300ms"])
}

#[test]
fn a_limit_that_holds_passes_and_the_search_can_be_shown_again() {
    let (program, mut server) = (program(), Scripted::start([Answer::ok("ok")]));
    let gates = "gates: [error_rate < 10%, throughput >= 800/s]";
    let args = ["--from", "40/s", "--limit", "60/s", "--seed", "7", "--report", "markdown=page/search.md"];
    let ended = undisturbed(|| {
        server = Scripted::start([Answer::ok("ok")]);
        stress(&program, &scenario(&server.url(), gates), &args)
    });
    ended.expect(
        0,
        &[
            "from 40/s to at most 60/s, each rate for 1s, then each of the two ends 1 × 1s",
            "left out: gate throughput >= 800/s: a lower rate breaks it, not a higher one",
            "pass: holds 60/s (2 of 2 runs), which is the limit of the search; nothing broke",
        ],
    );
    let report = ended.report();
    let runs = report.at("/attempts").as_array().unwrap();
    let tried: Vec<f64> = runs.iter().map(|run| run["rate_per_s"].as_f64().unwrap()).collect();
    assert_eq!(tried, [40.0, 60.0, 60.0]);
    assert_eq!(server.seen().len(), 40 + 60 + 60, "every planned request was sent, and no other");
    assert!(program.read("page/search.md").contains("**PASS**: holds 60/s (2 of 2 runs)"));

    let saved = &program.saved().pop().unwrap();
    let again = program.run(&["stress", "--show", saved, "--report", "json=-"]);
    assert_eq!((again.code, &again.out), (Some(0), &ended.out));
    let page = program.run(&["stress", "--show", saved]);
    assert!(page.out.starts_with("PASS  holds 60/s (2 of 2 runs)"), "{page}");
    program.run(&["judge", saved]).expect(2, &["is a search; show it with `shakedown stress --show"]);
    let one = format!("{saved}/{}", runs[1]["run"].as_str().unwrap());
    program.run(&["judge", &one]).expect(0, &[]);
    assert_eq!(server.seen().len(), 160, "looking again sends nothing");
}

#[test]
fn one_when_not_even_the_first_rate_holds() {
    let (program, server) = (program(), Scripted::start([Answer::status(503)]));
    let ended = undisturbed(|| stress(&program, &scenario(&server.url(), GATE), &["--from", "40/s"]));
    ended.expect(
        1,
        &["40/s  breaks", "fail: breaks at 2.5/s (1 of 1 run), and held at no rate that was tried"],
    );
    assert_eq!(ended.report().at("/found/passed"), &Value::Null);
}

#[test]
fn what_is_known_is_said_when_somebody_stops_it() {
    let (program, server) = (program(), Scripted::start([Answer::ok("ok")]));
    let running = start(
        &program,
        &scenario(&server.url(), GATE),
        &["--from", "40/s", "--limit", "80/s", "--confirm", "1h"],
    );
    running.says("80/s  holds");
    running.waits_for("the third run", || server.seen().len() > 40 + 80);
    running.interrupt();
    let ended = running.end();
    ended.expect(130, &["holds 80/s (1 of 1 run)", "The search ended early: it was interrupted"]);
    assert_eq!(ended.report().text("/found/cut_short/cut"), "interrupted");
    let shown = program.run(&["stress", "--show", &program.saved()[0], "--report", "json=-"]);
    assert_eq!((shown.code, shown.out), (Some(130), ended.out));
}

#[test]
fn a_target_that_does_not_come_back_ends_the_search() {
    let (program, server) = (program(), Scripted::start([Answer::ok("ok")]));
    let running = start(&program, &scenario(&server.url(), GATE), &["--from", "40/s", "--recover", "1s"]);
    running.says("40/s  holds");
    drop(server);
    let ended = running.end();
    ended.expect(3, &["holds 40/s (1 of 1 run)", "The search ended early: the target "]);
    assert_eq!(ended.report().text("/found/cut_short/cut"), "not_back");
}

#[test]
fn nothing_is_sent_to_a_target_that_is_not_well() {
    let program = program();
    let ended = stress(&program, &scenario("http://127.0.0.1:1", GATE), &[]);
    ended.expect(4, &["inconclusive: the target is not well, so no load was sent: ", "refused"]);
    ended.report();
    let server = Scripted::start([Answer::status(500)]);
    let smoke = format!("smoke: [{{ name: ready, http: {{ get: /ready }} }}]\n{GATE}");
    let ended = stress(&program, &scenario(&server.url(), &smoke), &[]);
    ended.expect(1, &["fail: the target is not well, so no load was sent: check ready: "]);
    assert!(server.seen().iter().all(|seen| seen.path == "/ready"));
}

#[test]
fn a_search_that_cannot_find_anything_is_refused() {
    let (program, server) = (program(), Scripted::start([Answer::ok("ok")]));
    let url = server.url();
    program.write("mild.yaml", scenario(&url, "gates: [{ gate: p50 <= 1s, severity: warn }]"));
    program.write("slow.yaml", scenario(&url, "gates: [throughput >= 5/s]"));
    program.write("good.yaml", scenario(&url, GATE));
    program.write(
        "smoke.yaml",
        format!("scenario: s\ntarget: {{ http: '{url}' }}\nsmoke: [{{ http: {{ get: / }} }}]\n"),
    );
    for (args, text) in [
        (
            &["mild.yaml"][..],
            "mild.yaml has no gate that a rate could break; say what must hold, for example `p99",
        ),
        (&["slow.yaml"], "(gate throughput >= 5/s: a lower rate breaks it, not a higher one)"),
        (&["smoke.yaml"], "smoke.yaml has no `load`"),
        (&["good.yaml", "--from", "9/s", "--limit", "8/s"], "--limit 8/s is below --from 9/s"),
        (&["good.yaml", "--precision", "0%"], "no measurement is that exact"),
        (&["good.yaml", "--report", "junit=x"], "the reports are `terminal`, `json`, `markdown`"),
        (&["--show", "nowhere"], "give the folder of a search"),
        (&[], "required arguments were not provided"),
    ] {
        let ended = program.run(&[&["stress"], args].concat());
        ended.expect(2, &[text]);
        assert_eq!(ended.out, "", "{ended}");
    }
    assert!(server.seen().is_empty() && !program.folder().join("reports").exists(), "nothing was run");
}
