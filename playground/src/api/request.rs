//! A request, read.

use crate::api::pod::Handshake;
use crate::api::protobuf::{self, Malformed};
use crate::api::query::Query;
use crate::api::user::User;
use crate::status::{ApiError, Details};
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

    /// The body as an object; `None` when it is empty.
    pub(super) fn object(&self) -> Result<Option<Value>, ApiError> {
        if self.body.is_empty() {
            return Ok(None);
        }
        let media = self.content_type.split(';').next().unwrap_or_default().trim();
        if media == "application/vnd.kubernetes.protobuf" {
            return protobuf::decode(&self.body).map(Some).map_err(|error| match error {
                Malformed::Kind(_) => {
                    ApiError::new(415, "UnsupportedMediaType", error.to_string(), Details::default())
                }
                _ => ApiError::bad_request(error.to_string()),
            });
        }
        if !matches!(media, "" | "application/json") {
            let message = "the body of the request was in an unknown format - accepted media types include: application/json";
            return Err(ApiError::new(415, "UnsupportedMediaType", message, Details::default()));
        }
        serde_json::from_slice(&self.body).map(Some).map_err(|error| {
            ApiError::bad_request(format!("couldn't get version/kind; json parse error: {error}"))
        })
    }
}
