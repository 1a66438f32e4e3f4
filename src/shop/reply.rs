//! Answers: a status, a content type, and a body that is already whole or comes piece by piece.

use super::refusal::Refusal;
use bytes::Bytes;
use futures_util::stream::{BoxStream, Stream, StreamExt as _};
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::{Either, Full, StreamBody};
use hyper::body::Frame;
use serde::Serialize;
use std::convert::Infallible;

/// An answer of the shop.
pub(super) type Reply = Response<Body>;

/// Its body: whole, or one piece after the other.
pub(super) type Body = Either<Full<Bytes>, StreamBody<BoxStream<'static, Result<Frame<Bytes>, Infallible>>>>;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Server-sent events.
const EVENTS: HeaderValue = HeaderValue::from_static("text/event-stream");

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

/// Server-sent events, each of them written as such a stream has it.
pub(super) fn events(events: impl Stream<Item = String> + Send + 'static) -> Reply {
    let pieces = events.map(|event| Ok(Frame::data(event.into())));
    let mut reply = of(StatusCode::OK, EVENTS, Either::Right(StreamBody::new(pieces.boxed())));
    reply.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    reply
}

/// A body without anything in it.
pub(super) fn empty() -> Body {
    Either::Left(Full::default())
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
    of(status, content, Either::Left(Full::new(body)))
}

fn of(status: StatusCode, content: HeaderValue, body: Body) -> Reply {
    let mut reply = Response::new(body);
    *reply.status_mut() = status;
    reply.headers_mut().insert(CONTENT_TYPE, content);
    reply
}
