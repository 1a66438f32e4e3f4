//! What a step expects of its answer, as it is written in a scenario.

use super::grpc::GrpcStatus;
use super::{Json, OneOrMore, Pairs, TextExpect};
use crate::source::{Located, nearest};
use crate::units::Bytes;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};
use std::borrow::Cow;
use std::fmt;

/// What an answer must be. All of it must hold.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Expect {
    /// One status or class, or a list: `200`, `2xx`, `[200, 404]`; of a call of gRPC a name: `NOT_FOUND`.
    pub status: Option<Located<OneOrMore<StatusExpect>>>,
    /// Headers by name: a text that must be equal, or a condition.
    pub headers: Pairs<Located<TextExpect>>,
    /// The body as text.
    pub body: Option<Located<BodyExpect>>,
    /// Values in a JSON body, by JSONPath (RFC 9535).
    pub json: Pairs<Located<JsonExpect>>,
    /// The longest body that is accepted.
    pub max_body: Option<Located<Bytes>>,
}

/// A status code or a class of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusExpect {
    /// Exactly this code.
    Code(u16),
    /// `2xx`: any code of this hundred.
    Class(u16),
    /// How a call of gRPC ends.
    Grpc(GrpcStatus),
}

impl StatusExpect {
    /// Whether a code of HTTP is what is expected.
    pub fn accepts(self, code: u16) -> bool {
        match self {
            StatusExpect::Code(wanted) => wanted == code,
            StatusExpect::Class(hundred) => code / 100 == hundred,
            StatusExpect::Grpc(_) => false,
        }
    }
}

impl fmt::Display for StatusExpect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StatusExpect::Code(code) => write!(f, "{code}"),
            StatusExpect::Class(hundred) => write!(f, "{hundred}xx"),
            StatusExpect::Grpc(status) => write!(f, "{status}"),
        }
    }
}

impl<'de> Deserialize<'de> for StatusExpect {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Written;
        impl Visitor<'_> for Written {
            type Value = StatusExpect;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a status such as 200 or 2xx")
            }

            fn visit_u64<E: de::Error>(self, code: u64) -> Result<StatusExpect, E> {
                match u16::try_from(code) {
                    Ok(code @ 100..=599) => Ok(StatusExpect::Code(code)),
                    _ => Err(E::custom(format!(
                        "`{code}` is not an HTTP status; write 100 to 599, or a class such as 2xx"
                    ))),
                }
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<StatusExpect, E> {
                match text.as_bytes() {
                    [hundred @ b'1'..=b'5', b'x' | b'X', b'x' | b'X'] => {
                        Ok(StatusExpect::Class(u16::from(hundred - b'0')))
                    }
                    [first, ..] if first.is_ascii_alphabetic() => GrpcStatus::named(text)
                        .map(StatusExpect::Grpc)
                        .ok_or_else(|| E::custom(no_name(text))),
                    _ => match text.parse() {
                        Ok(code) => self.visit_u64(code),
                        Err(_) => Err(E::custom(format!(
                            "`{text}` is not an HTTP status; write 100 to 599, or a class such as 2xx"
                        ))),
                    },
                }
            }
        }
        from.deserialize_any(Written)
    }
}

/// What is wrong with a word that names no status.
fn no_name(text: &str) -> String {
    let name = nearest(text, GrpcStatus::names()).unwrap_or("a name such as NOT_FOUND");
    format!("`{text}` is not a status; write 100 to 599, a class such as 2xx, or for a call of gRPC {name}")
}

impl JsonSchema for StatusExpect {
    fn schema_name() -> Cow<'static, str> {
        "Status".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "a status such as 200, a class such as 2xx, or for a call of gRPC a name such as NOT_FOUND",
            "anyOf": [
                { "type": "integer", "minimum": 100, "maximum": 599 },
                { "type": "string", "pattern": "^[1-5][xX][xX]$|^[1-5][0-9][0-9]$" },
                { "type": "string", "enum": GrpcStatus::names().collect::<Vec<_>>() },
            ]
        })
    }
}

/// A condition on a body.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BodyExpect {
    /// Equal to this text.
    pub equals: Option<Located<String>>,
    /// Holds this text.
    pub contains: Option<Located<String>>,
    /// Matches this regular expression somewhere.
    pub matches: Option<Located<String>>,
}

/// A condition on a value in a JSON body. All of it must hold, for every value that the path finds; `exists: false`
/// wants none.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct JsonExpect {
    /// There at all, or not.
    pub exists: Option<bool>,
    /// Equal to this value.
    pub equals: Option<Json>,
    /// A text that holds this text, or a list that holds this value.
    pub contains: Option<Json>,
    /// A text that matches this regular expression somewhere.
    pub matches: Option<Located<String>>,
    /// A number above this.
    pub greater: Option<f64>,
    /// A number of at least this.
    pub at_least: Option<f64>,
    /// A number below this.
    pub less: Option<f64>,
    /// A number of at most this.
    pub at_most: Option<f64>,
    /// How long a text, list or map is.
    pub length: Option<u64>,
}
