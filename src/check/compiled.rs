//! A smoke check that can run: its kind with what all kinds share around it.

use super::kind::Check;
use super::{Answered, CheckContext, Found, Patience, Places};
use crate::cluster::Right;
use crate::source::Mark;
use crate::units::Span;
use crate::verdict::Severity;
use std::time::Duration;

/// A kind that knows why it waits may say so first.
const LAST_WORDS: Duration = Duration::from_millis(100);

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
    /// How long one attempt may take.
    pub timeout: Duration,
    /// How often it is asked.
    pub patience: Patience,
    /// The places of the checks that have to hold before it is asked.
    pub depends_on: Vec<usize>,
    /// Why it is not asked at all, where its condition does not hold.
    pub excluded: Option<String>,
    pub(super) check: Box<dyn Check>,
}

/// How much is done to come to a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// As the check says.
    Whole,
    /// One attempt, of at most so long: somebody else asks again.
    Once(Duration),
}

impl Compiled {
    /// The rights in the cluster that it needs.
    pub fn rights(&self, namespace: &str) -> Vec<Right> {
        self.check.rights(namespace)
    }

    /// Asks, as often as the effort allows; each attempt within the check's timeout and in a place of its own.
    pub async fn ask(&self, cx: &CheckContext, effort: Effort, places: &Places) -> Answered {
        let (patience, limit) = match effort {
            Effort::Whole => (self.patience, self.timeout),
            Effort::Once(limit) => (Patience::Once, limit.min(self.timeout)),
        };
        patience.ask(async || places.take(self.attempt(cx, limit)).await).await
    }

    async fn attempt(&self, cx: &CheckContext, limit: Duration) -> Found {
        let cx = CheckContext { limit, ..cx.clone() };
        let longest = limit + LAST_WORDS + self.check.cleans_up_for();
        match tokio::time::timeout(longest, self.check.probe(&cx)).await {
            Ok(found) => found,
            Err(_) => Found::fail(format!("no result within {}", Span::new(limit))),
        }
    }
}
