//! What can go wrong with a server, told apart: nobody is there, we may not come in, it does not speak the protocol, it
//! refuses a request.

use crate::check::Found;
use crate::sample::ErrorClass;
use crate::transport::Failure;
use serde_json::Value;

/// Why a request has no result.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Nobody answers, in words.
    Unreachable(String),
    /// 401 or 403, with what the server says of how to log in.
    Access { status: u16, challenge: String },
    /// Another status that is no success, with the error of JSON-RPC in its body, if it is one.
    Status { status: u16, error: Option<Refusal> },
    /// An answer that is none of the protocol.
    Protocol(String),
    /// An error of JSON-RPC.
    Refused(Refusal),
}

/// An error of JSON-RPC.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    pub(super) code: i64,
    pub(super) message: String,
    pub(super) data: Value,
}

impl Refusal {
    /// The error of a message, if it is one.
    pub(super) fn of(message: &Value) -> Option<Refusal> {
        let error = message.get("error")?.as_object()?;
        Some(Refusal {
            code: error.get("code")?.as_i64()?,
            message: error.get("message").and_then(Value::as_str).unwrap_or_default().to_owned(),
            data: error.get("data").cloned().unwrap_or_default(),
        })
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Trouble {
        let text = format!("{}; {}", failure.text, failure.next_move());
        match failure.class {
            ErrorClass::Refused | ErrorClass::Dns | ErrorClass::Tls | ErrorClass::Timeout => {
                Trouble::Unreachable(text)
            }
            _ => Trouble::Protocol(failure.text),
        }
    }
}

impl Trouble {
    /// What it means for the check, when it came of this request.
    pub(super) fn found(self, what: &str) -> Found {
        match self {
            Trouble::Unreachable(why) => Found::unreachable(format!("unreachable: {why}")),
            Trouble::Access { status, challenge } => {
                let how = if challenge.is_empty() { String::new() } else { format!(" ({challenge})") };
                let next = "add `headers: { authorization: \"Bearer ${env:TOKEN}\" }`, or correct it";
                Found::fail(format!("no access: {what} gives {status}{how}; {next}")).for_good()
            }
            Trouble::Status { status, error } => {
                let error =
                    error.map_or_else(String::new, |error| format!(": {} ({})", error.message, error.code));
                Found::fail(format!("protocol: {what} gives status {status}{error}"))
            }
            Trouble::Protocol(why) => Found::fail(format!("protocol: {what}: {why}")),
            Trouble::Refused(Refusal { code, message, .. }) => {
                Found::fail(format!("the server refuses {what}: {message} ({code})"))
            }
        }
    }
}
