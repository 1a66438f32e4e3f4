//! The live line: a WebSocket for customers, one answer for each message.
//!
//! `{"type":"hello","user":"pat"}` is answered with a welcome that has a session, `ping X` with `pong X`.

use crate::shop::refusal::Refusal;
use crate::shop::reply::{Reply, empty};
use futures_util::{SinkExt as _, StreamExt as _};
use http::Request;
use hyper::body::Incoming;
use hyper::upgrade::{self, OnUpgrade};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::create_response_with_body;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};

/// The longest message, in bytes.
const LONGEST: usize = 16 * 1024;

/// What a customer says in JSON.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Said {
    Hello { user: String },
}

/// Takes the upgrade; what the connection becomes by it stands in the answer's extensions, for [`talk`].
pub(super) fn open(mut request: Request<Incoming>) -> Result<Reply, Refusal> {
    let upgraded = upgrade::on(&mut request);
    let answer = create_response_with_body(&request, empty);
    let mut reply = answer.map_err(|error| Refusal::NoUpgrade(error.to_string()))?;
    reply.extensions_mut().insert(upgraded);
    Ok(reply)
}

/// Answers messages until the customer leaves, or until `closing`.
pub(in crate::shop) async fn talk(upgraded: OnUpgrade, closing: impl Future<Output = ()>) {
    let Ok(connection) = upgraded.await else { return };
    let config = WebSocketConfig::default().max_message_size(Some(LONGEST)).max_frame_size(Some(LONGEST));
    let mut socket =
        WebSocketStream::from_raw_socket(TokioIo::new(connection), Role::Server, Some(config)).await;
    let mut closing = std::pin::pin!(closing);
    loop {
        let heard = tokio::select! {
            heard = socket.next() => heard,
            () = closing.as_mut() => {
                let goodbye = CloseFrame { code: CloseCode::Away, reason: "the shop closes".into() };
                // Who has left already needs no goodbye.
                let _ = socket.close(Some(goodbye)).await;
                return;
            }
        };
        let Some(Ok(message)) = heard else { return };
        if let Message::Text(text) = message
            && socket.send(Message::text(answer(&text))).await.is_err()
        {
            return;
        }
    }
}

fn answer(text: &str) -> String {
    if let Some(what) = text.strip_prefix("ping ") {
        return format!("pong {what}");
    }
    let said = serde_json::from_str(text).map(|Said::Hello { user }| welcome(&user));
    let confused = |error: serde_json::Error| json!({ "type": "error", "message": format!("{error}; say `ping x`, or {{\"type\":\"hello\",\"user\":\"pat\"}}") });
    said.unwrap_or_else(confused).to_string()
}

fn welcome(user: &str) -> Value {
    json!({ "type": "welcome", "user": user, "session": format!("s-{:016x}", rand::random::<u64>()) })
}
