//! `shakedown shop` and the example scenarios, as somebody tries them out.

use std::fs;
use support::{Program, Report, Running};

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_shakedown"))
}

/// A shop in a process of its own, and its address.
fn shop(program: &Program) -> (Running, String) {
    let shop = program.start(&["shop", "--listen", "127.0.0.1:0"]);
    let said = shop.says("Ctrl-C ends it");
    let url = said.split_whitespace().find(|word| word.starts_with("http://")).unwrap_or_default();
    let url = url.trim_end_matches(';').to_owned();
    (shop, url)
}

/// An example, by its absolute path.
fn example(name: &str) -> String {
    format!("{}/scenarios/examples/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_smoke_example_passes_on_the_shop_that_then_ends_well() {
    let program = program();
    let (shop, url) = shop(&program);
    let ended = program.run(&["smoke", &example("smoke.yaml"), "--target", &url]);
    ended.expect(0, &["check ready: ok"]);
    assert!(ended.out.starts_with("PASS  all 4 checks hold\n"), "{ended}");
    shop.interrupt();
    shop.end().expect(0, &[]);
}

#[test]
fn a_customer_of_the_examples_is_known_to_the_shop() {
    let program = program();
    let (_shop, url) = shop(&program);
    let text = fs::read_to_string(example("login.yaml")).unwrap_or_default();
    // Less of the same, and nothing is demanded of times.
    let short = text.replace("ramp: 2s, hold: 16s", "ramp: 0s, hold: 1s");
    let (short, gates) = short.split_once("gates:").unwrap_or_default();
    assert!(short.contains("hold: 1s") && gates.contains("p99(customer)"));
    program.write("short.yaml", short);
    let ended = program.run(&["run", "short.yaml", "--target", &url, "--report", "json=-"]);
    let counts = ended.report().counts();
    assert_eq!((counts.planned, counts.failed), (80, 0), "{ended}");
}

#[test]
fn the_scenario_of_the_protocols_runs_as_it_is_until_it_is_stopped() {
    let program = program();
    let (shop, url) = shop(&program);
    let file = format!("{}/scenarios/protocols/listening.yaml", env!("CARGO_MANIFEST_DIR"));
    let running = program
        .start(&["run", &file, "--target", &url, "--out", "runs", "--report", "json=-", "--seed", "1"]);
    // Five seconds of ramp, which count nowhere, and enough for some of each.
    running.has_measured(9);
    running.interrupt();
    let ended = running.end();
    assert_eq!(ended.code, Some(130), "{ended}");
    let report: Report = ended.report();
    let counts = report.counts();
    assert_eq!((counts.failed, counts.dropped), (0, 0), "{ended}");
    let done = |name: &str| report.counts_of(name).done;
    let (asked, followed, talked) = (done("ask/answer"), done("follow/shipped"), done("talk/ping"));
    assert!(asked > 0 && followed > 0 && talked > 0, "{asked} {followed} {talked}");
    let whole = |name: &str, what: &str| report.endpoint(name).whole(&format!("/{what}/n"));
    assert_eq!(
        (whole("ask/answer", "first_event_us"), whole("follow/shipped", "first_event_us")),
        (asked, followed)
    );
    assert_eq!(
        whole("follow/shipped", "gap_us"),
        2 * followed,
        "packed comes after taken, and shipped after packed"
    );
    assert!(whole("ask/answer", "gap_us") >= 4 * asked);
    assert_eq!(
        (whole("talk/ping", "first_event_us"), whole("talk/hello", "first_event_us")),
        (talked, done("talk/hello"))
    );
    shop.interrupt();
    shop.end().expect(0, &[]);
}

#[test]
fn a_taken_address_is_said() {
    let program = program();
    let (_shop, url) = shop(&program);
    let address = url.trim_start_matches("http://");
    let next = "choose another address, or port 0 for any free one";
    program.run(&["shop", "--listen", address]).expect(2, &["the demo shop cannot listen on", next]);
    program.run(&["shop", "--listen", "8080"]).expect(2, &["such as 127.0.0.1:8080"]);
}

#[test]
fn smoke_without_checks_is_a_slip() {
    let program = program();
    program.write(
        "load.yaml",
        "scenario: x\ntarget: { http: http://127.0.0.1:1 }\nload:\n  profile: { max: { connections: 1, hold: 1s } }\n  \
         journeys: [{ name: a, steps: [{ get: / }] }]\n",
    );
    program.run(&["smoke", "load.yaml"]).expect(2, &["load.yaml has no `smoke` checks; add some"]);
}
