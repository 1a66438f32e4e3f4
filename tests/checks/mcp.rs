//! `mcp`: against a server of the protocol's own SDK, and against servers of each era that do what it does not.

#[path = "mcp_sdk.rs"]
mod sdk;
#[path = "mcp_servers.rs"]
pub mod servers;

use crate::golden::{failure, program, smoke};
use rmcp::model::ProtocolVersion;
use sdk::{Entry, MODERN, Sdk};
use servers::{Old, modern, rpc, streamable};
use std::net::TcpListener;
use support::{Answer, Raw, Scripted};

/// All revisions with one endpoint, with a handshake or without.
const ALL_REVISIONS: &[ProtocolVersion] =
    &[ProtocolVersion::V_2025_06_18, ProtocolVersion::V_2025_11_25, MODERN];
/// Those with a handshake.
const WITH_HANDSHAKE: &[ProtocolVersion] = &[ProtocolVersion::V_2025_06_18, ProtocolVersion::V_2025_11_25];

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
fn the_sdk_is_spoken_to_without_a_handshake_where_it_can_be() {
    for (speaks, eras) in [(ALL_REVISIONS, ["auto", "modern"]), (&[MODERN][..], ["auto", "modern"])] {
        let server = Sdk::start(speaks, Entry::Token("t0k-9999"));
        for era in eras {
            let more = format!("era: {era}, headers: {{ authorization: Bearer t0k-9999 }}");
            holds(&server.url(), &more, "2026-07-28");
        }
        assert_eq!(server.sessions(), 0);
    }
}

#[test]
fn the_sdk_is_spoken_to_in_a_session_that_is_ended() {
    const OLDER: &[ProtocolVersion] = &[ProtocolVersion::V_2025_03_26];
    for (speaks, era, version) in [
        (WITH_HANDSHAKE, "auto", "2025-11-25"),
        (ALL_REVISIONS, "streamable", "2025-11-25"),
        (&WITH_HANDSHAKE[..1], "auto", "2025-06-18"),
        (OLDER, "auto", "2025-03-26"),
    ] {
        let server = Sdk::start(speaks, Entry::Open);
        holds(&server.url(), &format!("era: {era}"), version);
        assert_eq!(server.sessions(), 0, "{era} {version}");
    }
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
fn what_a_server_of_the_sdk_lacks_is_told() {
    let modern = || Sdk::start(ALL_REVISIONS, Entry::Open);
    let with_sessions = || Sdk::start(WITH_HANDSHAKE, Entry::Open);
    let total = "call: { tool: search, arguments: { for: mug }, expect: { $.structuredContent.total: { equals: 7 } } }";
    for (name, server, more) in [
        (
            "mcp-access",
            Sdk::start(ALL_REVISIONS, Entry::Token("t0k-1234")),
            "headers: { authorization: Bearer t0k-9999 }",
        ),
        ("mcp-host", Sdk::start(ALL_REVISIONS, Entry::Host("shop.test")), ""),
        ("mcp-server", modern(), "server: bank"),
        ("mcp-missing-tool", modern(), "tools: [search, ordr]"),
        ("mcp-tool-error", modern(), "call: { tool: order, arguments: { sku: mug } }"),
        ("mcp-tool-slow", modern(), "call: { tool: wait }"),
        ("mcp-era-modern", with_sessions(), "era: modern"),
        ("mcp-era-streamable", Sdk::start(&[MODERN], Entry::Open), "era: streamable"),
        ("mcp-era-sse", with_sessions(), "era: sse"),
        ("mcp-refused", with_sessions(), "call: { tool: nothing }"),
        ("mcp-arguments", with_sessions(), "call: { tool: search }"),
        ("mcp-result", with_sessions(), total),
    ] {
        fails(name, 1, &server.url(), more);
        assert_eq!(server.sessions(), 0, "{name}");
    }
    fails("mcp-other", 1, &modern().url().replace("/mcp", "/"), "");
}

#[test]
fn what_speaks_no_revision_that_is_known_is_told() {
    let other = rpc(
        400,
        r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"unsupported version","data":{"supported":["2027-01-01"]}}}"#,
    );
    for (name, answer) in
        [("mcp-version", other), ("mcp-broken", Answer::status(503).body("no healthy upstream"))]
    {
        let server = Scripted::start([answer]);
        fails(name, 1, &format!("{}/mcp", server.url()), "");
    }
}
