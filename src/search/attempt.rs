//! One run at one rate.

use crate::units::Rate;
use crate::verdict::Verdict;

/// One run at one rate and how it ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// The rate that was held.
    pub rate: Rate,
    /// The run's verdict.
    pub verdict: Verdict,
    /// Why, in one sentence: for a failure the gate that broke.
    pub reason: String,
}

/// What a run is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To come near: a short hold.
    Look,
    /// To be sure: a long hold at a rate that was tried before.
    Confirm,
}

impl Attempt {
    /// Whether the gates held; a warning is no failure.
    pub(super) fn passed(&self) -> bool {
        matches!(self.verdict, Verdict::Pass | Verdict::Warn)
    }

    /// Whether a gate broke.
    pub(super) fn failed(&self) -> bool {
        self.verdict == Verdict::Fail
    }
}
