//! What is expected of events, as it is written.

use crate::journey::{JsonExpect, Pairs, TextExpect};
use crate::source::Located;
use crate::units::Span;
use schemars::JsonSchema;
use serde::Deserialize;

/// What the events of a stream, or the messages of a WebSocket, must be like.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "Events")]
pub struct EventsExpect {
    /// So many must come at least.
    pub at_least: Option<Located<u32>>,
    /// So many may come at most.
    pub at_most: Option<Located<u32>>,
    /// How soon the first one must come after the request was sent.
    pub first_event: Option<Located<Span>>,
    /// How far one may be behind the one before it.
    pub gap: Option<Located<Span>>,
    /// What ends the step before the stream's own end.
    pub until: Option<Located<UntilExpect>>,
}

/// What ends the step: the first event for which all of `event`, `data` and `json` hold that are given, or `count`
/// events.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "Until")]
pub struct UntilExpect {
    /// The event's name; it is `message` where the stream names none.
    pub event: Option<Located<String>>,
    /// The event's data: a text that must be equal, or a condition.
    pub data: Option<Located<TextExpect>>,
    /// Values in the event's JSON, by JSONPath (RFC 9535).
    pub json: Pairs<Located<JsonExpect>>,
    /// So many events, whatever they are.
    pub count: Option<Located<u32>>,
}
