//! What can go wrong with a server, told apart: nobody is there, we may not come in, it does not speak the protocol, it
//! refuses a request.

use crate::check::Found;
use crate::sample::ErrorClass;
use crate::transport::Failure;
use serde_json::Value;

/// The error of JSON-RPC for what cannot be asked so.
const INVALID: i64 = -32602;
/// How much of a body is shown, in characters.
const SHOWN: usize = 100;

/// Why a request has no result.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Nobody answers, in words.
    Unreachable(String),
    /// 401 or 403, with what the server says of how to log in, and its body.
    Access { status: u16, challenge: String, body: String },
    /// Another status that is no success, with the error of JSON-RPC in its body, if it is one.
    Status { status: u16, error: Option<Refusal>, body: String },
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
    /// The revisions that the server says it speaks, where the error is about them.
    pub(super) supported: Vec<String>,
}

impl Refusal {
    /// The error of a message, if it is one.
    pub(super) fn of(message: &Value) -> Option<Refusal> {
        let error = message.get("error")?.as_object()?;
        let supported = error.get("data").and_then(|data| data.get("supported")?.as_array());
        let supported = supported.into_iter().flatten().filter_map(Value::as_str);
        Some(Refusal {
            code: error.get("code")?.as_i64()?,
            message: error.get("message").and_then(Value::as_str).unwrap_or_default().to_owned(),
            supported: supported.map(str::to_owned).collect(),
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
            Trouble::Access { status: 401, challenge, .. } => {
                let how = if challenge.is_empty() { String::new() } else { format!(" ({challenge})") };
                let next = "add `headers: { authorization: \"Bearer ${env:TOKEN}\" }`, or correct it";
                Found::fail(format!("no access: {what} gives 401{how}; {next}")).for_good()
            }
            Trouble::Access { status, body, .. } => {
                let next =
                    "look at what the account in `headers` may do, and at the hosts that the server lets in";
                Found::fail(format!("no access: {what} gives {status}{}; {next}", begins(&body))).for_good()
            }
            Trouble::Status { status, error, body } => {
                let error = error
                    .map_or_else(|| begins(&body), |error| format!(": {} ({})", error.message, error.code));
                let next = match status {
                    404 | 405 => "correct `url`",
                    500.. => "look into its log, or that of the proxy before it",
                    _ => "look into its log",
                };
                Found::fail(format!("protocol: {what} gives status {status}{error}; {next}"))
            }
            Trouble::Protocol(why) => Found::fail(format!("protocol: {what}: {why}")),
            Trouble::Refused(Refusal { code, message, .. }) => {
                let next = match code {
                    INVALID => "correct the tool's name or its `arguments`",
                    _ => "look into its log",
                };
                Found::fail(format!("the server refuses {what}: {message} ({code}); {next}"))
            }
        }
    }
}

/// What a body says first, if anything.
fn begins(body: &str) -> String {
    let line = body.lines().next().unwrap_or_default().trim();
    let shown: String = line.chars().take(SHOWN).collect();
    if shown.is_empty() { shown } else { format!("; the body begins `{shown}`") }
}
