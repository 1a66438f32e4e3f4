//! A smoke check as it is written, and compiled.

use super::context::{CheckContext, Found};
use super::http::HttpCheck;
use crate::journey::{CompileContext, StepSpec};
use crate::source::{Located, Problem};
use crate::units::Span;
use crate::verdict::Severity;
use schemars::JsonSchema;
use serde::Deserialize;
use std::time::Duration;

/// One smoke check: a kind with its settings, and what all kinds share.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "Check")]
pub struct CheckSpec {
    /// The check's name in reports; what it does when left out.
    pub name: Option<Located<String>>,
    /// `warn` turns a failure into a warning.
    pub severity: Severity,
    /// How long the check may take; 10s when left out.
    pub timeout: Option<Located<Span>>,
    /// A request to the target and what is expected of its answer.
    pub http: Option<Located<StepSpec>>,
}

/// A smoke check that can run.
#[derive(Debug)]
pub struct Compiled {
    /// Its name.
    pub name: String,
    /// What it weighs.
    pub severity: Severity,
    /// How long it may take.
    pub timeout: Duration,
    kind: Kind,
}

/// The kinds. A new one is a file, its `mod` line, a field of [`CheckSpec`] and a line here and in `compile`.
#[derive(Debug)]
enum Kind {
    Http(HttpCheck),
}

const TIMEOUT: Duration = Duration::from_secs(10);

impl CheckSpec {
    /// Compiles the check; all that is wrong with it goes to `problems`.
    pub fn compile(
        spec: &Located<CheckSpec>,
        cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<Compiled> {
        let Some(http) = &spec.http else {
            problems.push(
                Problem::at(spec.mark, "a check without a kind")
                    .help("add one, for example `http: { get: /health }`"),
            );
            return None;
        };
        let timeout = spec.timeout.as_ref().map_or(TIMEOUT, |timeout| timeout.get());
        let cx = CompileContext { timeout: Span::new(timeout), ..*cx };
        let check = HttpCheck::compile(http, &cx, problems)?;
        let name = spec.name.as_ref().map_or_else(|| check.describe(), |name| name.value.clone());
        Some(Compiled { name, severity: spec.severity, timeout, kind: Kind::Http(check) })
    }
}

impl Compiled {
    /// The kind's name, as in the scenario.
    pub fn kind(&self) -> &'static str {
        match &self.kind {
            Kind::Http(_) => "http",
        }
    }

    /// Asks, within the check's timeout.
    pub async fn probe(&self, cx: &CheckContext) -> Found {
        let asked = async {
            match &self.kind {
                Kind::Http(check) => check.probe(cx).await,
            }
        };
        match tokio::time::timeout(self.timeout, asked).await {
            Ok(found) => found,
            Err(_) => Found::fail(format!("no result within {}", Span::new(self.timeout))),
        }
    }
}
