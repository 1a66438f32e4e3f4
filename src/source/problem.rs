//! One thing that is wrong in a scenario: cause, place and next move.

use super::Mark;

/// So many problems are shown at once; more would not be read.
pub const MAX_PROBLEMS: usize = 50;

/// What is wrong, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where; the caret goes under this stretch.
    pub mark: Mark,
    /// The cause, one sentence without a full stop.
    pub message: String,
    /// A word at the caret, often empty.
    pub label: String,
    /// The next move, one sentence without a full stop; empty when the message says it all.
    pub help: String,
}

impl Problem {
    /// A problem at `mark`.
    pub fn at(mark: Mark, message: impl Into<String>) -> Problem {
        Problem { mark, message: message.into(), label: String::new(), help: String::new() }
    }

    /// With a word at the caret.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Problem {
        self.label = label.into();
        self
    }

    /// With a next move.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Problem {
        self.help = help.into();
        self
    }
}
