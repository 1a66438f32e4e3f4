//! planned = done + failed + dropped for steps that are more than a request of HTTP: streams, messages and calls, in every
//! mode that takes them, when the run is stopped and when its server dies. The demo shop serves the streams and messages.

use super::{all_done, program};
use std::io::{Read, Write};
use std::net::TcpStream;
use support::{Answer, Child, Program, Report, Running, Scripted};

const ARRIVALS: (&str, &str) = ("arrivals", "profile: { stages: [{ from: 100/s, to: 100/s, over: 3s }] }");
const MAX: (&str, &str) = ("max", "profile: { max: { connections: 8, hold: 3s } }");
const USERS: (&str, &str) = ("users", "profile: { users: { count: 8, ramp: 0s, hold: 3s } }");

/// A step that listens, and the line of the shop's metrics that counts it.
struct Listening {
    step: &'static str,
    counted: &'static str,
}

const STREAM: Listening = Listening {
    step: "sse: /v1/chat/completions, json: { stream: true, prompt: 'number {{ n }}' }, \
           events: { at_least: 5, until: { data: '[DONE]' } }",
    counted: "shop_http_requests_total{route=\"/v1/chat/completions\",code=\"200\"} ",
};
const MESSAGE: Listening = Listening {
    step: "websocket: /live, send: 'ping {{ n }}', expect: { body: { equals: 'pong {{ n }}' } }",
    counted: "shop_http_requests_total{route=\"/live\",code=\"101\"} ",
};

/// Every kind of listening in every mode that takes it.
const LISTENING: [(Listening, (&str, &str)); 4] =
    [(STREAM, ARRIVALS), (STREAM, MAX), (MESSAGE, ARRIVALS), (MESSAGE, MAX)];

const CALLING: [(&str, &str); 3] = [ARRIVALS, MAX, USERS];

fn scenario(target: &str, mode: (&str, &str), step: &str) -> String {
    format!(
        "scenario: {}\ntarget: {{ {target} }}\nload: {{ timeout: 20s, {}, journeys: [{{ name: j, steps: [{{ name: s, \
         {step} }}] }}] }}\n",
        mode.0, mode.1
    )
}

/// The shop in a process of its own, and where it listens.
fn shop(program: &Program) -> (Running, String) {
    let shop = program.start(&["shop", "--listen", "127.0.0.1:0"]);
    let said = shop.says("Ctrl-C ends it");
    let address = said.split_once("http://").and_then(|(_, rest)| rest.split(';').next());
    (shop, address.expect("it says where it listens").to_owned())
}

/// A value of the shop's metrics.
fn metric(address: &str, line: &str) -> u64 {
    let mut stream = TcpStream::connect(address).expect("the shop is there");
    stream.write_all(b"GET /metrics HTTP/1.0\r\n\r\n").expect("the shop takes a request");
    let mut page = String::new();
    stream.read_to_string(&mut page).expect("the shop answers");
    page.lines().find_map(|found| found.strip_prefix(line)?.parse().ok()).unwrap_or(0)
}

/// A server of calls: an empty message, with its status before it.
fn callee() -> Scripted {
    let answer = Answer::ok(vec![0; 5]).header("content-type", "application/grpc").header("grpc-status", "0");
    Scripted::start([answer])
}

/// A call of its method.
fn calls(program: &Program, url: &str, mode: (&str, &str)) -> String {
    program.write("shop.binpb", include_bytes!("../scenarios/data/shop.binpb"));
    let target = format!("http: '{url}', http_version: http2, grpc: {{ descriptors: shop.binpb }}");
    scenario(&target, mode, "grpc: shop.v1.Orders/Get, message: { id: '{{ n }}' }")
}

/// Stops a load in its middle as Ctrl-C does.
fn stopped(program: &Program, text: &str) -> Report {
    let running = program.start_scenario(text);
    running.has_measured(1);
    running.interrupt();
    let ended = running.end();
    assert_eq!(ended.code, Some(130), "{ended}");
    ended.report()
}

/// The server has died in the middle: nothing is left out, and nothing else went wrong.
fn died(report: &Report, what: &str) {
    let (counts, errors) = (report.counts(), report.errors());
    assert!(counts.done > 0 && counts.failed > 0, "{what}: {counts:?}");
    assert!(errors.keys().all(|class| class == "refused" || class == "reset"), "{what}: {errors:?}");
}

#[test]
fn ctrl_c_lets_streams_and_messages_come_to_their_end() {
    for (listening, mode) in LISTENING {
        let program = program();
        let (_shop, address) = shop(&program);
        let target = format!("http: 'http://{address}'");
        let counts = stopped(&program, &scenario(&target, mode, listening.step)).counts();
        assert!(counts.done > 20, "{} of {}: {counts:?}", mode.0, listening.step);
        assert_eq!(counts, all_done(metric(&address, listening.counted)), "{} of {}", mode.0, listening.step);
    }
}

#[test]
fn a_server_that_dies_loses_no_stream_and_no_message() {
    for (listening, mode) in LISTENING {
        let program = program();
        let (shop, address) = shop(&program);
        let target = format!("http: 'http://{address}'");
        let running = program.start_scenario(&scenario(&target, mode, listening.step));
        running.has_measured(1);
        shop.kill();
        died(&running.end().report(), &format!("{} of {}", mode.0, listening.step));
    }
}

#[test]
fn ctrl_c_lets_calls_come_to_their_end() {
    for mode in CALLING {
        let (program, server) = (program(), callee());
        let counts = stopped(&program, &calls(&program, &server.url(), mode)).counts();
        assert!(counts.done > 20, "{}: {counts:?}", mode.0);
        assert_eq!(counts, all_done(server.seen().len() as u64), "{}", mode.0);
    }
}

#[test]
fn a_server_that_dies_loses_no_call() {
    for mode in CALLING {
        let child = Child::serving("steps::a_server_that_dies_loses_no_call", "", |_| callee());
        let program = program();
        let running = program.start_scenario(&calls(&program, &child.url(), mode));
        running.has_measured(1);
        drop(child);
        died(&running.end().report(), mode.0);
    }
}
