//! Is an answer what the step expects? Load and checks ask the same code.

use super::condition::{JsonRule, TextRule};
use super::scope::Scope;
use super::{Expect, StatusExpect};
use crate::sample::ErrorClass;
use crate::source::{Mark, Problem};
use crate::transport::{Answer, WANTS_TLS, wants_tls};
use http::HeaderName;
use std::fmt;

/// Why an answer is not what was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Mismatch {
    /// A wrong status, or anything else.
    pub class: ErrorClass,
    /// Expected and actual.
    pub text: String,
    /// Both in full, and where the expectation stands.
    pub differs: Option<Box<Differs>>,
}

/// What was expected and what came, at more length than one sentence has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Differs {
    /// Where the expectation stands in the scenario.
    pub mark: Mark,
    /// What was expected.
    pub expected: String,
    /// What came.
    pub actual: String,
}

impl Mismatch {
    /// With what differs, and where the expectation stands.
    #[must_use]
    pub fn differing(self, mark: Mark, expected: impl Into<String>, actual: &str) -> Mismatch {
        let differs = Differs { mark, expected: expected.into(), actual: beginning(actual) };
        Mismatch { differs: Some(Box::new(differs)), ..self }
    }

    /// An answer whose headers or body are not as expected.
    pub fn assertion(text: impl Into<String>) -> Mismatch {
        Mismatch { class: ErrorClass::Assertion, text: text.into(), differs: None }
    }
}

/// What an answer must be, ready to be asked.
#[derive(Debug, Clone, Default)]
pub struct Expectation {
    /// Empty means any status below 400.
    statuses: Vec<StatusExpect>,
    /// Where they stand.
    statuses_at: Mark,
    headers: Vec<(HeaderName, TextRule)>,
    body: Option<TextRule>,
    json: Vec<JsonRule>,
}

impl Expectation {
    /// Compiles what is written.
    pub fn compile(spec: &Expect, scope: &Scope, problems: &mut Vec<Problem>) -> Expectation {
        let mut expectation = Expectation::default();
        if let Some(statuses) = &spec.status {
            if statuses.0.is_empty() {
                problems.push(
                    Problem::at(statuses.mark, "the list of statuses is empty")
                        .help("name one, or leave `status` out"),
                );
            }
            expectation.statuses.clone_from(&statuses.0);
            expectation.statuses_at = statuses.mark;
        }
        for (name, text) in &spec.headers {
            match HeaderName::from_bytes(name.as_bytes()) {
                Ok(header) => expectation.headers.push((header, TextRule::compile(text, scope, problems))),
                Err(_) => problems
                    .push(Problem::at(name.mark, format!("`{}` cannot be a header's name", name.value))),
            }
        }
        expectation.body = spec.body.as_ref().map(|body| TextRule::of_body(body, scope, problems));
        expectation.json = spec
            .json
            .iter()
            .filter_map(|(path, rule)| JsonRule::compile(path, rule, scope, problems))
            .collect();
        expectation
    }

    /// Whether the body has to be kept to answer.
    pub fn looks_into_body(&self) -> bool {
        self.body.is_some() || !self.json.is_empty()
    }

    /// Whether this status is expected by name or by class; none is where nothing is written.
    pub fn wants_status(&self, code: u16) -> bool {
        self.statuses.iter().any(|status| status.accepts(code))
    }

    /// Asks the answer; the first thing that does not hold comes back.
    pub fn judge(&self, answer: &Answer, values: &mut super::Values<'_>) -> Result<(), Mismatch> {
        self.judge_head(answer, values)?;
        self.judge_content(&"the body", &answer.body, values)
    }

    /// Asks the status and the headers of an answer.
    pub fn judge_head(&self, answer: &Answer, values: &mut super::Values<'_>) -> Result<(), Mismatch> {
        let code = answer.status.as_u16();
        let accepted = if self.statuses.is_empty() { code < 400 } else { self.wants_status(code) };
        if !accepted {
            let text = self.wrong_status(answer);
            let mismatch = Mismatch { class: ErrorClass::Status, text, differs: None };
            let expected = format!("status {}", self.wanted_statuses());
            return Err(mismatch.differing(self.statuses_at, expected, &format!("status {}", answer.status)));
        }
        for (name, rule) in &self.headers {
            let value = answer.headers.get(name).map(String::from_utf8_lossy);
            rule.judge(&format_args!("header {name}"), value.as_deref(), values)?;
        }
        Ok(())
    }

    /// Asks a body, or something else that is looked into as one; `what` is its name.
    pub fn judge_content(
        &self,
        what: &dyn fmt::Display,
        content: &[u8],
        values: &mut super::Values<'_>,
    ) -> Result<(), Mismatch> {
        if let Some(rule) = &self.body {
            rule.judge(what, Some(&String::from_utf8_lossy(content)), values)?;
        }
        if self.json.is_empty() {
            return Ok(());
        }
        let document: serde_json::Value = serde_json::from_slice(content).map_err(|e| {
            Mismatch::assertion(format!("{what} is not JSON: {e}; it begins {}", excerpt(content)))
        })?;
        self.json.iter().try_for_each(|rule| rule.judge(&document, values))
    }

    fn wanted_statuses(&self) -> String {
        match self.statuses.as_slice() {
            [] => "below 400".to_owned(),
            some => some.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or "),
        }
    }

    fn wrong_status(&self, answer: &Answer) -> String {
        let wanted = self.wanted_statuses();
        let body = if answer.body.is_empty() {
            String::new()
        } else {
            format!("; the body begins {}", excerpt(&answer.body))
        };
        let next =
            if wants_tls(answer.status, &answer.body) { format!("; {WANTS_TLS}") } else { String::new() };
        format!("expected status {wanted}, got {}{body}{next}", answer.status)
    }
}

/// As much of a text as anybody would read.
fn beginning(text: &str) -> String {
    const LONGEST: usize = 4_000;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The first part of a text, quoted, without control characters.
pub fn excerpt(bytes: &[u8]) -> String {
    const LONGEST: usize = 120;
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(LONGEST * 4)]);
    let mut shown: String =
        text.chars().take(LONGEST).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if shown.len() < bytes.len() {
        shown.push('…');
    }
    format!("`{shown}`")
}
