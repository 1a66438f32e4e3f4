//! How one write ended, and why it was not acknowledged.

use crate::event::WriteOutcome;

/// How one write ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// As far as the client can know.
    pub outcome: WriteOutcome,
    /// Why it was not acknowledged, in words.
    pub why: Option<String>,
}

impl Written {
    /// The target said that it has it.
    pub fn acknowledged() -> Written {
        Written { outcome: WriteOutcome::Acknowledged, why: None }
    }

    /// It certainly did not happen.
    pub fn failed(why: impl Into<String>) -> Written {
        Written { outcome: WriteOutcome::Failed, why: Some(why.into()) }
    }

    /// It may or may not have happened.
    pub fn unknown(why: impl Into<String>) -> Written {
        Written { outcome: WriteOutcome::Unknown, why: Some(why.into()) }
    }
}
