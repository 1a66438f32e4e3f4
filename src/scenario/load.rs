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
#[serde(deny_unknown_fields)]
#[schemars(rename = "Load")]
pub struct LoadSpec {
    /// The shape of the load over time.
    #[schemars(required)]
    pub profile: Option<Located<Profile>>,
    /// Whether arrivals come at random, as a crowd does, instead of evenly; the run's seed decides.
    #[serde(default)]
    pub poisson: bool,
    /// A stage at the profile's first rate before it, kept out of gates and totals.
    #[serde(default)]
    pub warmup: Option<Located<Span>>,
    /// What an arrival does: one of these, by weight.
    #[schemars(required)]
    pub journeys: Option<Located<Vec<Located<JourneySpec>>>>,
    /// When connections are renewed, and how much each carries.
    #[serde(default)]
    pub connections: ConnectionsSpec,
    /// How many requests may be in flight; an arrival beyond it is dropped and counted. 10000 when left out.
    #[serde(default)]
    pub max_in_flight: Option<Located<u32>>,
    /// How long an answer may take where its step does not say; 30s when left out.
    #[serde(default)]
    pub timeout: Option<Located<Span>>,
    /// The share of the measured seconds that the generator may spoil in a run that passes all the same, at most 10%; none
    /// when left out.
    #[serde(default)]
    pub untrusted: Option<Located<Ratio>>,
    /// How many worker threads drive the load; one for each core when left out.
    #[serde(default)]
    pub workers: Option<Located<u16>>,
}

/// When connections are renewed, and how much each carries. Kept connections stay with the pods they began with, and
/// hide a rollout.
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
    /// How many requests a connection carries at once; 1 when left out. More than 1 needs HTTP/2.
    pub streams: Option<Located<u32>>,
}

impl LoadSpec {
    /// The journeys that could be read.
    pub fn journeys(&self) -> &[Located<JourneySpec>] {
        self.journeys.as_ref().map_or(&[], |journeys| &journeys.value)
    }
}

impl Default for ConnectionsSpec {
    fn default() -> ConnectionsSpec {
        ConnectionsSpec { max_age: None, fresh: None, keep_alive: true, streams: None }
    }
}
