//! A judged run: the only input of a report.

use super::{Exit, Strictness, Summary};
use crate::event::{Asked, CheckEnd};
use crate::gate::Decision;
use crate::history::Meta;
use crate::verdict::{Finding, Severity, Verdict};

/// History and verdict of one run. Made by [`Run::judge`] alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// What was planned.
    pub meta: Meta,
    /// What happened, in numbers.
    pub summary: Summary,
    /// The gates, in the order in which they were given.
    pub gates: Vec<GateResult>,
    /// The smoke checks, in the order in which they ended.
    pub checks: Vec<CheckResult>,
    /// Everything that speaks against a pass, the worst first. For a run without gates also the one thing that was
    /// looked at in their place.
    pub findings: Vec<Finding>,
    /// May the deployment stay?
    pub verdict: Verdict,
    /// Why, in one sentence.
    pub reason: String,
    /// How the process ends.
    pub exit: Exit,
    /// Whether an inconclusive run counts as failed.
    pub strictness: Strictness,
}

/// One gate and how it was decided.
#[derive(Debug, Clone, PartialEq)]
pub struct GateResult {
    /// The gate as written.
    pub gate: String,
    /// What it weighs.
    pub severity: Severity,
    /// Its verdict after severity: a broken gate of severity `warn` is a warning.
    pub verdict: Verdict,
    /// Value, interval, number of samples and reason; its verdict is the one before severity.
    pub decision: Decision,
}

/// One smoke check and how it ended.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckResult {
    /// Its verdict after severity.
    pub verdict: Verdict,
    /// What it found; of a watch the newest failure, or the newest end where there was none.
    pub end: CheckEnd,
    /// How often it held, where it was watched.
    pub watched: Option<Watched>,
}

/// How often a check held during a watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watched {
    /// In how many rounds it was asked.
    pub asked: u64,
    /// In how many of them it held.
    pub held: u64,
}

impl Watched {
    /// The share of rounds in which it held; none when it was never asked.
    pub fn availability(self) -> Option<f64> {
        (self.asked > 0).then(|| self.held as f64 / self.asked as f64)
    }
}

impl CheckResult {
    /// The word for how it ended: that of its verdict, or that it was not asked.
    pub fn word(&self) -> &'static str {
        if self.end.asked.at_all() { self.verdict.word() } else { "skipped" }
    }

    /// Whether it says something against a pass. One that its condition excludes does not.
    pub(super) fn speaks(&self) -> bool {
        self.verdict != Verdict::Pass && self.end.asked != Asked::Excluded
    }
}
