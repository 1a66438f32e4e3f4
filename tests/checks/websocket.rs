//! `websocket`: sockets that open and answer, and those that do not.

use crate::golden::{failure, program, smoke};
use futures_util::{SinkExt as _, StreamExt as _};
use std::net::TcpListener;
use support::{Answer, Raw, Scripted};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

/// Greets, answers each text with `you said …`, and closes when it is told to.
pub async fn echo(stream: TcpStream) {
    let Ok(mut socket) = tokio_tungstenite::accept_async(stream).await else { return };
    let _ = socket.send(Message::text("hello")).await;
    while let Some(Ok(message)) = socket.next().await {
        if let Message::Text(text) = message {
            if text.as_str() == "leave" {
                let frame = CloseFrame { code: CloseCode::Policy, reason: "as you wish".into() };
                let _ = socket.close(Some(frame)).await;
            } else {
                let _ = socket.send(Message::text(format!("you said {text}"))).await;
            }
        }
    }
}

fn check(url: &str, keys: &str) -> String {
    format!("  - name: live\n    timeout: 2s\n    websocket: {{ url: '{url}', {keys} }}\n")
}

#[test]
fn a_socket_opens_and_answers() {
    let (program, server) = (program(), Raw::start(echo));
    let url = format!("ws://{}/live", server.addr());
    smoke(&program, "", &check(&url, "")).expect(0, &["check live: ok, open in"]);
    let keys = "send: ahoy, expect: { equals: you said ahoy }";
    smoke(&program, "", &check(&url, keys)).expect(0, &["check live: ok, answered in"]);
    let target = format!("http://{}", server.addr());
    smoke(&program, &target, &check("/live", "expect: { contains: hell }")).expect(0, &["answered in"]);
}

#[test]
fn another_message_comes() {
    let (program, server) = (program(), Raw::start(echo));
    let url = format!("ws://{}", server.addr());
    let ended = smoke(&program, "", &check(&url, "send: leave, expect: { contains: pong }"));
    ended.expect(1, &["it closed with 1008: as you wish"]);
    failure("websocket-message", &ended, &program);
}

#[test]
fn nobody_listens_and_nobody_answers() {
    let program = program();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let ended = smoke(&program, "", &check(&format!("ws://{free}/live"), ""));
    ended.expect(4, &["Connection refused"]);
    failure("websocket-down", &ended, &program);
    let silent = Raw::silent();
    let check = check(&format!("ws://{}/", silent.addr()), "").replace("2s", "300ms");
    let ended = smoke(&program, "", &check);
    ended.expect(4, &["connected, but no answer to the handshake within 300ms"]);
    failure("websocket-silent", &ended, &program);
}

#[test]
fn a_server_that_goes_before_it_has_answered() {
    let (program, server) = (program(), Raw::closing());
    let ended = smoke(&program, "", &check(&format!("ws://{}/live", server.addr()), ""));
    ended.expect(1, &["the server closed the connection before it had answered; look into its log"]);
    failure("websocket-closed", &ended, &program);
}

#[test]
fn plain_http_is_no_socket() {
    let program = program();
    for (status, words) in [
        (200, "a proxy on the way may not hand the upgrade on"),
        (401, "look at the credentials in `headers`"),
        (404, "correct the path"),
    ] {
        let server = Scripted::start([Answer::status(status)]);
        let url = format!("ws://{}/live", server.addr());
        let ended = smoke(&program, "", &check(&url, "headers: { authorization: Bearer h4lf-a-secret }"));
        ended.expect(1, &["expected status 101 Switching Protocols", words]);
        assert_eq!(server.seen()[0].header("authorization"), "Bearer h4lf-a-secret");
        if status == 401 {
            failure("websocket-refused", &ended, &program);
        }
    }
}

#[test]
fn what_is_no_url_of_a_socket_is_told_before() {
    let program = program();
    for (url, words) in [
        ("http://shop.test/", "is no URL that begins with ws:// or wss://"),
        ("/live", "the check says nowhere where it goes"),
        ("ws://u:p@shop.test/", "put them into `headers`"),
    ] {
        smoke(&program, "", &check(url, "")).expect(2, &[words]);
    }
}
