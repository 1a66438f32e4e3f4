//! Ports that speak TLS and are asked in plain text, and ports that do not and are asked with it.

use crate::golden::{failure, program, smoke};
use std::net::SocketAddr;
use support::{Answer, Raw, Scripted, TlsServer, TlsSetup};

const ALERT: &str = "the port speaks TLS, and was asked in plain text; write https://";
const PAGE: &str = "a port that speaks TLS answers so: write https://";

/// What nginx answers in plain text where it was told to speak TLS.
const NGINX: &str = "HTTP/1.1 400 Bad Request\r\nserver: nginx\r\ncontent-type: text/html\r\ncontent-length: 120\r\n\
                     connection: close\r\n\r\n<html>\r\n<head><title>400 The plain HTTP request was sent to HTTPS \
                     port</title></head>\r\n<body>no more of it here</body>\r\n";

/// A check of each kind, of this port, in which `http` and `ws` stand for these schemes.
fn checks(port: SocketAddr, http: &str, ws: &str) -> [String; 5] {
    [
        format!("sse: {{ url: '{http}://{port}/events' }}"),
        format!("websocket: {{ url: '{ws}://{port}/live' }}"),
        format!("prometheus: {{ url: '{http}://{port}', query: up }}"),
        format!("mcp: {{ url: '{http}://{port}/mcp' }}"),
        format!("grpc_health: {{ url: '{http}://{port}' }}"),
    ]
}

#[test]
fn a_port_that_speaks_tls_is_told_to_who_asked_in_plain_text() {
    let (program, server) = (program(), TlsServer::start(&TlsSetup::default()));
    let target = format!("http://{}", server.addr());
    let guess = "write https:// when this port speaks TLS";
    let [sse, websocket, prometheus, mcp, grpc] = checks(server.addr(), "http", "ws");
    for (check, words) in [
        ("http: { get: / }", ALERT),
        ("websocket: { url: /live }", ALERT),
        (&sse, ALERT),
        (&websocket, &ALERT.replace("https", "wss")),
        (&grpc, "the port answers, but not with HTTP/2"),
        (&grpc, "write https:// for TLS"),
        (&prometheus, guess),
        (&mcp, guess),
    ] {
        smoke(&program, &target, &format!("  - {check}\n")).expect(1, &[words]);
    }
    let ended = smoke(&program, &target, "  - http: { get: /health }\n");
    failure("http-speaks-tls", &ended, &program);
}

#[test]
fn the_page_of_a_port_that_speaks_tls_is_understood() {
    let (program, server) = (program(), Raw::saying(NGINX));
    let [sse, websocket, prometheus, mcp, _] = checks(server.addr(), "http", "ws");
    for check in ["http: { get: / }", &sse, &websocket, &prometheus, &mcp] {
        smoke(&program, &server.url(), &format!("  - {check}\n")).expect(1, &[PAGE]);
    }
}

#[test]
fn a_port_without_tls_is_told_to_who_asked_with_it() {
    let (program, server) = (program(), Scripted::start([Answer::ok("ok")]));
    let target = format!("https://{}", server.addr());
    let all = checks(server.addr(), "https", "wss");
    for check in all.iter().map(String::as_str).chain(["http: { get: / }"]) {
        let ended = smoke(&program, &target, &format!("  - {check}\n"));
        ended.expect(4, &["what answers there does not speak TLS; write http://"]);
    }
    assert!(server.seen().is_empty());
}
