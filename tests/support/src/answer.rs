//! What a server says, and what it was asked.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version};

/// One answer. Built like a sentence: `Answer::status(503).header("retry-after", "1").body("later")`.
#[derive(Debug, Clone)]
pub struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// One request as it arrived.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The method.
    pub method: Method,
    /// The path with its query.
    pub path: String,
    /// The host that it names: the header of HTTP/1.1, `:authority` of HTTP/2; empty where there is none.
    pub host: String,
    /// The version of HTTP.
    pub version: Version,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl Answer {
    /// 200 with a text.
    pub fn ok(body: impl Into<Bytes>) -> Answer {
        Answer::status(200).body(body)
    }

    /// 200 with JSON text.
    pub fn json(body: impl Into<Bytes>) -> Answer {
        Answer::ok(body).header("content-type", "application/json")
    }

    /// Nothing but a status.
    pub fn status(code: u16) -> Answer {
        let status = StatusCode::from_u16(code).expect("a status of three digits");
        Answer { status, headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// With one more header; the same name may come several times.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Answer {
        let name: HeaderName = name.parse().expect("a header name");
        self.headers.append(name, HeaderValue::from_str(value).expect("a header value"));
        self
    }

    /// With this body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Answer {
        self.body = body.into();
        self
    }
}

impl Seen {
    /// A header as text; empty when it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a header of plain text"))
    }
}
