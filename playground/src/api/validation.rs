//! `fieldValidation`: what happens to fields that a kind does not have. They are never stored.

use crate::api::answer::Answer;
use crate::api::request::Request;
use crate::resource::Kind;
use crate::schema::{message_of, prune};
use crate::status::ApiError;
use http::{HeaderValue, header};
use serde_json::Value;

/// What the client wants to be done about unknown fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Validation {
    /// The request is refused.
    Strict,
    /// The answer warns.
    Warn,
    /// Nothing.
    Ignore,
}

impl Validation {
    pub(super) fn of(request: &Request) -> Result<Validation, ApiError> {
        match request.query.text("fieldValidation") {
            "Strict" => Ok(Validation::Strict),
            "" | "Warn" => Ok(Validation::Warn),
            "Ignore" => Ok(Validation::Ignore),
            other => {
                let message =
                    format!("invalid fieldValidation \"{other}\": supported values: Ignore, Strict, Warn");
                Err(ApiError::bad_request(message))
            }
        }
    }

    /// Takes the unknown fields out of an object. Returns what to warn of; the error names what is refused.
    pub(super) fn check(self, kind: &Kind, object: &mut Value) -> Result<Vec<String>, String> {
        let Some(message) = message_of(&kind.api_version(), kind.kind) else { return Ok(Vec::new()) };
        let unknown = prune(message, object).into_iter().map(|path| format!("unknown field \"{path}\""));
        let unknown: Vec<String> = unknown.collect();
        match self {
            Validation::Strict if !unknown.is_empty() => {
                Err(format!("strict decoding error: {}", unknown.join(", ")))
            }
            Validation::Ignore => Ok(Vec::new()),
            Validation::Strict | Validation::Warn => Ok(unknown),
        }
    }
}

/// The answer with a warning for each.
pub(super) fn warned(mut answer: Answer, warnings: &[String]) -> Answer {
    for warning in warnings {
        let text = warning.replace('\\', "\\\\").replace('"', "\\\"");
        // A field whose name cannot stand in a header is warned of without it.
        let value = HeaderValue::from_str(&format!("299 - \"{text}\""));
        let value = value.unwrap_or(HeaderValue::from_static("299 - \"unknown field\""));
        answer.headers_mut().append(header::WARNING, value);
    }
    answer
}
