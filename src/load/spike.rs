//! A sudden crowd.

use super::error::{a_raise, some_rate, some_time};
use super::profile::Shape;
use super::{ProfileError, Stage};
use crate::units::{Rate, Span};
use schemars::JsonSchema;
use serde::Deserialize;
use std::time::Duration;

/// The normal rate (stage `base`), a jump to `times` × `base` (stage `spike`), and the normal rate again (stage
/// `after`). The jumps take no time: a crowd does not queue up to come.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spike {
    /// The normal rate of arrivals.
    pub base: Rate,
    /// How many times the normal rate the spike is; 5 when left out.
    #[serde(default = "five_times")]
    pub times: f64,
    /// How long the normal rate lasts before the spike; 10s when left out.
    #[serde(default = "before")]
    pub before: Span,
    /// How long the spike lasts; 5s when left out.
    #[serde(default = "hold")]
    pub hold: Span,
    /// How long the normal rate lasts after the spike; 20s when left out.
    #[serde(default = "after")]
    pub after: Span,
}

fn five_times() -> f64 {
    5.0
}

fn before() -> Span {
    Span::new(Duration::from_secs(10))
}

fn hold() -> Span {
    Span::new(Duration::from_secs(5))
}

fn after() -> Span {
    Span::new(Duration::from_secs(20))
}

impl Shape for Spike {
    fn stages(&self) -> Result<Vec<Stage>, ProfileError> {
        some_rate("base", self.base)?;
        a_raise(self.times)?;
        some_time("before", self.before)?;
        some_time("hold", self.hold)?;
        some_time("after", self.after)?;
        Ok(vec![
            Stage::hold("base", self.base, self.before),
            Stage::hold("spike", self.base.times(self.times), self.hold),
            Stage::hold("after", self.base, self.after),
        ])
    }
}
