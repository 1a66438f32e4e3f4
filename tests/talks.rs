//! Steps that listen, end to end: streams of events and messages over web sockets, as both ends see them.

#![expect(clippy::unwrap_used, reason = "a helper of a test that cannot go on may panic")]

#[path = "talks/events.rs"]
mod events;
#[path = "talks/messages.rs"]
mod messages;
#[path = "talks/over_tls.rs"]
mod over_tls;
#[path = "talks/socket_server.rs"]
mod socket_server;
#[path = "talks/stream_server.rs"]
mod stream_server;

use support::{Ended, Program, Report};

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_shakedown"))
}

/// Twenty arrivals of one journey.
fn scenario(url: &str, target: &str, steps: &str) -> String {
    format!(
        "scenario: listening\ntarget: {{ http: '{url}'{target} }}\nload:\n  workers: 1\n  timeout: 20s\n  \
         profile: {{ stages: [{{ from: 40/s, to: 40/s, over: 500ms }}] }}\n  \
         journeys: [{{ name: j, steps: [{steps}] }}]\n"
    )
}

/// All requests went well.
fn went_well(ended: &Ended, requests: u64) -> Report {
    let report = ended.report();
    let counts = report.counts();
    assert_eq!((counts.planned, counts.done), (requests, requests), "{ended}");
    report
}

/// All twenty failed in this way, at their first step; the words of the first.
fn failed(program: &Program, text: &str, class: &str) -> String {
    let report = program.scenario(text).report();
    let counts = report.counts();
    assert_eq!(counts.planned, counts.done + counts.failed + counts.dropped);
    let errors: Vec<_> = report.errors().into_iter().collect();
    assert_eq!(errors, [(class.to_owned(), 20)], "{:#}", report.at("/endpoints/0/examples"));
    report.text(&format!("/endpoints/0/examples/{class}")).to_owned()
}
