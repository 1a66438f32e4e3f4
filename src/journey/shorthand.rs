//! Parts of a step that are a bare text when short and a map when long.

use crate::source::Located;
use crate::units::Span;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{self, Deserializer, MapAccess, Visitor};
use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

/// A condition on a text; a bare text must be equal.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TextExpect {
    /// Equal to this text.
    pub equals: Option<Located<String>>,
    /// Holds this text.
    pub contains: Option<Located<String>>,
    /// Matches this regular expression somewhere.
    pub matches: Option<Located<String>>,
    /// There at all, or not.
    pub exists: Option<bool>,
}

/// Where a captured value comes from; a bare text is a JSONPath.
#[derive(Debug, Clone, PartialEq)]
pub enum Capture {
    /// The first value that a JSONPath finds in the body.
    Json(Located<String>),
    /// A response header.
    Header(Located<String>),
    /// The first group of a regular expression on the body, or all of the match when it has none.
    Regex(Located<String>),
}

/// A pause: one length, or any between two by the run's seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Think {
    /// The shortest pause.
    pub from: Span,
    /// The longest pause.
    pub to: Span,
}

impl Think {
    /// The pause at a share between 0, the shortest, and 1, the longest.
    pub fn length(self, share: f64) -> Duration {
        self.from.get() + self.to.get().saturating_sub(self.from.get()).mul_f64(share)
    }
}

#[derive(Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields, default, rename = "TextExpect")]
struct TextConditions {
    /// Equal to this text.
    equals: Option<Located<String>>,
    /// Holds this text.
    contains: Option<Located<String>>,
    /// Matches this regular expression somewhere.
    matches: Option<Located<String>>,
    /// There at all, or not.
    exists: Option<bool>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", rename = "Capture")]
enum CaptureKind {
    /// The first value that a JSONPath finds in the body.
    Json(Located<String>),
    /// A response header.
    Header(Located<String>),
    /// The first group of a regular expression on the body.
    Regex(Located<String>),
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "Think")]
struct Between {
    /// The shortest pause.
    from: Span,
    /// The longest pause.
    to: Span,
}

/// The visitor of a type that is written short as a text or long as a map.
macro_rules! text_or_map {
    ($type:ident, $long:ident, $expecting:literal, $short:expr, $from_long:expr) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                struct Written;
                impl<'de> Visitor<'de> for Written {
                    type Value = $type;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($expecting)
                    }

                    fn visit_str<E: de::Error>(self, text: &str) -> Result<$type, E> {
                        let short: fn(&str) -> Result<$type, E> = $short;
                        short(text)
                    }

                    fn visit_u64<E: de::Error>(self, number: u64) -> Result<$type, E> {
                        self.visit_str(&number.to_string())
                    }

                    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<$type, A::Error> {
                        let long: fn($long) -> Result<$type, A::Error> = $from_long;
                        $long::deserialize(MapAccessDeserializer::new(map)).and_then(long)
                    }
                }
                from.deserialize_any(Written)
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                let long = $long::json_schema(generator);
                json_schema!({ "anyOf": [{ "type": "string" }, long] })
            }
        }
    };
}

/// A text without a place of its own: the place of the whole value stands in the `Located` around it.
fn unplaced(text: &str) -> Located<String> {
    Located { value: text.to_owned(), ..Located::default() }
}

text_or_map!(
    TextExpect,
    TextConditions,
    "a text, or a map of conditions",
    |text| Ok(TextExpect { equals: Some(unplaced(text)), ..TextExpect::default() }),
    |long| Ok(TextExpect {
        equals: long.equals,
        contains: long.contains,
        matches: long.matches,
        exists: long.exists
    })
);
text_or_map!(
    Capture,
    CaptureKind,
    "a JSONPath, or one of json, header and regex",
    |text| Ok(Capture::Json(unplaced(text))),
    |long| Ok(match long {
        CaptureKind::Json(path) => Capture::Json(path),
        CaptureKind::Header(name) => Capture::Header(name),
        CaptureKind::Regex(pattern) => Capture::Regex(pattern),
    })
);
text_or_map!(
    Think,
    Between,
    "a length of time, or a map with `from` and `to`",
    |text| Span::deserialize(StrDeserializer::new(text)).map(|span| Think { from: span, to: span }),
    |long| if long.from <= long.to {
        Ok(Think { from: long.from, to: long.to })
    } else {
        Err(de::Error::custom("`from` must not be longer than `to`"))
    }
);
