//! What came of a call: its status, and its message.

use super::encode;
use super::frame::Frames;
use super::status::GrpcStatus;
use crate::journey::StepFailure;
use crate::journey::judge::excerpt;
use crate::sample::ErrorClass;
use crate::transport::Answer;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderName, StatusCode};
use percent_encoding::percent_decode;
use prost_reflect::{DynamicMessage, MessageDescriptor};
use std::fmt;

static STATUS: HeaderName = HeaderName::from_static("grpc-status");
static MESSAGE: HeaderName = HeaderName::from_static("grpc-message");

/// How a call ended, in the server's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ended {
    pub(super) status: GrpcStatus,
    pub(super) message: String,
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.message.as_str() {
            "" => write!(f, "{}", self.status),
            message => write!(f, "{}: {message}", self.status),
        }
    }
}

/// How the call of this answer ended. Its status stands behind the message, or in the head where there is none.
///
/// # Errors
/// The answer is not one of gRPC.
pub(super) fn ended(answer: &Answer) -> Result<Ended, StepFailure> {
    let field = |name| {
        let trailer = answer.trailers.as_ref().and_then(|trailers| trailers.get(name));
        trailer.map(http::HeaderValue::as_bytes).or_else(|| answer.headers.get(name))
    };
    let Some(status) = field(&STATUS) else { return Err(without_status(answer)) };
    let number = std::str::from_utf8(status).ok().and_then(|text| text.parse().ok());
    let Some(number) = number else {
        let text = format!("`grpc-status` is {}, which is no number", excerpt(status));
        return Err(failure(ErrorClass::Protocol, text));
    };
    let message = field(&MESSAGE).unwrap_or_default();
    let message = percent_decode(message).decode_utf8_lossy().into_owned();
    Ok(Ended { status: GrpcStatus::numbered(number), message })
}

fn without_status(answer: &Answer) -> StepFailure {
    if answer.status != StatusCode::OK {
        let text =
            format!("expected a call's answer, got status {} of HTTP{}", answer.status, begins(answer));
        return failure(ErrorClass::Status, text);
    }
    let kind = answer.headers.get(&CONTENT_TYPE).unwrap_or_default();
    if !kind.starts_with(b"application/grpc") {
        let kind = if kind.is_empty() { "no content-type".to_owned() } else { excerpt(kind) };
        let text = format!("the answer is not one of gRPC: {kind}{}", begins(answer));
        return failure(ErrorClass::Protocol, text);
    }
    failure(ErrorClass::Protocol, "the answer ended without `grpc-status`".to_owned())
}

/// How the body begins, where there is any.
fn begins(answer: &Answer) -> String {
    if answer.body.is_empty() {
        return String::new();
    }
    format!("; the body begins {}", excerpt(&answer.body))
}

/// The one message of a body that went well.
///
/// # Errors
/// There is none, or more than one, or it is not of this type.
pub(super) fn message(of: &MessageDescriptor, body: &Bytes) -> Result<DynamicMessage, StepFailure> {
    let malformed = |text: String| failure(ErrorClass::Protocol, text);
    let mut frames = Frames::of(body);
    let first =
        frames.next().ok_or_else(|| malformed("the call ended OK, but without a message".to_owned()))?;
    let first = first.map_err(|error| malformed(error.to_string()))?;
    if frames.next().is_some() {
        return Err(malformed("the answer holds more than the one message of the call".to_owned()));
    }
    DynamicMessage::decode(of.clone(), first)
        .map_err(|error| malformed(format!("the answer is no `{}`: {error}", of.full_name())))
}

/// The message as JSON.
///
/// # Errors
/// It holds what JSON cannot say.
pub(super) fn as_json(message: &DynamicMessage) -> Result<Bytes, StepFailure> {
    encode::json(message).map_err(|reason| {
        failure(ErrorClass::Assertion, format!("the answer cannot be looked into as JSON: {reason}"))
    })
}

pub(super) fn failure(class: ErrorClass, text: String) -> StepFailure {
    StepFailure { class, text, differs: None }
}
