//! A request, read.

use crate::api::body;
use crate::api::pod::Handshake;
use crate::api::query::Query;
use crate::api::route::Target;
use crate::api::user::User;
use crate::cluster::Writer;
use crate::status::ApiError;
use crate::store::Write;
use bytes::Bytes;
use http::Method;
use serde_json::Value;

/// Everything of a request that answers depend on.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) query: Query,
    pub(super) accept: String,
    pub(super) user_agent: String,
    pub(super) content_type: String,
    pub(super) body: Bytes,
    pub(super) user: User,
    pub(super) handshake: Handshake,
}

impl Request {
    /// Whether the request is to last, or only to be tried (`dryRun=All`).
    pub(super) fn write(&self) -> Result<Write, ApiError> {
        match self.query.all("dryRun").as_slice() {
            [] => Ok(Write::Commit),
            [one] if one == "All" => Ok(Write::DryRun),
            other => {
                Err(ApiError::bad_request(format!("invalid dryRun value {other:?}: only \"All\" is known")))
            }
        }
    }

    /// Under which name the client owns the fields that it writes: the one it gives, or its program's.
    fn manager(&self) -> &str {
        match self.query.text("fieldManager") {
            "" => self.user_agent.split('/').next().filter(|name| !name.is_empty()).unwrap_or("unknown"),
            given => given,
        }
    }

    /// The client as a writer to the target.
    pub(super) fn writer(&self, target: &Target) -> Writer {
        Writer { manager: self.manager().to_owned(), subresource: target.subresource }
    }

    /// The body as an object; `None` when it is empty.
    pub(super) fn object(&self) -> Result<Option<Value>, ApiError> {
        if self.body.is_empty() {
            return Ok(None);
        }
        body::object(&self.content_type, &self.body).map(Some)
    }
}
