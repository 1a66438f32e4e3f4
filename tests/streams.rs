//! Several requests at once over one HTTP/2 connection, as the server counts them.

use support::{Answer, Program, Report, Scripted, Streams, StreamsSetup, TlsServer, TlsSetup};

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_shakedown"))
}

fn scenario(url: &str, profile: &str, connections: &str) -> String {
    format!(
        "scenario: streams\ntarget: {{ http: '{url}', http_version: http2 }}\nload:\n  workers: 1\n  timeout: 20s\n  \
         profile: {profile}\n  connections: {{ {connections} }}\n  \
         journeys: [{{ name: j, steps: [{{ name: step, get: /step }}] }}]\n"
    )
}

const OPEN: &str = "{ stages: [{ from: 200/s, to: 200/s, over: 1s }] }";
const CLOSED: &str = "{ max: { connections: 2, hold: 1s } }";

/// Nobody is answered before so many requests came together.
fn together(together: usize) -> StreamsSetup {
    StreamsSetup { most: 100, together, cut_at: None }
}

fn went_well(report: &Report) {
    let counts = report.counts();
    assert_eq!(counts.planned, counts.done, "{:?}", report.errors());
    assert!(counts.done > 0);
}

#[test]
fn a_connection_carries_as_many_requests_at_once_as_the_scenario_says() {
    let server = Streams::start(together(10));
    let report = program().scenario(&scenario(&server.url(), CLOSED, "streams: 5")).report();
    went_well(&report);
    assert_eq!(server.at_once(), [5, 5]);
    assert_eq!(report.counts().planned, server.requests() as u64);
}

#[test]
fn every_worker_has_its_own_connections() {
    let server = Streams::start(together(12));
    let text = scenario(&server.url(), "{ max: { connections: 3, hold: 1s } }", "streams: 4");
    went_well(&program().scenario(&text.replace("workers: 1", "workers: 2")).report());
    assert_eq!(server.at_once(), [4, 4, 4]);
}

#[test]
fn arrivals_that_find_all_connections_full_open_another() {
    let server = Streams::start(together(20));
    let report = program().scenario(&scenario(&server.url(), OPEN, "streams: 8")).report();
    went_well(&report);
    assert_eq!(report.counts().done, 200);
    let at_once = server.at_once();
    assert!(at_once.len() >= 3 && at_once.iter().all(|most| *most <= 8), "{at_once:?}");
}

#[test]
fn one_request_at_a_time_when_nothing_is_said() {
    let server = Streams::start(together(2));
    went_well(&program().scenario(&scenario(&server.url(), CLOSED, "")).report());
    assert_eq!(server.at_once(), [1, 1]);
}

#[test]
fn connections_are_renewed_with_all_who_are_on_them() {
    for connections in ["streams: 4, fresh: 10%", "streams: 4, max_age: 50ms"] {
        let server = Streams::start(together(1));
        let report = program().scenario(&scenario(&server.url(), OPEN, connections)).report();
        went_well(&report);
        let at_once = server.at_once();
        assert!((10..=120).contains(&at_once.len()), "{connections}: {at_once:?}");
    }
}

#[test]
fn a_server_that_takes_fewer_gets_more_connections() {
    let server = Streams::start(StreamsSetup { most: 2, ..together(1) });
    let report = program().scenario(&scenario(&server.url(), CLOSED, "streams: 5")).report();
    went_well(&report);
    let at_once = server.at_once();
    assert!(at_once.len() >= 5 && at_once.iter().all(|most| *most <= 2), "{at_once:?}");
}

#[test]
fn a_connection_that_is_cut_fails_only_what_is_on_it() {
    let server = Streams::start(StreamsSetup { cut_at: Some(10), ..together(10) });
    let report = program().scenario(&scenario(&server.url(), CLOSED, "streams: 5")).report();
    let counts = report.counts();
    let errors: Vec<_> = report.errors().into_iter().collect();
    assert_eq!(errors, [("reset".to_owned(), 5)], "{:#}", report.at("/endpoints/0/examples"));
    assert_eq!((counts.failed, counts.done), (5, counts.planned - 5));
    let at_once = server.at_once();
    assert!(at_once.len() == 3 && at_once[..2] == [5, 5], "one in its place: {at_once:?}");
}

#[test]
fn a_server_without_http_2_is_found_before_the_load() {
    let (program, server) =
        (program(), TlsServer::start(&TlsSetup { alpn: vec!["http/1.1"], ..TlsSetup::default() }));
    program.write("ca.pem", server.root_pem());
    let text = scenario(&server.url(), OPEN, "streams: 5").replace("http2", "auto, tls: { ca: ca.pem }");
    let why =
        "the target could not be reached: the server chose HTTP/1.1, which carries one request at a time";
    program.scenario(&text).expect(4, &[why]);
    assert!(server.seen().is_empty());
    let plain = Scripted::start([Answer::ok("ok")]);
    let text = scenario(&plain.url(), OPEN, "streams: 5").replace("http2", "auto");
    program
        .scenario(&text)
        .expect(2, &["HTTP/1.1, which is spoken without TLS, carries one request at a time"]);
}
