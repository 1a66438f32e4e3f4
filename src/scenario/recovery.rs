//! What counts as recovered, as it is written.

use crate::source::Located;
use crate::units::{Ratio, Span};
use schemars::JsonSchema;
use serde::Deserialize;

/// What counts as recovered after a fault.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Recovery")]
pub struct RecoverySpec {
    /// Good again means: good for so long, from 1s to 5m; 5s when left out.
    #[serde(default)]
    pub stable_for: Option<Located<Span>>,
    /// The share of requests that have to be good; 99% when left out.
    #[serde(default)]
    pub good: Option<Located<Ratio>>,
    /// An answer that comes later than this is not good here, and here alone; 1s when left out.
    #[serde(default)]
    pub within: Option<Located<Span>>,
    /// Steady again means: the p95 is at most so much above the one before the fault; 20% when left out.
    #[serde(default)]
    pub steady: Option<Located<Ratio>>,
}
