//! Normal load for a long time.

use super::error::some_rate;
use super::profile::Shape;
use super::stage::ramp_and_hold;
use super::{ProfileError, Stage};
use crate::units::{Rate, Span};
use schemars::JsonSchema;
use serde::Deserialize;

/// Ramp up to `base` (stage `ramp`, a warm-up), then hold it for hours (stage `hold`): leaks and drift show.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Soak {
    /// The normal rate of arrivals.
    pub base: Rate,
    /// How long the warm-up takes; 5s or a quarter of `hold` when left out, whichever is shorter; 0s for none.
    #[serde(default)]
    pub ramp: Option<Span>,
    /// How long the rate is held, for instance 8h.
    pub hold: Span,
}

impl Shape for Soak {
    fn stages(&self) -> Result<Vec<Stage>, ProfileError> {
        some_rate("base", self.base)?;
        ramp_and_hold(self.base, self.ramp, self.hold)
    }
}
