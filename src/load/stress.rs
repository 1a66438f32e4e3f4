//! The breaking point.

use super::error::{some_rate, some_time};
use super::profile::Shape;
use super::{ProfileError, Stage};
use crate::units::{Rate, Span};
use schemars::JsonSchema;
use serde::Deserialize;

/// Hold `base`, then `step` more, and so on (stages `step-1`, `step-2`, …) until a gate breaks or `limit` is reached.
/// The last step is held at `limit` itself.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stress {
    /// The rate of the first step.
    pub base: Rate,
    /// How much each step adds.
    pub step: Rate,
    /// How long each step is held.
    pub hold: Span,
    /// The rate of the last step.
    pub limit: Rate,
}

/// A little less than one step: what is left by the rounding of fractions is no step of its own.
const ALMOST: f64 = 1e-9;

impl Shape for Stress {
    fn stages(&self) -> Result<Vec<Stage>, ProfileError> {
        some_rate("base", self.base)?;
        some_rate("step", self.step)?;
        some_time("hold", self.hold)?;
        if self.limit < self.base {
            return Err(ProfileError::at(
                "limit",
                format!("`limit` ({}) is below `base` ({})", self.limit, self.base),
                "write a limit above the base, or lower the base",
            ));
        }
        let (base, step) = (self.base.as_per_second(), self.step.as_per_second());
        let raises = ((self.limit.as_per_second() - base) / step - ALMOST).ceil().max(0.0);
        // One beyond what any profile may have is enough for the common check to refuse it.
        let raises = raises.min(f64::from(u16::MAX)) as u16;
        Ok((0..=raises)
            .map(|n| {
                let rate = Rate::per_second(base + f64::from(n) * step);
                let rate = if n == raises { self.limit } else { rate };
                Stage::hold(format!("step-{}", n + 1), rate, self.hold)
            })
            .collect())
    }

    fn until_broken(&self) -> bool {
        true
    }
}
