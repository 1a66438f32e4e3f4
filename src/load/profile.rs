//! What all profiles have in common: they become stages, and the stages stay within bounds.

use super::{Crowd, ProfileError, Stage};
use crate::units::{Rate, Span};
use std::time::Duration;

/// More stages than this are a slip, and no report could show them.
const MAX_STAGES: usize = 1000;

/// The longest run.
const MAX_LENGTH: Duration = Duration::from_hours(366 * 24);

/// The highest rate, the same as a written rate may have; `times` could go beyond it.
const MAX_PER_SECOND: f64 = 10_000_000.0;

/// A profile's own part: its stages, before the checks that hold for every profile.
pub(super) trait Shape {
    /// The stages, in order of time.
    fn stages(&self) -> Result<Vec<Stage>, ProfileError>;

    /// Whether the load ends at the first stage in which a gate breaks.
    fn until_broken(&self) -> bool {
        false
    }

    /// The number of connections of a closed model; `None` for planned arrivals.
    fn connections(&self) -> Option<u32> {
        None
    }

    /// The users of a closed model of users; `None` for all others, and where the stages make no sense.
    fn crowd(&self) -> Option<Crowd> {
        None
    }
}

/// The enum of all profiles, externally tagged so that an error keeps its line, and the way from each to its shape.
macro_rules! profiles {
    ($($(#[$doc:meta])* $name:ident($config:ty)),+ $(,)?) => {
        /// The shape of the load, as a scenario writes it: `peak: { base: 200/s, hold: 2m }`.
        #[derive(Debug, Clone, PartialEq, serde::Deserialize, schemars::JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Profile {
            $($(#[$doc])* $name($config)),+
        }

        impl Profile {
            /// The stages of this profile, in order of time, or why it makes no sense.
            pub fn stages(&self) -> Result<Vec<Stage>, ProfileError> {
                profile::checked(self.shape())
            }

            /// Whether the load ends at the first stage in which a gate breaks.
            pub fn until_broken(&self) -> bool {
                self.shape().until_broken()
            }

            /// The number of connections of a closed model; `None` for planned arrivals.
            pub fn connections(&self) -> Option<u32> {
                self.shape().connections()
            }

            /// The users of a closed model of users; `None` for all others, and where the stages make no sense.
            pub fn crowd(&self) -> Option<Crowd> {
                self.shape().crowd()
            }

            fn shape(&self) -> &dyn profile::Shape {
                match self {
                    $(Profile::$name(config) => config),+
                }
            }
        }
    };
}
pub(super) use profiles;

/// The shape's stages, within the bounds of every profile.
pub(super) fn checked(shape: &dyn Shape) -> Result<Vec<Stage>, ProfileError> {
    let stages = shape.stages()?;
    if stages.len() > MAX_STAGES {
        return Err(ProfileError::whole(
            format!("the profile has {} stages; at most {MAX_STAGES} are allowed", stages.len()),
            "make the steps larger or the list shorter",
        ));
    }
    let total: Duration = stages.iter().map(|stage| stage.length.get()).sum();
    if total > MAX_LENGTH {
        return Err(ProfileError::whole(
            format!("the profile lasts {}; at most 366 days are allowed", Span::new(total)),
            "shorten its stages",
        ));
    }
    let highest = stages.iter().map(Stage::highest).fold(Rate::ZERO, |a, b| if b > a { b } else { a });
    if highest > Rate::per_second(MAX_PER_SECOND) {
        return Err(ProfileError::whole(
            format!("the profile reaches {highest}; at most 10M/s is allowed"),
            "lower the rates or `times`",
        ));
    }
    if highest == Rate::ZERO && shape.connections().is_none() && shape.crowd().is_none() {
        return Err(ProfileError::whole(
            "the rate is zero everywhere, so nothing would arrive",
            "give at least one stage a rate above zero, such as 100/s",
        ));
    }
    if stages.iter().all(|stage| stage.warmup) {
        return Err(ProfileError::whole(
            "every stage is a warm-up, so no request would be judged",
            "leave `warmup` out of at least one stage",
        ));
    }
    Ok(stages)
}

#[cfg(test)]
mod tests {
    use super::super::{Profile, ProfileError};

    fn stages(json: &str) -> Result<String, ProfileError> {
        let profile: Profile = serde_json::from_str(json).unwrap();
        let shown = profile.stages()?.into_iter().map(|stage| {
            let warmup = if stage.warmup { " warm-up" } else { "" };
            format!("{} {}-{} {}{warmup}", stage.name, stage.from, stage.to, stage.length)
        });
        Ok(shown.collect::<Vec<_>>().join(", "))
    }

    #[test]
    fn what_each_profile_means() {
        for (json, meaning) in [
            (
                r#"{ "baseline": { "base": "200/s", "hold": "2m" } }"#,
                "ramp 0/s-200/s 5s warm-up, hold 200/s-200/s 2m",
            ),
            (
                r#"{ "baseline": { "base": "200/s", "hold": "8s" } }"#,
                "ramp 0/s-200/s 2s warm-up, hold 200/s-200/s 8s",
            ),
            (r#"{ "baseline": { "base": "200/s", "ramp": "0s", "hold": "8s" } }"#, "hold 200/s-200/s 8s"),
            (
                r#"{ "peak": { "base": "200/s", "hold": "2m" } }"#,
                "ramp 0/s-400/s 5s warm-up, hold 400/s-400/s 2m",
            ),
            (
                r#"{ "peak": { "base": "200/s", "times": 1.5, "ramp": "1m", "hold": "2m" } }"#,
                "ramp 0/s-300/s 1m warm-up, hold 300/s-300/s 2m",
            ),
            (
                r#"{ "spike": { "base": "10/s" } }"#,
                "base 10/s-10/s 10s, spike 50/s-50/s 5s, after 10/s-10/s 20s",
            ),
            (
                r#"{ "soak": { "base": "50/s", "ramp": "1m", "hold": "8h" } }"#,
                "ramp 0/s-50/s 1m warm-up, hold 50/s-50/s 8h",
            ),
            (
                r#"{ "stress": { "base": "100/s", "step": "100/s", "hold": "30s", "limit": "250/s" } }"#,
                "step-1 100/s-100/s 30s, step-2 200/s-200/s 30s, step-3 250/s-250/s 30s",
            ),
            (
                r#"{ "stress": { "base": "0.1/s", "step": "0.1/s", "hold": "1s", "limit": "0.3/s" } }"#,
                "step-1 6/min-6/min 1s, step-2 12/min-12/min 1s, step-3 18/min-18/min 1s",
            ),
            (
                r#"{ "stages": [{ "to": "9/s", "over": "3s", "warmup": true }, { "hold": "5s", "name": "flat" },
                    { "to": "0/s", "over": "1s" }] }"#,
                "stage-1 0/s-9/s 3s warm-up, flat 9/s-9/s 5s, stage-3 9/s-0/s 1s",
            ),
            (r#"{ "stages": [{ "from": "7/s", "hold": "1s" }] }"#, "stage-1 7/s-7/s 1s"),
        ] {
            assert_eq!(stages(json).unwrap(), meaning, "{json}");
        }
    }

    #[test]
    fn only_stress_ends_when_a_gate_breaks() {
        let profile = |json| serde_json::from_str::<Profile>(json).unwrap();
        let stress = r#"{ "stress": { "base": "1/s", "step": "1/s", "hold": "1s", "limit": "2/s" } }"#;
        assert!(profile(stress).until_broken());
        assert!(!profile(r#"{ "spike": { "base": "1/s" } }"#).until_broken());
    }

    #[test]
    fn what_makes_no_sense_and_in_which_words() {
        for (json, field, words) in [
            (
                r#"{ "baseline": { "base": "0/s", "hold": "1s" } }"#,
                "base",
                "`base` is zero; write a rate such as 100/s",
            ),
            (
                r#"{ "soak": { "base": "1/s", "hold": "0s" } }"#,
                "hold",
                "`hold` has no length; write a length of time such as 30s",
            ),
            (
                r#"{ "soak": { "base": "1/s", "hold": "366d" } }"#,
                "",
                "the profile lasts 8784h5s; at most 366 days are allowed; shorten its stages",
            ),
            (
                r#"{ "peak": { "base": "1/s", "times": 1, "hold": "1s" } }"#,
                "times",
                "`times` is 1, which is not above `base`; write a factor above 1, or use the baseline profile",
            ),
            (
                r#"{ "spike": { "base": "9M/s" } }"#,
                "",
                "the profile reaches 45000000/s; at most 10M/s is allowed; lower the rates or `times`",
            ),
            (
                r#"{ "stress": { "base": "9/s", "step": "1/s", "hold": "1s", "limit": "8/s" } }"#,
                "limit",
                "`limit` (8/s) is below `base` (9/s); write a limit above the base, or lower the base",
            ),
            (
                r#"{ "stress": { "base": "1/s", "step": "0.001/s", "hold": "1s", "limit": "8/s" } }"#,
                "",
                "the profile has 7001 stages; at most 1000 are allowed; make the steps larger or the list shorter",
            ),
            (
                r#"{ "stages": [] }"#,
                "",
                "the list of stages is empty; write for example `- { to: 100/s, over: 10s }`",
            ),
            (
                r#"{ "stages": [{ "hold": "10s" }] }"#,
                "",
                "the rate is zero everywhere, so nothing would arrive; give at least one stage a rate above zero, \
                 such as 100/s",
            ),
            (
                r#"{ "stages": [{ "to": "1/s", "over": "1s", "warmup": true }] }"#,
                "",
                "every stage is a warm-up, so no request would be judged; leave `warmup` out of at least one stage",
            ),
            (
                r#"{ "stages": [{ "to": "1/s" }] }"#,
                "[0]",
                "stage 1 has `to` without `over`; write `{ to: 100/s, over: 10s }` or `{ hold: 30s }`",
            ),
            (
                r#"{ "stages": [{ "to": "1/s", "over": "0s" }] }"#,
                "[0].over",
                "`over` has no length in stage 1; write a length of time such as 30s",
            ),
            (
                r#"{ "stages": [{ "from": "1/s", "hold": "1s" }, { "hold": "1s", "name": "stage-1" }] }"#,
                "[1].name",
                "two stages are named `stage-1`; give each its own name, so that a gate can tell them apart",
            ),
            (
                r#"{ "stages": [{ "from": "1/s", "hold": "1s" }, { "hold": "1s", "from": "2/s" }] }"#,
                "[1].from",
                "stage 2 has a `from`, but only the first stage can; leave it out: a stage begins with the rate \
                 that the one before ended with",
            ),
        ] {
            let error = stages(json).unwrap_err();
            assert_eq!((error.field.as_str(), error.to_string().as_str()), (field, words));
        }
    }

    #[test]
    fn unknown_fields_are_refused() {
        let typo = r#"{ "peak": { "base": "1/s", "hold": "1s", "time": 3 } }"#;
        assert!(
            serde_json::from_str::<Profile>(typo).unwrap_err().to_string().contains("unknown field `time`")
        );
    }
}
