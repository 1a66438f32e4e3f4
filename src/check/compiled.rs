//! A smoke check that can run: its kind with what all kinds share around it.

use super::kind::Check;
use super::{CheckContext, Found};
use crate::source::Mark;
use crate::units::Span;
use crate::verdict::Severity;
use std::time::Duration;

/// A smoke check that can run.
#[derive(Debug)]
pub struct Compiled {
    /// Its name.
    pub name: String,
    /// The kind's name, as in the scenario.
    pub kind: &'static str,
    /// Where it stands in the scenario.
    pub mark: Mark,
    /// What it weighs.
    pub severity: Severity,
    /// How long it may take.
    pub timeout: Duration,
    pub(super) check: Box<dyn Check>,
}

impl Compiled {
    /// Asks, within the check's timeout.
    pub async fn probe(&self, cx: &CheckContext) -> Found {
        match tokio::time::timeout(self.timeout, self.check.probe(cx)).await {
            Ok(found) => found,
            Err(_) => Found::fail(format!("no result within {}", Span::new(self.timeout))),
        }
    }
}
