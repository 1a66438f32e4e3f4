//! A gate as it is written in a scenario.

use crate::source::Located;
use crate::verdict::Severity;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// A gate: a text such as `p99 <= 250ms`, or a map with `gate` and `severity`. Only its form; the text is read by
/// [`Gate::parse`](super::Gate::parse), so that a mistake in it is found with all others.
#[derive(Debug, Clone, PartialEq)]
pub struct GateSpec {
    /// The gate's text. The short form has no place of its own: the place of the whole stands in the [`Located`]
    /// around it.
    pub gate: Located<String>,
    /// What it costs when it is broken.
    pub severity: Severity,
}

/// The long form.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "Gate")]
struct Long {
    /// The objective, such as `p99(browse) <= 250ms stage hold`.
    gate: Located<String>,
    /// `fail`, or `warn` for a gate that must not fail the run; `fail` when left out.
    #[serde(default)]
    severity: Severity,
}

impl<'de> Deserialize<'de> for GateSpec {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Written;
        impl<'de> Visitor<'de> for Written {
            type Value = GateSpec;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a gate such as `p99 <= 250ms`, or a map with `gate` and `severity`")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<GateSpec, E> {
                let gate = Located { value: text.to_owned(), ..Located::default() };
                Ok(GateSpec { gate, severity: Severity::default() })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<GateSpec, A::Error> {
                let long = Long::deserialize(MapAccessDeserializer::new(map))?;
                Ok(GateSpec { gate: long.gate, severity: long.severity })
            }
        }
        from.deserialize_any(Written)
    }
}

impl JsonSchema for GateSpec {
    fn schema_name() -> Cow<'static, str> {
        "Gate".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let long = Long::json_schema(generator);
        let short = json_schema!({
            "type": "string",
            "description": "metric(name) comparison value window; the name and the window may be left out",
            "examples": ["p99(browse) <= 250ms", "error_rate < 0.1% stage hold", "failover(kill-one) <= 30s"]
        });
        json_schema!({ "description": "an objective that the run must meet", "anyOf": [short, long] })
    }
}
