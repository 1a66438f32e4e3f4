//! So many users, each of whom waits for its answer and thinks before it goes on: a closed model.

use super::error::some_time;
use super::legs::{Leg, Words, Written, legs};
use super::profile::Shape;
use super::stage::ramp_of;
use super::{Crowd, ProfileError, Stage};
use crate::units::{Rate, Span};
use schemars::JsonSchema;
use serde::Deserialize;

/// More users than one machine can be.
const MOST: u32 = 100_000;

/// So many users, each with a connection and cookies of its own, who go through one journey after the other: either
/// `count` and `hold`, or `stages`. A slow target is asked less, so response times must not be compared with those of
/// arrivals.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Users {
    /// How many users.
    #[schemars(range(min = 1, max = 100_000))]
    pub count: Option<u32>,
    /// In what time they come, one after the other; 5s or a quarter of `hold` when left out, the shorter one.
    pub ramp: Option<Span>,
    /// How long all of them are there.
    pub hold: Option<Span>,
    /// Ramps and holds instead, in order of time.
    pub stages: Option<Vec<UsersStage>>,
}

/// One stage: either a ramp (`to` and `over`) or a `hold` of the users that the stage before ended with.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct UsersStage {
    /// With how many users a ramp ends.
    pub to: Option<u32>,
    /// How long a ramp takes.
    pub over: Option<Span>,
    /// How long the users stay.
    pub hold: Option<Span>,
    /// With how many users the first stage begins; none when left out.
    pub from: Option<u32>,
    /// The stage's name in gates and reports; `stage-1`, `stage-2`, … when left out.
    pub name: Option<String>,
    /// Whether the stage's requests are kept out of gates and totals.
    pub warmup: bool,
}

impl Shape for Users {
    fn stages(&self) -> Result<Vec<Stage>, ProfileError> {
        // Nothing is planned but users: what they send is for the target to say.
        let stage = |leg: Leg<u32>| Stage {
            name: leg.name,
            from: Rate::ZERO,
            to: Rate::ZERO,
            length: leg.length,
            warmup: leg.warmup,
        };
        Ok(self.legs()?.into_iter().map(stage).collect())
    }

    fn crowd(&self) -> Option<Crowd> {
        self.legs().ok().map(|legs| Crowd::new(&legs))
    }
}

impl Users {
    fn legs(&self) -> Result<Vec<Leg<u32>>, ProfileError> {
        let legs = match (&self.stages, self.count, self.hold) {
            (Some(stages), None, None) if self.ramp.is_none() => {
                let words = Words { amount: "users", ramp: "{ to: 50, over: 30s }" };
                legs(stages.iter().map(UsersStage::written), words)?
            }
            (Some(_), ..) => {
                return Err(ProfileError::at(
                    "stages",
                    "`stages` stands beside `count`, `ramp` or `hold`",
                    "write either `count` and `hold`, or `stages`",
                ));
            }
            (None, Some(count), Some(hold)) => self.ramp_and_hold(count, hold)?,
            (None, count, _) => {
                let missing = if count.is_none() { "count" } else { "hold" };
                return Err(ProfileError::whole(
                    format!("`users` has no `{missing}`"),
                    "write for example `{ count: 200, ramp: 30s, hold: 2m }`, or `stages`",
                ));
            }
        };
        let most = legs.iter().map(|leg| leg.from.max(leg.to)).max().unwrap_or(0);
        match most {
            0 => Err(ProfileError::whole("there is never a user", "write at least 1")),
            1..=MOST => Ok(legs),
            _ => Err(ProfileError::whole(
                format!("there are {most} users; at most {MOST} are allowed"),
                "use fewer, or a profile of arrivals, which needs no state for each customer",
            )),
        }
    }

    fn ramp_and_hold(&self, count: u32, hold: Span) -> Result<Vec<Leg<u32>>, ProfileError> {
        some_time("hold", hold)?;
        let mut legs =
            vec![Leg { name: "hold".to_owned(), from: count, to: count, length: hold, warmup: false }];
        if let Some(length) = ramp_of(self.ramp, hold) {
            let up = Leg { name: "ramp".to_owned(), from: 0, to: count, length, warmup: true };
            legs.insert(0, up);
        }
        Ok(legs)
    }
}

impl UsersStage {
    fn written(&self) -> Written<'_, u32> {
        let UsersStage { to, over, hold, from, name, warmup } = self;
        Written { to: *to, over: *over, hold: *hold, from: *from, name: name.as_ref(), warmup: *warmup }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Profile;

    fn profile(json: &str) -> Profile {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn what_users_mean() {
        for (json, meaning) in [
            (r#"{ "users": { "count": 8, "hold": "2m" } }"#, "ramp 0-8 5s warm-up, hold 8-8 2m"),
            (
                r#"{ "users": { "count": 8, "ramp": "30s", "hold": "2m" } }"#,
                "ramp 0-8 30s warm-up, hold 8-8 2m",
            ),
            (r#"{ "users": { "count": 8, "ramp": "0s", "hold": "2m" } }"#, "hold 8-8 2m"),
            (
                r#"{ "users": { "stages": [{ "from": 2, "to": 50, "over": "500ms" }, { "hold": "2m", "name": "full" },
                    { "to": 0, "over": "1s" }] } }"#,
                "stage-1 2-50 500ms, full 50-50 2m, stage-3 50-0 1s",
            ),
        ] {
            let profile = profile(json);
            let (stages, crowd) = (profile.stages().unwrap(), profile.crowd().unwrap());
            let shown = stages.iter().zip(crowd.stages()).map(|(stage, (from, to))| {
                let warmup = if stage.warmup { " warm-up" } else { "" };
                format!("{} {from}-{to} {}{warmup}", stage.name, stage.length)
            });
            assert_eq!(shown.collect::<Vec<_>>().join(", "), meaning, "{json}");
        }
        assert!(profile(r#"{ "max": { "connections": 1, "hold": "1s" } }"#).crowd().is_none());
    }

    #[test]
    fn what_makes_no_sense_and_in_which_words() {
        let example = "write for example `{ count: 200, ramp: 30s, hold: 2m }`, or `stages`";
        for (users, words) in [
            ("{}", format!("`users` has no `count`; {example}")),
            (r#"{ "count": 8 }"#, format!("`users` has no `hold`; {example}")),
            (r#"{ "count": 0, "hold": "1s" }"#, "there is never a user; write at least 1".to_owned()),
            (
                r#"{ "count": 200000, "hold": "1s" }"#,
                "there are 200000 users; at most 100000 are allowed; use fewer, or a profile of arrivals, which needs \
                 no state for each customer"
                    .to_owned(),
            ),
            (
                r#"{ "count": 1, "stages": [{ "hold": "1s" }] }"#,
                "`stages` stands beside `count`, `ramp` or `hold`; write either `count` and `hold`, or `stages`"
                    .to_owned(),
            ),
            (
                r#"{ "stages": [{ "to": 1 }] }"#,
                "stage 1 has `to` without `over`; write `{ to: 50, over: 30s }` or `{ hold: 30s }`".to_owned(),
            ),
            (
                r#"{ "stages": [{ "to": 1, "over": "1s" }, { "from": 1, "hold": "1s" }] }"#,
                "stage 2 has a `from`, but only the first stage can; leave it out: a stage begins with the users \
                 that the one before ended with"
                    .to_owned(),
            ),
        ] {
            let error = profile(&format!(r#"{{ "users": {users} }}"#)).stages().unwrap_err();
            assert_eq!(error.to_string(), words, "{users}");
        }
    }
}
