//! `mcp`: against servers of each era.

#[path = "mcp_servers.rs"]
pub mod servers;

use crate::golden::{failure, program, smoke};
use servers::{Old, modern, rpc, streamable};
use std::net::TcpListener;
use support::{Answer, Raw, Scripted};

/// Runs one check that does not hold, and compares what is told.
fn fails(name: &str, code: i32, url: &str, more: &str) {
    let program = program();
    let kind = format!("    mcp:\n      url: {url}\n      {more}\n");
    let ended = smoke(&program, "", &format!("  - name: assistant\n    timeout: 2s\n{kind}"));
    ended.expect(code, &["check assistant: FAILED"]);
    assert!(!format!("{ended}").contains("t0k-9999"), "{ended}");
    failure(name, &ended, &program);
}

/// What holds of every server here.
const ALL: &str = "server: shop, tools: [search, order], \
                   call: { tool: search, arguments: { for: mug }, expect: { $.structuredContent.total: { at_least: 2 } } }";

fn holds(url: &str, more: &str, version: &str) {
    let checks = format!("  - name: assistant\n    mcp: {{ url: '{url}', {more}, {ALL} }}\n");
    let told = format!("check assistant: ok, {version}, shop, 3 tools, `search` works");
    smoke(&program(), "", &checks).expect(0, &[&told]);
}

#[test]
fn a_modern_server_is_asked_without_a_handshake() {
    let server = Scripted::answering(modern);
    for era in ["auto", "modern"] {
        holds(&format!("{}/mcp", server.url()), &format!("era: {era}"), "2026-07-28");
    }
    let seen = server.seen();
    let methods: Vec<&str> = seen.iter().take(4).map(|seen| seen.header("mcp-method")).collect();
    assert_eq!(methods, ["server/discover", "tools/list", "tools/list", "tools/call"]);
    assert_eq!(seen[3].header("mcp-name"), "search");
}

#[test]
fn a_server_with_sessions_is_found_out_and_let_go() {
    for version in ["2025-03-26", "2025-11-25"] {
        let server = Scripted::answering(streamable(version));
        holds(&format!("{}/mcp", server.url()), "era: auto", version);
        let last = server.seen().pop().unwrap();
        assert_eq!((last.method.as_str(), last.header("mcp-session-id")), ("DELETE", "s-1"));
    }
}

#[test]
fn the_oldest_server_answers_on_its_stream() {
    let server = Old::start();
    for era in ["auto", "sse"] {
        holds(&format!("{}/sse", server.url()), &format!("era: {era}"), "2024-11-05");
    }
}

#[test]
fn nobody_is_there_or_says_anything() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    fails("mcp-down", 4, &format!("http://{free}/mcp"), "");
    fails("mcp-slow", 4, &Raw::silent().url(), "");
}

#[test]
fn access_protocol_and_tools_are_told_apart() {
    let refuses = Answer::status(401).header("www-authenticate", "Bearer realm=\"shop\"");
    let other = rpc(
        400,
        r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"unsupported version","data":{"supported":["2027-01-01"]}}}"#,
    );
    for (name, server, more) in [
        ("mcp-access", Scripted::start([refuses]), "headers: { authorization: Bearer t0k-9999 }"),
        ("mcp-other", Scripted::start([Answer::status(404).body("<html>")]), ""),
        ("mcp-version", Scripted::start([other]), ""),
        ("mcp-broken", Scripted::start([Answer::status(503)]), ""),
        ("mcp-server", Scripted::answering(modern), "server: bank"),
        ("mcp-missing-tool", Scripted::answering(modern), "tools: [search, ordr]"),
        ("mcp-tool-error", Scripted::answering(modern), "call: { tool: order, arguments: { sku: mug } }"),
        ("mcp-refused", Scripted::answering(streamable("2025-11-25")), "call: { tool: nothing }"),
        (
            "mcp-result",
            Scripted::answering(streamable("2025-11-25")),
            "call: { tool: search, expect: { $.structuredContent.total: { equals: 7 } } }",
        ),
    ] {
        fails(name, 1, &format!("{}/mcp", server.url()), more);
    }
}
