//! What one request tells: four instants on the run's clock and how it ended.

use crate::clock::Offset;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// An endpoint's place in the run's list of endpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EndpointId(pub u16);

/// One request, from its planned start to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// Which endpoint.
    pub endpoint: EndpointId,
    /// When it should have started. Response time counts from here, so a generator or a queue that is late cannot
    /// hide it (coordinated omission).
    pub planned: Offset,
    /// When its first byte was handed to the connection.
    pub sent: Offset,
    /// When the first byte of the answer came.
    pub first_byte: Option<Offset>,
    /// When the last byte of the answer came, or when it was given up.
    pub done: Offset,
    /// How long connecting took (name, TCP and TLS), when a new connection was made for it.
    pub connect: Option<Duration>,
    /// How it ended.
    pub outcome: Outcome,
}

impl Sample {
    /// Planned start to end; from its sending where it left a fraction of a millisecond before its plan.
    pub fn response(&self) -> Duration {
        self.done.since(self.planned.min(self.sent))
    }

    /// Handed over to end.
    pub fn service(&self) -> Duration {
        self.done.since(self.sent)
    }

    /// How far it left from its planned start, later or earlier, less connecting: what the generator itself adds.
    /// Connecting is the target's part.
    pub fn lag(&self) -> Duration {
        let early = self.planned.since(self.sent);
        early.max(self.sent.since(self.planned).saturating_sub(self.connect.unwrap_or_default()))
    }
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Answered, and every expectation held.
    Good,
    /// Not answered, or not as expected.
    Bad(ErrorClass),
}

/// Why a request failed. The classes are told apart because they have different owners.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ErrorClass {
    /// Nobody listens: the connection was refused.
    Refused,
    /// The connection was cut before the answer was complete.
    Reset,
    /// No complete answer within the step's timeout.
    Timeout,
    /// The TLS handshake failed.
    Tls,
    /// The name did not resolve.
    Dns,
    /// The answer was not valid HTTP, or was larger than allowed.
    Protocol,
    /// An answer with a status that was not expected.
    Status,
    /// An answer whose headers or body were not as expected.
    Assertion,
    /// The generator's own fault: no free port or descriptor.
    Generator,
}

impl ErrorClass {
    /// All classes, in the order of reports.
    pub const ALL: [ErrorClass; 9] = [
        ErrorClass::Refused,
        ErrorClass::Reset,
        ErrorClass::Timeout,
        ErrorClass::Tls,
        ErrorClass::Dns,
        ErrorClass::Protocol,
        ErrorClass::Status,
        ErrorClass::Assertion,
        ErrorClass::Generator,
    ];

    /// Whether a complete answer came: the request failed because of what it says.
    pub const fn was_answered(self) -> bool {
        matches!(self, ErrorClass::Status | ErrorClass::Assertion)
    }

    /// The class's name in reports.
    pub const fn word(self) -> &'static str {
        match self {
            ErrorClass::Refused => "refused",
            ErrorClass::Reset => "reset",
            ErrorClass::Timeout => "timeout",
            ErrorClass::Tls => "tls",
            ErrorClass::Dns => "dns",
            ErrorClass::Protocol => "protocol",
            ErrorClass::Status => "status",
            ErrorClass::Assertion => "assertion",
            ErrorClass::Generator => "generator",
        }
    }

    /// Its place in [`ErrorClass::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for ErrorClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}
