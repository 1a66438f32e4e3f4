//! What a check may use, and what it brings back.

use crate::transport::Client;
use crate::verdict::Verdict;

/// What a check may use.
#[derive(Debug, Clone)]
pub struct CheckContext {
    /// Sends requests to the target.
    pub client: Client,
    /// The run's seed, for values of the run.
    pub seed: u64,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Pass or fail; severity is not applied yet.
    pub verdict: Verdict,
    /// What was seen, or expected and actual.
    pub reason: String,
    /// Whether nothing answered at all.
    pub unreachable: bool,
}

impl Found {
    /// All is as it should be.
    pub fn pass(seen: impl Into<String>) -> Found {
        Found { verdict: Verdict::Pass, reason: seen.into(), unreachable: false }
    }

    /// Something is not as it should be.
    pub fn fail(reason: impl Into<String>) -> Found {
        Found { verdict: Verdict::Fail, reason: reason.into(), unreachable: false }
    }

    /// Nothing answered.
    pub fn unreachable(reason: impl Into<String>) -> Found {
        Found { verdict: Verdict::Fail, reason: reason.into(), unreachable: true }
    }
}
