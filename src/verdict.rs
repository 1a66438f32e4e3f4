//! May the deployment stay? Four answers, merged by the worst, always with the findings that caused them.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The answer of one gate, one check or a whole run. The order is the order of badness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Shown to hold, with evidence.
    #[default]
    Pass,
    /// Broken, but its author marked it as a warning.
    Warn,
    /// The evidence does not decide it: no data, too little data, or data that cannot be trusted.
    Inconclusive,
    /// Shown not to hold.
    Fail,
}

impl Verdict {
    /// The worst of many; a pass when there are none.
    pub fn worst(all: impl IntoIterator<Item = Verdict>) -> Verdict {
        all.into_iter().max().unwrap_or_default()
    }

    /// The word for it, in lower case.
    pub const fn word(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Warn => "warn",
            Verdict::Inconclusive => "inconclusive",
            Verdict::Fail => "fail",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// How much a broken gate or check weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Broken means the run fails.
    #[default]
    Fail,
    /// Broken means a warning; the run may still pass.
    Warn,
}

impl Severity {
    /// What a finding of this severity may cost at most: a failed warning is a warning. Inconclusive stays what it
    /// is for failures and becomes a warning for warnings.
    pub fn cap(self, found: Verdict) -> Verdict {
        match self {
            Severity::Fail => found,
            Severity::Warn => found.min(Verdict::Warn),
        }
    }
}

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// An objective.
    Gate,
    /// A smoke check.
    Check,
    /// A fault.
    Fault,
    /// The load generator's own health.
    Generator,
    /// The run as a whole: interrupted, target unreachable, no evidence.
    Run,
}

/// One reason for a verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What it is about.
    pub subject: Subject,
    /// The gate as written, the check's name, or a short name of the matter.
    pub name: String,
    /// What it says, after severity.
    pub verdict: Verdict,
    /// Why, in one sentence.
    pub reason: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_wins_and_nothing_is_a_pass() {
        use Verdict::{Fail, Inconclusive, Pass, Warn};
        assert_eq!(Verdict::worst([Pass, Warn, Inconclusive]), Inconclusive);
        assert_eq!(Verdict::worst([Inconclusive, Fail, Warn]), Fail);
        assert_eq!(Verdict::worst([]), Pass);
        assert_eq!(Severity::Warn.cap(Fail), Warn);
        assert_eq!(Severity::Warn.cap(Pass), Pass);
        assert_eq!(Severity::Fail.cap(Fail), Fail);
    }
}
