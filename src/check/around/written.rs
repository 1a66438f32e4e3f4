//! `retry` and `eventually` as they are written: short as a number or a length of time, long as a map.

use super::Patience;
use crate::source::{Located, Problem};
use crate::units::Span;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, DeserializeOwned, Deserializer, MapAccess, Visitor};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

/// The pause between two attempts of `retry` that does not say.
const RETRY_EVERY: Duration = Duration::from_secs(1);
/// The same of `eventually`.
const POLL_EVERY: Duration = Duration::from_secs(2);
/// More often is a slip of the keyboard.
const MOST_RETRIES: u32 = 1_000;

/// `retry: 3`, or a map.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LongRetry {
    /// How often it is asked again after a failure.
    times: u32,
    /// The pause before each; 1s when left out.
    every: Option<Span>,
}

/// `eventually: 60s`, or a map.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LongEventually {
    /// For how long.
    within: Span,
    /// From one attempt to the next; 2s when left out.
    every: Option<Span>,
}

/// How often a check is asked again: a number, or a map with `times` and `every`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retry {
    times: u32,
    every: Duration,
}

/// For how long a check may come right: a length of time, or a map with `within` and `every`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Eventually {
    within: Duration,
    every: Duration,
}

/// A setting with a short and a long form.
trait TwoForms: Sized {
    type Long: DeserializeOwned + JsonSchema;
    const NAME: &'static str;
    const EXPECTING: &'static str;
    fn short(text: &str) -> Result<Self, String>;
    fn short_schema(generator: &mut SchemaGenerator) -> Schema;
    fn long(long: Self::Long) -> Self;
}

impl TwoForms for Retry {
    type Long = LongRetry;
    const NAME: &'static str = "Retry";
    const EXPECTING: &'static str = "how often, such as 3, or a map with `times` and `every`";

    fn short(text: &str) -> Result<Retry, String> {
        let times =
            text.parse().map_err(|_| format!("`{text}` is not a number of times; write for example 3"))?;
        Ok(Retry { times, every: RETRY_EVERY })
    }

    fn short_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 1 })
    }

    fn long(long: LongRetry) -> Retry {
        Retry { times: long.times, every: long.every.map_or(RETRY_EVERY, Span::get) }
    }
}

impl TwoForms for Eventually {
    type Long = LongEventually;
    const NAME: &'static str = "Eventually";
    const EXPECTING: &'static str = "a length of time such as 60s, or a map with `within` and `every`";

    fn short(text: &str) -> Result<Eventually, String> {
        let within: Span = text.parse().map_err(|error: crate::units::UnitError| error.to_string())?;
        Ok(Eventually { within: within.get(), every: POLL_EVERY })
    }

    fn short_schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<Span>()
    }

    fn long(long: LongEventually) -> Eventually {
        Eventually { within: long.within.get(), every: long.every.map_or(POLL_EVERY, Span::get) }
    }
}

struct Written<T>(PhantomData<T>);

impl<'de, T: TwoForms> Visitor<'de> for Written<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTING)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        T::short(text).map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::Long::deserialize(MapAccessDeserializer::new(map)).map(T::long)
    }
}

/// Reads and describes a setting with two forms.
macro_rules! two_forms {
    ($($type:ident)*) => {$(
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<$type, D::Error> {
                from.deserialize_any(Written(PhantomData))
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $type::NAME.into()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                let short = $type::short_schema(generator);
                let long = <$type as TwoForms>::Long::json_schema(generator);
                json_schema!({ "description": $type::EXPECTING, "anyOf": [short, long] })
            }
        }
    )*};
}
two_forms!(Retry Eventually);

/// The patience that was written; what is wrong with it goes to `problems`.
pub fn patience(
    retry: Option<&Located<Retry>>,
    eventually: Option<&Located<Eventually>>,
    problems: &mut Vec<Problem>,
) -> Patience {
    let mut wrong = |mark, message: &str, help: &str| problems.push(Problem::at(mark, message).help(help));
    if let (Some(_), Some(second)) = (retry, eventually) {
        wrong(second.mark, "`retry` and `eventually` are two ways to be patient", "keep one of them");
    }
    if let Some(wait) = eventually {
        if wait.within.is_zero() {
            wrong(wait.mark, "no time to come right", "write for example 60s, or leave `eventually` out");
        } else if wait.every.is_zero() {
            wrong(wait.mark, "a check that never rests is load", "write `every: 2s`, or leave `every` out");
        }
        return Patience::Eventually { within: wait.within, every: wait.every };
    }
    let Some(retry) = retry else { return Patience::Once };
    if !(1..=MOST_RETRIES).contains(&retry.times) {
        wrong(retry.mark, "`retry` goes from 1 to 1000 times", "write for example 3, or leave `retry` out");
    }
    Patience::Retry { times: retry.times, every: retry.every }
}
