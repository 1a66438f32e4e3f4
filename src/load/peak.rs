//! The expected maximum.

use super::error::{a_raise, some_rate};
use super::profile::Shape;
use super::stage::ramp_and_hold;
use super::{ProfileError, Stage};
use crate::units::{Rate, Span};
use schemars::JsonSchema;
use serde::Deserialize;

/// Ramp up to `times` × `base` (stage `ramp`, a warm-up), then hold it (stage `hold`).
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Peak {
    /// The normal rate of arrivals.
    pub base: Rate,
    /// How many times the normal rate the peak is; 2 when left out.
    #[serde(default = "twice")]
    pub times: f64,
    /// How long the warm-up takes; 5s or a quarter of `hold` when left out, whichever is shorter; 0s for none.
    #[serde(default)]
    pub ramp: Option<Span>,
    /// How long the peak is held.
    pub hold: Span,
}

fn twice() -> f64 {
    2.0
}

impl Shape for Peak {
    fn stages(&self) -> Result<Vec<Stage>, ProfileError> {
        some_rate("base", self.base)?;
        a_raise(self.times)?;
        ramp_and_hold(self.base.times(self.times), self.ramp, self.hold)
    }
}
