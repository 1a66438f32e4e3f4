//! Answers: a status, a content type and a body that is already whole.

use super::refusal::Refusal;
use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::Full;
use serde::Serialize;

/// An answer of the shop.
pub(super) type Reply = Response<Full<Bytes>>;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The text format of Prometheus, version 0.0.4.
const PROMETHEUS: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");

/// A value as JSON text.
#[expect(
    clippy::expect_used,
    reason = "our own plain structs, with string keys and no maps, always serialise into memory"
)]
pub(super) fn json(value: &impl Serialize) -> Bytes {
    serde_json::to_vec(value).expect("plain structs serialise").into()
}

/// JSON text that is ready.
pub(super) fn ready(status: StatusCode, body: Bytes) -> Reply {
    typed(status, JSON, body)
}

/// The metrics page.
pub(super) fn prometheus(text: String) -> Reply {
    typed(StatusCode::OK, PROMETHEUS, text.into())
}

/// A no, with its reason.
pub(super) fn refused(refusal: &Refusal) -> Reply {
    let mut reply = typed(refusal.status(), JSON, json(&refusal.body()));
    if let Some(allow) = refusal.allow() {
        reply.headers_mut().insert(ALLOW, HeaderValue::from_static(allow));
    }
    reply
}

fn typed(status: StatusCode, content: HeaderValue, body: Bytes) -> Reply {
    let mut reply = Response::new(Full::new(body));
    *reply.status_mut() = status;
    reply.headers_mut().insert(CONTENT_TYPE, content);
    reply
}
