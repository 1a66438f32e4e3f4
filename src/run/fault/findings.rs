//! What of a fault speaks against a pass. A fault is no test unless it was injected, seen and taken back.

use super::{FaultResult, FaultStatus, Injection};
use crate::clock::Offset;
use crate::event::FaultPhase;
use crate::verdict::{Finding, Subject, Verdict};

/// The findings about a fault, the worst first.
pub(in crate::run) fn of(fault: &FaultResult) -> Vec<Finding> {
    let said = [undo_failed(fault), left_open(fault), failed(fault), unproven(fault)];
    let said = said.into_iter().chain([never(fault), unseen(fault)]);
    let said = said.chain([protected(fault), overtaken(fault), unrecovered(fault)]);
    let finding = |(verdict, reason)| Finding {
        subject: Subject::Fault,
        name: fault.plan.name.clone(),
        verdict,
        reason,
    };
    said.flatten().map(finding).collect()
}

type Said = Option<(Verdict, String)>;

fn undo_failed(fault: &FaultResult) -> Said {
    let why = why(fault, FaultPhase::UndoFailed)?;
    Some((Verdict::Fail, format!("could not be undone{why}; left changed: {}; {RECOVER}", left(fault))))
}

/// What to do about a target that is left changed.
const RECOVER: &str = "run `shakedown recover`";

fn left_open(fault: &FaultResult) -> Said {
    let one = fault.injections.iter().find(|one| one.is_open(fault.takes()))?;
    let what = match (one.injected(), one.at(FaultPhase::Planned)) {
        (Some(at), _) => format!("was injected at {} and never undone", seconds(at)),
        (None, Some(at)) => {
            format!("was about to be injected at {}, and no more is known of it", seconds(at))
        }
        (None, None) => "was being undone, and no more is known of it".to_owned(),
    };
    Some((Verdict::Fail, format!("{what}; may be left changed: {}; {RECOVER}", left(fault))))
}

/// All objects that are or may be left changed.
fn left(fault: &FaultResult) -> String {
    match fault.left().as_slice() {
        [] => "what it touched".to_owned(),
        objects => objects.join(", "),
    }
}

fn failed(fault: &FaultResult) -> Said {
    let why = why(fault, FaultPhase::Failed)?;
    Some((Verdict::Inconclusive, format!("could not be injected{why}")))
}

fn unproven(fault: &FaultResult) -> Said {
    let why = why(fault, FaultPhase::Unproven)?;
    Some((Verdict::Inconclusive, format!("was not proven{why}")))
}

/// It never came to anything, as a whole or in one of its injections.
fn never(fault: &FaultResult) -> Said {
    let nothing = |one: &&Injection| one.status() == FaultStatus::Planned && !one.is_open(fault.takes());
    let reason = match (fault.injections.iter().filter(nothing).count(), fault.count) {
        (0, 1..) => return None,
        (_, 0 | 1) => format!("was planned for {}, but never injected", seconds(fault.plan.at)),
        (some, all) => format!("was never injected in {some} of {all} injections"),
    };
    Some((Verdict::Inconclusive, reason))
}

/// Injected, and nobody said whether its effect was seen.
fn unseen(fault: &FaultResult) -> Said {
    let silent = |one: &&Injection| {
        let told = [FaultPhase::Proven, FaultPhase::Unproven, FaultPhase::Failed, FaultPhase::Protected];
        one.injected().is_some() && !told.iter().any(|phase| one.came_to(*phase))
    };
    let at = fault.injections.iter().find(silent)?.injected()?;
    let reason = format!("was injected at {}, and it was over before its effect was seen", seconds(at));
    Some((Verdict::Inconclusive, reason))
}

fn protected(fault: &FaultResult) -> Said {
    let why = why(fault, FaultPhase::Protected)?;
    Some((Verdict::Warn, format!("the cluster kept it from happening{why}")))
}

fn overtaken(fault: &FaultResult) -> Said {
    let why = why(fault, FaultPhase::Overtaken)?;
    Some((Verdict::Warn, format!("somebody else changed meanwhile what it had changed{why}")))
}

/// Users felt it to the end. Whether that is a failure the gates say: it may well be meant, as where a database stays
/// cut off. But nobody should have to look for it.
fn unrecovered(fault: &FaultResult) -> Said {
    let felt = fault.recovery.as_ref()?;
    let overall = &felt.overall;
    let since = overall.first_error.filter(|_| felt.doubt.is_none() && overall.recovered.is_none())?;
    let lasted = overall.failover?.value.as_secs_f64();
    let reason = format!(
        "had not recovered when the load ended: bad from {} on, for more than {lasted:.1} s",
        seconds(since)
    );
    Some((Verdict::Warn, reason))
}

/// In how many of several injections it came to this, and the words of the first; none where it never did.
fn why(fault: &FaultResult, phase: FaultPhase) -> Option<String> {
    let mut found = fault.injections.iter().filter(|one| one.came_to(phase)).peekable();
    let text = found.peek()?.text(phase).map(|text| format!(": {text}")).unwrap_or_default();
    match (found.count(), fault.count) {
        (_, 0 | 1) => Some(text),
        (one, all) => Some(format!(" in {one} of {all} injections{text}")),
    }
}

fn seconds(at: Offset) -> String {
    format!("{:.1} s", at.secs_f64())
}
