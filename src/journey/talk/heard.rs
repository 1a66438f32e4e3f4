//! What was heard so far, and the words for what was not.

use super::listening::{Listening, Talk};
use crate::journey::StepFailure;
use crate::journey::judge::{Mismatch, excerpt};
use crate::sample::ErrorClass;
use crate::transport::{Event, Failure};
use crate::units::Span;
use std::time::Duration;

/// What was heard so far.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) count: u32,
    pub(super) last: Option<Event>,
    /// Why the last one is not what is waited for.
    pub(super) mismatch: Option<Mismatch>,
    /// What one is called.
    one: &'static str,
}

impl Heard {
    pub(super) fn nothing(talk: &Talk) -> Heard {
        let one = if matches!(talk, Talk::Message(_)) { "message" } else { "event" };
        Heard { count: 0, last: None, mismatch: None, one }
    }

    /// What a thing is called that should be as expected: `the event`.
    pub(super) fn name(&self) -> String {
        format!("the {}", self.one)
    }

    /// `no event`, `1 event`, `12 events`.
    fn counted(&self) -> String {
        match self.count {
            0 => format!("no {}", self.one),
            1 => format!("1 {}", self.one),
            count => format!("{count} {}s", self.one),
        }
    }

    /// The step's time was over first.
    pub(super) fn too_late(self, limit: Duration) -> StepFailure {
        let limit = Span::new(limit);
        match self.mismatch {
            Some(mismatch) => {
                let text = format!("{}; no other came within {limit}", mismatch.text);
                StepFailure { text, ..mismatch.into() }
            }
            None => {
                let text = format!("no complete answer within {limit}: {}", self.counted());
                StepFailure { class: ErrorClass::Timeout, text, differs: None }
            }
        }
    }

    /// The next one did not come as soon as it should.
    pub(super) fn not_in_time(&self, limit: Duration) -> Mismatch {
        let limit = Span::new(limit);
        Mismatch::assertion(match self.count {
            0 => format!("expected the first {} within {limit}, but none came", self.one),
            _ => format!(
                "expected another {} within {limit} of the last, but none came; {} before it",
                self.one,
                self.counted()
            ),
        })
    }

    /// One more came than may.
    pub(super) fn too_many(&self, most: u32) -> Mismatch {
        Mismatch::assertion(format!("expected at most {most} {}s, but another came", self.one))
    }

    /// The connection failed.
    pub(super) fn broken(&self, failure: Failure) -> StepFailure {
        match &self.mismatch {
            Some(mismatch) => {
                let text = format!("{}; {}", mismatch.text, failure.text);
                StepFailure { text, ..mismatch.clone().into() }
            }
            None if self.count == 0 => failure.into(),
            None => {
                let text = format!("after {}: {}", self.counted(), failure.text);
                Failure { text, ..failure }.into()
            }
        }
    }

    /// The stream ended before what should end it.
    pub(super) fn without_end(&self) -> Mismatch {
        let last = self.last.as_ref().map(|last| format!("; the last is {}", excerpt(last.data.as_bytes())));
        let last = last.unwrap_or_default();
        Mismatch::assertion(format!(
            "the stream ended after {} without the one that `until` waits for{last}",
            self.counted()
        ))
    }

    /// Whether enough came.
    pub(super) fn enough(&self, listening: &Listening) -> Result<(), Mismatch> {
        if self.count >= listening.at_least {
            return Ok(());
        }
        let (least, got) = (listening.at_least, self.count);
        Err(Mismatch::assertion(format!("expected at least {least} {}s, got {got}", self.one)))
    }
}
