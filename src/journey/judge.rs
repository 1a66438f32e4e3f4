//! Is an answer what the step expects? Load and checks ask the same code.

use super::condition::{JsonRule, TextRule};
use super::scope::Scope;
use super::{Expect, StatusExpect};
use crate::sample::ErrorClass;
use crate::source::Problem;
use crate::transport::Answer;
use http::HeaderName;

/// Why an answer is not what was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Mismatch {
    /// A wrong status, or anything else.
    pub class: ErrorClass,
    /// Expected and actual.
    pub text: String,
}

impl Mismatch {
    /// An answer whose headers or body are not as expected.
    pub fn assertion(text: impl Into<String>) -> Mismatch {
        Mismatch { class: ErrorClass::Assertion, text: text.into() }
    }
}

/// What an answer must be, ready to be asked.
#[derive(Debug, Clone, Default)]
pub struct Expectation {
    /// Empty means any status below 400.
    statuses: Vec<StatusExpect>,
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

    /// Whether any status may be a redirect that is meant as the answer.
    pub fn wants_status(&self, code: u16) -> bool {
        self.statuses.iter().any(|status| status.accepts(code))
    }

    /// Asks the answer; the first thing that does not hold comes back.
    pub fn judge(&self, answer: &Answer, values: &mut super::Values<'_>) -> Result<(), Mismatch> {
        let code = answer.status.as_u16();
        let accepted = if self.statuses.is_empty() { code < 400 } else { self.wants_status(code) };
        if !accepted {
            return Err(Mismatch { class: ErrorClass::Status, text: self.wrong_status(answer) });
        }
        for (name, rule) in &self.headers {
            let value = answer.headers.get(name).map(String::from_utf8_lossy);
            rule.judge(&format_args!("header {name}"), value.as_deref(), values)?;
        }
        if let Some(rule) = &self.body {
            rule.judge(&"the body", Some(&String::from_utf8_lossy(&answer.body)), values)?;
        }
        if self.json.is_empty() {
            return Ok(());
        }
        let document: serde_json::Value = serde_json::from_slice(&answer.body).map_err(|e| {
            Mismatch::assertion(format!("the body is not JSON: {e}; it begins {}", excerpt(&answer.body)))
        })?;
        self.json.iter().try_for_each(|rule| rule.judge(&document, values))
    }

    fn wrong_status(&self, answer: &Answer) -> String {
        let wanted = match self.statuses.as_slice() {
            [] => "below 400".to_owned(),
            some => some.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or "),
        };
        let body = if answer.body.is_empty() {
            String::new()
        } else {
            format!("; the body begins {}", excerpt(&answer.body))
        };
        format!("expected status {wanted}, got {}{body}", answer.status)
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
