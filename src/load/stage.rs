//! One stretch of the load in which the rate changes evenly.

use super::ProfileError;
use super::error::some_time;
use crate::units::{Rate, Span};
use std::time::Duration;

/// The ramp of a profile that gives none, unless a quarter of its hold is shorter.
const RAMP: Duration = Duration::from_secs(5);

/// A stretch of the load: the rate goes evenly from `from` to `to` within `length`.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// Its name; gates use it: `p99 <= 250ms stage hold`.
    pub name: String,
    /// The rate at its beginning.
    pub from: Rate,
    /// The rate at its end.
    pub to: Rate,
    /// How long it lasts.
    pub length: Span,
    /// Whether its requests are kept out of gates and totals.
    pub warmup: bool,
}

impl Stage {
    /// A stage at one rate, which counts.
    pub(super) fn hold(name: impl Into<String>, rate: Rate, length: Span) -> Stage {
        Stage { name: name.into(), from: rate, to: rate, length, warmup: false }
    }

    /// The highest rate within it.
    pub fn highest(&self) -> Rate {
        if self.from > self.to { self.from } else { self.to }
    }
}

/// A warm-up ramp from nothing to `rate`, then the hold. A ramp of `0s` is left out.
pub(super) fn ramp_and_hold(rate: Rate, ramp: Option<Span>, hold: Span) -> Result<Vec<Stage>, ProfileError> {
    some_time("hold", hold)?;
    let mut stages = vec![Stage::hold("hold", rate, hold)];
    if let Some(length) = ramp_of(ramp, hold) {
        let up = Stage { name: "ramp".to_owned(), from: Rate::ZERO, to: rate, length, warmup: true };
        stages.insert(0, up);
    }
    Ok(stages)
}

/// The length of the ramp before a hold, where there is one.
pub(super) fn ramp_of(ramp: Option<Span>, hold: Span) -> Option<Span> {
    let ramp = ramp.unwrap_or_else(|| Span::new(RAMP.min(hold.get() / 4)));
    (ramp.get().as_micros() > 0).then_some(ramp)
}
