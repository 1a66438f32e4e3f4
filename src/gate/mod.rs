//! PLACEHOLDER for the gate language, replaced at merge: just enough of it to check scenarios against.

use crate::source::Located;
use crate::units::{Rate, Ratio, Span};
use crate::verdict::Severity;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

/// A gate as written.
#[derive(Debug, Clone)]
pub struct GateSpec {
    /// The text.
    pub gate: Located<String>,
    /// What it weighs.
    pub severity: Severity,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Long {
    /// The gate.
    gate: Located<String>,
    /// What it weighs.
    #[serde(default)]
    severity: Severity,
}

impl<'de> Deserialize<'de> for GateSpec {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Written;
        impl<'de> Visitor<'de> for Written {
            type Value = GateSpec;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a gate such as `p99 <= 250ms`")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<GateSpec, E> {
                let gate = Located { value: text.to_owned(), ..Located::default() };
                Ok(GateSpec { gate, severity: Severity::Fail })
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
        json_schema!({ "anyOf": [{ "type": "string" }, long] })
    }
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Metric {
    /// A quantile of the response time.
    Quantile(f64),
    /// The share of failures.
    ErrorRate,
    /// Answers a second.
    Throughput,
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
}

/// What it is compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Limit {
    /// A time.
    Time(Duration),
    /// A share.
    Share(f64),
    /// A rate.
    Rate(Rate),
}

/// The part of the run that is judged.
#[derive(Debug, Clone, PartialEq)]
pub enum Window {
    /// All stages that are no warm-up.
    WholeRun,
    /// One stage.
    Stage(String),
    /// The end of the load.
    Last(Span),
}

/// A gate.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    /// What is measured.
    pub metric: Metric,
    /// Of which journey or endpoint.
    pub on: Option<String>,
    /// How it is compared.
    pub comparison: Comparison,
    /// With what.
    pub limit: Limit,
    /// In which part of the run.
    pub window: Window,
}

/// A gate that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct GateError {
    /// The first byte of the text that is wrong.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// The cause.
    pub message: String,
    /// The next move.
    pub help: String,
}

impl Gate {
    /// Reads a gate.
    pub fn parse(text: &str) -> Result<Gate, GateError> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let error = |word: &str, message: String| {
            let start = text.find(word).unwrap_or(0);
            GateError {
                start,
                end: start + word.len(),
                message,
                help: "write for example `p99 <= 250ms`".into(),
            }
        };
        let [metric, op, limit, window @ ..] = words.as_slice() else {
            return Err(error(text, "this is not a gate".into()));
        };
        let (name, on) = match metric.split_once('(') {
            Some((name, on)) => (name, Some(on.trim_end_matches(')').to_owned())),
            None => (*metric, None),
        };
        let metric = match name {
            "p50" => Metric::Quantile(0.5),
            "p90" => Metric::Quantile(0.9),
            "p95" => Metric::Quantile(0.95),
            "p99" => Metric::Quantile(0.99),
            "p99.9" => Metric::Quantile(0.999),
            "error_rate" => Metric::ErrorRate,
            "throughput" => Metric::Throughput,
            other => return Err(error(other, format!("`{other}` is not a metric"))),
        };
        let op = match *op {
            "<" => Comparison::Below,
            "<=" => Comparison::AtMost,
            ">" => Comparison::Above,
            ">=" => Comparison::AtLeast,
            other => return Err(error(other, format!("`{other}` is no comparison"))),
        };
        let limit = match metric {
            Metric::Quantile(_) => limit.parse::<Span>().map(|span| Limit::Time(span.get())),
            Metric::ErrorRate => limit.parse::<Ratio>().map(|share| Limit::Share(share.get())),
            Metric::Throughput => limit.parse::<Rate>().map(Limit::Rate),
        }
        .map_err(|wrong| error(limit, wrong.to_string()))?;
        let window = match window {
            [] => Window::WholeRun,
            ["stage", name] => Window::Stage((*name).to_owned()),
            ["last", length] => {
                Window::Last(length.parse::<Span>().map_err(|wrong| error(length, wrong.to_string()))?)
            }
            [other, ..] => return Err(error(other, format!("`{other}` is no window"))),
        };
        Ok(Gate { metric, on, comparison: op, limit, window })
    }

    /// The fewest requests that could ever decide it.
    pub fn needs(&self) -> u64 {
        let share = match (self.metric, self.limit) {
            (Metric::Quantile(q), _) => 1.0 - q,
            (Metric::ErrorRate, Limit::Share(share)) if share > 0.0 => share,
            _ => return 1,
        };
        (0.05_f64.ln() / (1.0 - share).ln()).ceil() as u64
    }

    /// The limit, when it is one of latency.
    pub fn latency_limit(&self) -> Option<Duration> {
        match self.limit {
            Limit::Time(limit) => Some(limit),
            _ => None,
        }
    }
}
