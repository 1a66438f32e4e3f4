//! What is sent and what comes back.

use super::{Content, Fields, http1};
use bytes::Bytes;
use http::header::{HOST, HeaderValue};
use http::uri::{Authority, PathAndQuery};
use http::{HeaderMap, Method, StatusCode};

/// A request to the target. Cheap to clone.
#[derive(Debug)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Path and query, the target's own prefix included.
    pub path: PathAndQuery,
    /// All headers, `Host` included.
    pub headers: HeaderMap,
    /// The body; empty for none.
    pub body: Content,
    /// Its bytes on an HTTP/1 connection, where it was prepared.
    wire: Option<Bytes>,
}

impl Request {
    /// A request to the target.
    pub fn new(method: Method, path: PathAndQuery, headers: HeaderMap, body: impl Into<Content>) -> Request {
        Request { method, path, headers, body: body.into(), wire: None }
    }

    /// The same request with another body.
    #[must_use]
    pub fn with_body(self, body: impl Into<Content>) -> Request {
        Request { body: body.into(), wire: None, ..self }
    }

    /// The host that it names, where that is another than the target's.
    pub fn other_host(&self, target: &Authority) -> Option<&HeaderValue> {
        self.headers.get(HOST).filter(|host| host.as_bytes() != target.as_str().as_bytes())
    }

    /// Written out for HTTP/1 once, because it is sent often and as it is.
    #[must_use]
    pub fn prepared(self) -> Request {
        let wire = Some(http1::written(&self));
        Request { wire, ..self }
    }

    /// Its bytes on an HTTP/1 connection, where it was prepared.
    pub(super) fn wire(&self) -> Option<&Bytes> {
        self.wire.as_ref()
    }
}

/// A clone is not prepared: whoever makes one is about to change it.
impl Clone for Request {
    fn clone(&self) -> Request {
        Request::new(self.method.clone(), self.path.clone(), self.headers.clone(), self.body.clone())
    }
}

/// What to keep of an answer's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Only its length; the bytes go by, but for the beginning of an error's, whose words are an example in reports.
    Length,
    /// All of it, because it is looked into.
    Body,
}

/// How much of an error's body is kept at least.
const BEGINNING: u64 = 512;

impl Keep {
    /// Until how many bytes are kept the next piece of the body is kept too.
    pub(super) fn up_to(self, status: StatusCode) -> u64 {
        match self {
            Keep::Body => u64::MAX,
            Keep::Length if status.is_client_error() || status.is_server_error() => BEGINNING,
            Keep::Length => 0,
        }
    }
}

/// An answer, complete.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The header fields.
    pub headers: Fields,
    /// The fields behind the body, where HTTP/2 brought any.
    pub trailers: Option<Box<HeaderMap>>,
    /// The body, when it was kept.
    pub body: Bytes,
    /// The body's length, kept or not.
    pub length: u64,
}
