//! A list of ramps and holds.

use super::error::some_time;
use super::profile::Shape;
use super::{ProfileError, Stage};
use crate::units::{Rate, Span};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::HashSet;

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
        let Some(first) = self.0.first() else {
            return Err(ProfileError::whole(
                "the list of stages is empty",
                "write for example `- { to: 100/s, over: 10s }`",
            ));
        };
        let mut rate = first.from.unwrap_or_default();
        let (mut stages, mut names) = (Vec::with_capacity(self.0.len()), HashSet::new());
        for (place, segment) in self.0.iter().enumerate() {
            if place > 0 && segment.from.is_some() {
                return Err(ProfileError::at(
                    format!("[{place}].from"),
                    format!("stage {} has a `from`, but only the first stage can", place + 1),
                    "leave it out: a stage begins with the rate that the one before ended with",
                ));
            }
            let stage = segment.stage(place, rate)?;
            if stage.name.trim().is_empty() {
                return Err(ProfileError::at(
                    format!("[{place}].name"),
                    format!("the `name` of stage {} is empty", place + 1),
                    "write a name, or leave it out",
                ));
            }
            if !names.insert(stage.name.clone()) {
                return Err(ProfileError::at(
                    format!("[{place}].name"),
                    format!("two stages are named `{}`", stage.name),
                    "give each its own name, so that a gate can tell them apart",
                ));
            }
            rate = stage.to;
            stages.push(stage);
        }
        Ok(stages)
    }
}

impl Segment {
    /// The stage of this segment at its `place` in the list, beginning with the rate `from`.
    fn stage(&self, place: usize, from: Rate) -> Result<Stage, ProfileError> {
        let number = place + 1;
        let (to, field, length) = match (self.to, self.over, self.hold) {
            (Some(to), Some(over), None) => (to, "over", over),
            (None, None, Some(hold)) => (from, "hold", hold),
            (Some(_), None, None) => return Err(incomplete(number, "has `to` without `over`")),
            (None, Some(_), None) => return Err(incomplete(number, "has `over` without `to`")),
            (None, None, None) => return Err(incomplete(number, "has neither `to` and `over` nor `hold`")),
            (_, _, Some(_)) => return Err(incomplete(number, "has both a ramp and a `hold`")),
        };
        some_time(field, length).map_err(|error| ProfileError {
            field: format!("[{place}].{field}"),
            message: format!("{} in stage {number}", error.message),
            ..error
        })?;
        let name = self.name.clone().unwrap_or_else(|| format!("stage-{number}"));
        Ok(Stage { name, from, to, length, warmup: self.warmup })
    }
}

fn incomplete(number: usize, what: &str) -> ProfileError {
    ProfileError::at(
        format!("[{}]", number - 1),
        format!("stage {number} {what}"),
        "write `{ to: 100/s, over: 10s }` or `{ hold: 30s }`",
    )
}
