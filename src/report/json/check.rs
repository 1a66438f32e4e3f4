//! The smoke checks.

use crate::event::{Asked, Phase};
use crate::run::{CheckResult, Run};
use crate::source::Place;
use crate::verdict::Severity;
use serde::Serialize;

/// One check.
#[derive(Serialize)]
pub(super) struct Check<'a> {
    name: &'a str,
    kind: &'a str,
    phase: Phase,
    severity: Severity,
    /// A verdict's word, or `skipped`.
    status: &'a str,
    unreachable: bool,
    asked: Asked,
    took_us: u64,
    reason: &'a str,
    /// How often it held during a watch.
    #[serde(skip_serializing_if = "Option::is_none")]
    watched: Option<Rounds>,
    /// Where in the scenario stands what does not hold, or else the check.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<&'a Place>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    phases: Vec<Part<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actual: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reproduce: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    evidence: &'a [String],
}

/// The rounds of a watch.
#[derive(Serialize)]
struct Rounds {
    asked: u64,
    held: u64,
    availability: Option<f64>,
}

/// A part of a request.
#[derive(Serialize)]
struct Part<'a> {
    name: &'a str,
    took_us: u64,
}

impl<'a> Check<'a> {
    pub(super) fn of(run: &'a Run, result: &'a CheckResult) -> Check<'a> {
        let end = &result.end;
        let detail = &end.detail;
        let planned = run.meta.checks.iter().find(|plan| plan.name == end.name);
        Check {
            name: &end.name,
            kind: &end.kind,
            phase: end.phase,
            severity: end.severity,
            status: result.word(),
            unreachable: end.unreachable,
            asked: end.asked,
            took_us: end.took_us,
            reason: &end.reason,
            watched: result.watched.map(|watched| Rounds {
                asked: watched.asked,
                held: watched.held,
                availability: watched.availability(),
            }),
            place: detail.place.as_ref().or_else(|| planned?.place.as_ref()),
            phases: detail.phases.iter().map(|(name, took)| Part { name, took_us: *took }).collect(),
            expected: detail.expected.as_deref(),
            actual: detail.actual.as_deref(),
            reproduce: detail.reproduce.as_deref(),
            evidence: &detail.evidence,
        }
    }
}
