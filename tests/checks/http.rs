//! `http`: one request, chains, and what they leave behind.

use crate::golden::{failure, program, smoke};
use std::net::TcpListener;
use support::{Answer, Raw, Scripted};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[test]
fn nobody_is_there() {
    let program = program();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let ended = smoke(&program, &format!("http://{free}"), "  - http: { get: /health }\n");
    ended.expect(4, &["check GET /health: FAILED"]);
    failure("http-down", &ended, &program);
}

#[test]
fn the_status_is_another() {
    let (program, server) = (program(), Scripted::start([Answer::status(503).body("out of order")]));
    let checks = "  - name: ready\n    http:\n      get: /ready\n      expect: { status: [200, 204] }\n";
    let ended = smoke(&program, &server.url(), checks);
    ended.expect(1, &["check ready: FAILED"]);
    failure("http-status", &ended, &program);
}

#[test]
fn the_document_is_another() {
    let body = r#"{"state":"ok","parts":{"db":"down","cache":"up"},"n":[1,2]}"#;
    let (program, server) = (program(), Scripted::start([Answer::json(body)]));
    let checks = "  - http:\n      get: /state?a=1&b=2\n      headers: { x-api-key: k3y, accept: application/json }\n      \
                  expect:\n        json:\n          $: { equals: { state: ok, parts: { db: up, cache: up }, n: [1] } }\n";
    let ended = smoke(&program, &server.url(), checks);
    ended.expect(1, &[]);
    failure("http-json", &ended, &program);
}

#[test]
fn the_answer_takes_too_long() {
    let (program, server) = (program(), Raw::silent());
    let ended = smoke(&program, &server.url(), "  - timeout: 300ms\n    http: { get: /slow }\n");
    ended.expect(4, &[]);
    failure("http-slow", &ended, &program);
}

/// Answers with these bytes and says nothing more.
fn stalling(bytes: &'static str) -> Raw {
    Raw::start(move |mut stream: TcpStream| async move {
        let mut asked = [0; 4096];
        let asks = stream.read(&mut asked).await.is_ok_and(|length| length > 0);
        if !asks || stream.write_all(bytes.as_bytes()).await.is_err() {
            return;
        }
        while stream.read(&mut asked).await.is_ok_and(|length| length > 0) {}
    })
}

#[test]
fn an_answer_that_began_is_told_from_none() {
    let program = program();
    let (head, body) =
        ("the head of an answer began to come and did not end", "the head of an answer came, and its body");
    let (alone, both) = (&["connect", "head"][..], &["connect", "first byte", "body"][..]);
    for (bytes, waiting, parts) in [
        ("HTTP/1.1 200 OK\r\ncontent-le", head, alone),
        ("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n", body, both),
        ("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc", body, both),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n", body, both),
    ] {
        let server = stalling(bytes);
        let ended = smoke(&program, &server.url(), "  - timeout: 2s\n    http: { get: /slow }\n");
        ended.expect(4, &["GET /slow: FAILED, no complete answer within ", waiting, "; look into its log: "]);
        let phases =
            ended.out.lines().find_map(|line| line.trim().strip_prefix("phases")).unwrap_or_default();
        // A name, and how long it took.
        let names: Vec<&str> =
            phases.split(',').filter_map(|part| Some(part.split(char::is_numeric).next()?.trim())).collect();
        assert_eq!(names, parts, "{bytes:?}: {ended}");
    }
}

const CHAIN: &str = "  - name: an order
    http:
      steps:
        - post: /orders
          json: { sku: mug }
          capture: { order: $.id }
        - get: '/orders/{{ order }}'
          expect: { json: { $.sku: { equals: mug } } }
      cleanup:
        - delete: '/orders/{{ order }}'
";

/// A shop that remembers another article than was ordered, when it is `wrong`.
fn shop(sku: &'static str, deleted: u16) -> Scripted {
    Scripted::answering(move |seen| match (seen.method.as_str(), seen.path.as_str()) {
        ("POST", "/orders") => Answer::json(r#"{"id":7}"#),
        ("GET", "/orders/7") => Answer::json(format!(r#"{{"id":7,"sku":"{sku}"}}"#)),
        ("DELETE", "/orders/7") => Answer::status(deleted),
        _ => Answer::status(404),
    })
}

fn asked(server: &Scripted) -> Vec<String> {
    server.seen().into_iter().map(|seen| format!("{} {}", seen.method, seen.path)).collect()
}

#[test]
fn a_chain_uses_what_it_captured_and_cleans_up() {
    let (program, server) = (program(), shop("mug", 204));
    smoke(&program, &server.url(), CHAIN).expect(0, &["check an order: ok, 2 steps in"]);
    assert_eq!(asked(&server), ["POST /orders", "GET /orders/7", "DELETE /orders/7"]);
}

#[test]
fn a_chain_that_fails_cleans_up_all_the_same() {
    let (program, server) = (program(), shop("pen", 204));
    let ended = smoke(&program, &server.url(), CHAIN);
    ended.expect(1, &["check an order: FAILED, GET /orders/{{ order }}: $.sku should be"]);
    assert_eq!(asked(&server), ["POST /orders", "GET /orders/7", "DELETE /orders/7"]);
    failure("http-chain", &ended, &program);
}

#[test]
fn what_cleaning_up_left_behind_is_told_apart() {
    let (program, server) = (program(), shop("mug", 500));
    let ended = smoke(&program, &server.url(), CHAIN);
    ended.expect(1, &["all steps hold, but cleaning up failed: DELETE /orders/{{ order }}: "]);
    failure("http-cleanup", &ended, &program);
}

#[test]
fn what_was_never_made_is_not_cleaned_up() {
    let (program, server) = (program(), Scripted::start([Answer::status(500)]));
    smoke(&program, &server.url(), CHAIN).expect(1, &["POST /orders: expected status below 400, got 500"]);
    assert_eq!(asked(&server), ["POST /orders"]);
}

#[test]
fn a_chain_whose_time_is_over_still_cleans_up() {
    let server = Scripted::answering(|seen| {
        if seen.method == "GET" {
            std::thread::sleep(std::time::Duration::from_secs(3));
        }
        if seen.method == "POST" { Answer::json(r#"{"id":7}"#) } else { Answer::status(204) }
    });
    let program = program();
    let checks = CHAIN.replace("  - name: an order\n", "  - name: an order\n    timeout: 2s\n");
    smoke(&program, &server.url(), &checks).expect(1, &["no complete answer within"]);
    assert!(asked(&server).contains(&"DELETE /orders/7".to_owned()), "{:?}", asked(&server));
}
