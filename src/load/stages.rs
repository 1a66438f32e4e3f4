//! A list of ramps and holds.

use super::legs::{Leg, Words, Written, legs};
use super::profile::Shape;
use super::{ProfileError, Stage};
use crate::units::{Rate, Span};
use schemars::JsonSchema;
use serde::Deserialize;

/// Ramps and holds, in order of time.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Stages(
    /// The segments, at least one.
    #[schemars(length(min = 1))]
    pub Vec<Segment>,
);

/// One stage: either a ramp (`to` and `over`) or a `hold` of the rate that the stage before ended with.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Segment {
    /// The rate that a ramp ends with.
    pub to: Option<Rate>,
    /// How long a ramp takes.
    pub over: Option<Span>,
    /// How long the rate is held.
    pub hold: Option<Span>,
    /// The rate that the first stage begins with; zero when left out.
    pub from: Option<Rate>,
    /// The stage's name in gates and reports; `stage-1`, `stage-2`, … when left out.
    pub name: Option<String>,
    /// Whether the stage's requests are kept out of gates and totals.
    pub warmup: bool,
}

impl Shape for Stages {
    fn stages(&self) -> Result<Vec<Stage>, ProfileError> {
        let words = Words { amount: "rate", ramp: "{ to: 100/s, over: 10s }" };
        let legs = legs(self.0.iter().map(Segment::written), words)?;
        let stage =
            |Leg { name, from, to, length, warmup }: Leg<Rate>| Stage { name, from, to, length, warmup };
        Ok(legs.into_iter().map(stage).collect())
    }
}

impl Segment {
    fn written(&self) -> Written<'_, Rate> {
        let Segment { to, over, hold, from, name, warmup } = self;
        Written { to: *to, over: *over, hold: *hold, from: *from, name: name.as_ref(), warmup: *warmup }
    }
}
