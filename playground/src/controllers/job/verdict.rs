//! Whether a Job is over, and how it ended.

use crate::controllers::condition;
use crate::object;
use serde_json::{Value, json};

/// How a Job ends: well or not, with reason and message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Verdict {
    /// Whether it did what it was to do.
    pub(super) success: bool,
    pub(super) reason: &'static str,
    pub(super) message: &'static str,
}

pub(super) const REACHED: Verdict = Verdict {
    success: true,
    reason: "CompletionsReached",
    message: "Reached expected number of succeeded pods",
};
pub(super) const TOO_MANY_FAILURES: Verdict = Verdict {
    success: false,
    reason: "BackoffLimitExceeded",
    message: "Job has reached the specified backoff limit",
};
pub(super) const TOO_LATE: Verdict = Verdict {
    success: false,
    reason: "DeadlineExceeded",
    message: "Job was active longer than specified deadline",
};

impl Verdict {
    /// The verdict that a status tells of already, while Pods still end.
    pub(super) fn of(status: &Value) -> Option<Verdict> {
        if condition::holds(status, "SuccessCriteriaMet") {
            return Some(REACHED);
        }
        let failure = condition::find(status, "FailureTarget")?;
        Some(if failure["reason"] == TOO_LATE.reason { TOO_LATE } else { TOO_MANY_FAILURES })
    }

    /// The condition that tells of it first, while Pods still end.
    pub(super) fn early(self) -> &'static str {
        if self.success { "SuccessCriteriaMet" } else { "FailureTarget" }
    }

    /// The condition that tells of it when all have ended.
    pub(super) fn last(self) -> &'static str {
        if self.success { "Complete" } else { "Failed" }
    }

    /// A condition of this type with the verdict's words.
    pub(super) fn condition(self, kind: &str) -> Value {
        says(kind, "True", self.reason, self.message)
    }
}

/// A condition as Jobs have them.
pub(super) fn says(kind: &str, holds: &str, reason: &str, message: &str) -> Value {
    let now = object::now();
    json!({
        "type": kind, "status": holds, "lastProbeTime": now, "lastTransitionTime": now,
        "reason": reason, "message": message,
    })
}

/// Whether a Job is over.
pub(super) fn is_over(job: &Value) -> bool {
    ["Complete", "Failed"].iter().any(|kind| condition::holds(&job["status"], kind))
}
