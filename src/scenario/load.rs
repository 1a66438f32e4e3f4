//! The load as it is written.

use crate::journey::JourneySpec;
use crate::load::Profile;
use crate::source::Located;
use crate::units::{Ratio, Span};
use schemars::JsonSchema;
use serde::Deserialize;

// What is required is optional here and asked for after decoding, so that its absence hides no other mistake.
/// The load: how much, of what, and over which connections.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "Connections")]
pub struct ConnectionsSpec {
    /// A connection is closed when it is older than this.
    pub max_age: Option<Located<Span>>,
    /// The share of requests that go over a connection of their own.
    pub fresh: Option<Located<Ratio>>,
    /// Whether connections are used again at all.
    pub keep_alive: bool,
}

impl LoadSpec {
    /// The journeys that could be read.
    pub fn journeys(&self) -> &[Located<JourneySpec>] {
        self.journeys.as_ref().map_or(&[], |journeys| &journeys.value)
    }
}

impl Default for ConnectionsSpec {
    fn default() -> ConnectionsSpec {
        ConnectionsSpec { max_age: None, fresh: None, keep_alive: true }
    }
}
