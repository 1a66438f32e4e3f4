//! `sse`: streams of events that flow, and those that do not.

use crate::golden::{failure, program, smoke};
use std::net::TcpListener;
use support::{Answer, Raw, Scripted};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n";

/// Says this after the head of a stream, and then nothing more.
pub fn streaming(more: &'static str, events: &'static str) -> Raw {
    Raw::start(move |mut stream: TcpStream| async move {
        let _ = stream.read(&mut [0; 4_096]).await;
        let _ = stream.write_all(format!("{HEAD}{more}\r\n{events}").as_bytes()).await;
        while stream.read(&mut [0; 4_096]).await.unwrap_or(0) > 0 {}
    })
}

fn check(url: &str, keys: &str) -> String {
    format!("  - name: news\n    timeout: 1s\n    sse: {{ url: '{url}/events', {keys} }}\n")
}

#[test]
fn events_come() {
    let program = program();
    let server =
        streaming("", ": a comment\n\nevent: price\ndata: {\"sku\":\"mug\"}\n\ndata: two\ndata: lines\n\n");
    let all = "events: 2, first_event: 900ms, expect: { equals: \"two\\nlines\" }";
    smoke(&program, "", &check(&server.url(), all)).expect(0, &["check news: ok, 2 events in"]);
    smoke(&program, &server.url(), "  - name: news\n    sse: { url: /events }\n")
        .expect(0, &["check news: ok, 1 event in"]);
}

#[test]
fn a_stream_that_is_held_back() {
    let (program, server) = (program(), streaming("", ""));
    let ended = smoke(&program, "", &check(&server.url(), "first_event: 200ms"));
    ended.expect(1, &["no event came within 200ms", "proxy_buffering off"]);
    failure("sse-held-back", &ended, &program);
    let packed = streaming("content-encoding: gzip\r\n", "");
    smoke(&program, "", &check(&packed.url(), "")).expect(1, &["it is packed with gzip"]);
}

#[test]
fn too_few_events_and_other_events() {
    let (program, server) = (program(), streaming("", "data: one\n\n"));
    let ended = smoke(&program, "", &check(&server.url(), "events: 2"));
    ended.expect(1, &["expected at least 2 events, got 1; no more came within 1s"]);
    failure("sse-few", &ended, &program);
    let ended = smoke(&program, "", &check(&server.url(), "expect: { contains: two }"));
    ended.expect(1, &["no event is as expected; the last: the event should contain `two`"]);
    failure("sse-other", &ended, &program);
}

#[test]
fn an_answer_that_is_no_stream() {
    let program = program();
    let page = Scripted::start([Answer::ok("<html>").header("content-type", "text/html")]);
    let ended = smoke(&program, "", &check(&page.url(), ""));
    ended.expect(1, &["expected content type text/event-stream, got text/html"]);
    failure("sse-type", &ended, &program);
    let closed = Scripted::start([Answer::status(403)]);
    let ended = smoke(&program, "", &check(&closed.url(), ""));
    ended.expect(1, &["expected status 200, got 403 Forbidden"]);
    failure("sse-access", &ended, &program);
}

#[test]
fn nobody_is_there_and_nobody_answers() {
    let program = program();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let ended = smoke(&program, "", &check(&format!("http://{free}"), ""));
    ended.expect(4, &["Connection refused"]);
    failure("sse-down", &ended, &program);
    let silent = Raw::silent();
    let ended = smoke(&program, "", &check(&silent.url(), ""));
    ended.expect(4, &["not even the head of an answer within 1s"]);
    failure("sse-silent", &ended, &program);
}
