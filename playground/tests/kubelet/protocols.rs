//! The WebSocket by hand: what other clients than kube's say.

use crate::stage::Stage;
use crate::story::PATIENCE;
use futures_util::{SinkExt as _, StreamExt as _};
use http::{Request, Response};
use http_body_util::BodyExt as _;
use hyper_util::rt::TokioIo;
use kube::client::Body;
use serde_json::Value;
use std::collections::BTreeMap;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;

/// Asks for a command that repeats a line, with headers by hand.
pub async fn ask(stage: &Stage, method: &str, headers: &[(&str, &str)]) -> Response<Body> {
    let path = "/api/v1/namespaces/n/pods/p/exec?stdin=1&stdout=1&stderr=1&command=head&command=-n1";
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    stage.pods().await.into_client().send(request.body(Body::empty()).unwrap()).await.unwrap()
}

fn websocket(protocol: &str) -> [(&str, &str); 5] {
    let key = "dGhlIHNhbXBsZSBub25jZQ==";
    [
        ("connection", "Upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", key),
        ("sec-websocket-protocol", protocol),
    ]
}

/// Headers that ask for SPDY.
pub fn spdy<'a>(protocol: &'a str, version: &'a str) -> [(&'a str, &'a str); 3] {
    [("connection", "Upgrade"), ("upgrade", protocol), ("x-stream-protocol-version", version)]
}

#[tokio::test]
async fn both_protocols_carry_the_streams_and_the_end() {
    let stage = Stage::new().await;
    stage.running("p", "exec sleep 1000").await;
    for (offered, chosen) in [
        ("v4.channel.k8s.io", "v4.channel.k8s.io"),
        ("v5.channel.k8s.io", "v5.channel.k8s.io"),
        ("channel.k8s.io, v4.channel.k8s.io", "v4.channel.k8s.io"),
    ] {
        let answer = ask(&stage, "GET", &websocket(offered)).await;
        assert_eq!(answer.status(), 101);
        assert_eq!(answer.headers()["sec-websocket-protocol"], chosen);
        assert_eq!(answer.headers()["sec-websocket-accept"], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        let upgraded = hyper::upgrade::on(answer).await.unwrap();
        let mut socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Client, None).await;
        for message in [&b"\x04{\"Width\":80,\"Height\":25}"[..], b"\0fir", b"\0st\nsecond\n"] {
            socket.send(Message::binary(message.to_vec())).await.unwrap();
        }
        let mut channels: BTreeMap<u8, Vec<u8>> = BTreeMap::new();
        let mut close = None;
        while let Some(message) = timeout(PATIENCE, socket.next()).await.unwrap() {
            match message.unwrap() {
                Message::Binary(content) => {
                    channels.entry(content[0]).or_default().extend_from_slice(&content[1..]);
                }
                Message::Close(frame) => close = frame.map(|frame| u16::from(frame.code)),
                _ => {}
            }
        }
        assert_eq!(channels.remove(&1).as_deref(), Some(&b"first\n"[..]));
        let status: Value = serde_json::from_slice(&channels.remove(&3).unwrap()).unwrap();
        assert_eq!(status["status"], "Success");
        assert_eq!((channels, close), (BTreeMap::new(), Some(1000)));
    }
}

#[tokio::test]
async fn what_cannot_become_another_protocol_gets_a_status() {
    let stage = Stage::new().await;
    stage.running("p", "exec sleep 1000").await;
    for (method, headers, code, part) in [
        ("GET", &websocket("v1.unknown")[..], 400, "v1.unknown"),
        ("GET", &[], 400, "Upgrade request required"),
        ("POST", &[], 400, "Upgrade request required"),
        ("POST", &spdy("SPDY/3.1", "v3.channel.k8s.io"), 400, "v3.channel.k8s.io"),
        ("POST", &spdy("SPDY/2", "v4.channel.k8s.io"), 400, "Upgrade request required"),
        ("PUT", &[], 405, "method"),
    ] {
        let answer = ask(&stage, method, headers).await;
        assert_eq!(answer.status(), code, "{method} {headers:?}");
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        let status: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((&status["kind"], &status["code"]), (&Value::from("Status"), &Value::from(code)));
        assert!(status["message"].as_str().unwrap().contains(part), "{status}");
    }
}
