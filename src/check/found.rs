//! What a check brings back.

use crate::event::CheckDetail;
use crate::source::{Mark, Secrets, without_passwords, without_told_values};
use crate::verdict::Verdict;
use std::time::Duration;

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Pass or fail; severity is not applied yet.
    pub verdict: Verdict,
    /// What was seen, or expected and actual, in one sentence.
    pub reason: String,
    /// Whether nothing answered at all.
    pub unreachable: bool,
    /// Whether asking again can change it.
    pub outlook: Outlook,
    /// Where in the scenario stands what does not hold; the check itself when left out.
    pub mark: Option<Mark>,
    /// What helps to understand it.
    pub detail: Box<CheckDetail>,
}

/// Whether asking again can change what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outlook {
    /// It may get better.
    Open,
    /// It cannot recover by itself: waiting for it is in vain.
    Final,
}

impl Found {
    /// All is as it should be.
    pub fn pass(seen: impl Into<String>) -> Found {
        Found {
            verdict: Verdict::Pass,
            reason: seen.into(),
            unreachable: false,
            outlook: Outlook::Open,
            mark: None,
            detail: Box::default(),
        }
    }

    /// Something is not as it should be.
    pub fn fail(reason: impl Into<String>) -> Found {
        Found { verdict: Verdict::Fail, ..Found::pass(reason) }
    }

    /// Nothing answered.
    pub fn unreachable(reason: impl Into<String>) -> Found {
        Found { unreachable: true, ..Found::fail(reason) }
    }

    /// It cannot recover by itself.
    #[must_use]
    pub fn for_good(self) -> Found {
        Found { outlook: Outlook::Final, ..self }
    }

    /// Where in the scenario stands what does not hold.
    #[must_use]
    pub fn at(self, mark: Mark) -> Found {
        Found { mark: Some(mark), ..self }
    }

    /// Where in the scenario stands what does not hold, as long as nobody knows it more exactly.
    #[must_use]
    pub fn or_at(self, mark: Mark) -> Found {
        Found { mark: self.mark.or(Some(mark)), ..self }
    }

    /// What was expected and what came, in full.
    #[must_use]
    pub fn expected(mut self, expected: impl Into<String>, actual: impl Into<String>) -> Found {
        self.detail.expected = Some(expected.into());
        self.detail.actual = Some(actual.into());
        self
    }

    /// How long one part of it took.
    #[must_use]
    pub fn phase(mut self, name: &str, took: Duration) -> Found {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.detail.phases.push((name.to_owned(), micros));
        self
    }

    /// A command that does the same by hand. Values from outside are masked where it is shown.
    #[must_use]
    pub fn reproduce(mut self, command: impl Into<String>) -> Found {
        self.detail.reproduce = Some(command.into());
        self
    }

    /// The same without what must not be said: secrets that are known, passwords within URLs, and values whose names
    /// tell that they are credentials, whoever made them.
    #[must_use]
    pub fn masked(mut self, secrets: &Secrets) -> Found {
        let CheckDetail { phases, expected, actual, reproduce, evidence, .. } = &mut *self.detail;
        let texts = [expected, actual, reproduce].into_iter().flatten().chain(evidence);
        let texts = texts.chain(phases.iter_mut().map(|(name, _)| name));
        for text in texts.chain([&mut self.reason]) {
            *text = without_told_values(&without_passwords(&secrets.redact(text)));
        }
        self
    }

    /// Lines that help to understand it: a diff, the last lines of a log.
    #[must_use]
    pub fn evidence(mut self, lines: impl IntoIterator<Item = String>) -> Found {
        self.detail.evidence.extend(lines);
        self
    }
}
