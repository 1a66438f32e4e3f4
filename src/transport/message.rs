//! What is sent and what comes back.

use super::{Content, Fields};
use bytes::Bytes;
use http::uri::PathAndQuery;
use http::{HeaderMap, Method, StatusCode};

/// A request to the target, ready to be sent. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Path and query, the target's own prefix included.
    pub path: PathAndQuery,
    /// All headers, `Host` included.
    pub headers: HeaderMap,
    /// The body; empty for none.
    pub body: Content,
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
    /// The body, when it was kept.
    pub body: Bytes,
    /// The body's length, kept or not.
    pub length: u64,
}
