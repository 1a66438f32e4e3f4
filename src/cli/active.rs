//! Faults while they come about: what is said of a step, and which are active.

use crate::event::{FaultPhase, FaultStep};
use crate::history::FaultPlan;
use std::collections::BTreeSet;

/// The faults that are active now.
pub(super) struct Active {
    faults: Vec<FaultPlan>,
    /// Faults and their injections.
    now: BTreeSet<(u16, u32)>,
}

impl Active {
    pub(super) fn new(faults: &[FaultPlan]) -> Active {
        Active { faults: faults.to_vec(), now: BTreeSet::new() }
    }

    /// Takes in a step.
    pub(super) fn see(&mut self, step: &FaultStep) {
        use FaultPhase as P;
        let key = (step.fault, step.injection);
        let nothing_to_undo =
            self.faults.get(usize::from(step.fault)).is_some_and(|plan| plan.until.is_none());
        match step.phase {
            P::Injected => {
                self.now.insert(key);
            }
            P::Undone | P::Overtaken => {
                self.now.remove(&key);
            }
            P::Proven | P::Unproven | P::Failed | P::Protected if nothing_to_undo => {
                self.now.remove(&key);
            }
            P::Planned | P::Proven | P::Unproven | P::Failed | P::Protected | P::Undoing | P::UndoFailed => {}
        }
    }

    /// The names of those that are active, for the status line; none while none is.
    pub(super) fn words(&self) -> Option<String> {
        let faults: BTreeSet<u16> = self.now.iter().map(|(fault, _)| *fault).collect();
        let names: Vec<&str> = faults.into_iter().map(|fault| self.name(fault)).collect();
        (!names.is_empty()).then(|| format!("fault {}", names.join(" and ")))
    }

    /// What is said of a step.
    pub(super) fn line(&self, step: &FaultStep) -> String {
        let name = self.name(step.fault);
        let word = match step.phase {
            FaultPhase::Planned => "about to be injected",
            FaultPhase::Injected => "injected",
            FaultPhase::Protected => "PROTECTED",
            FaultPhase::Failed => "FAILED",
            FaultPhase::Proven => "proven",
            FaultPhase::Unproven => "NOT PROVEN",
            FaultPhase::Undoing => "being undone",
            FaultPhase::Undone => "undone",
            FaultPhase::Overtaken => "OVERTAKEN",
            FaultPhase::UndoFailed => "UNDO FAILED",
        };
        let left = match step.phase {
            FaultPhase::UndoFailed if !step.objects.is_empty() => {
                format!("; left changed: {}", step.objects.join(", "))
            }
            _ => String::new(),
        };
        format!("fault {name}: {word}, {}{left}", step.text)
    }

    fn name(&self, fault: u16) -> &str {
        self.faults.get(usize::from(fault)).map_or("?", |plan| plan.name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Offset;

    fn step(fault: u16, injection: u32, phase: FaultPhase) -> FaultStep {
        FaultStep { fault, injection, phase, text: "seen".into(), objects: vec!["Service/store".into()] }
    }

    #[test]
    fn a_fault_is_active_until_it_is_undone_or_needs_no_undo() {
        use FaultPhase::{Injected, Planned, Proven, UndoFailed, Undoing, Undone};
        let plan =
            |name: &str, until| FaultPlan { name: name.into(), kind: "k".into(), at: Offset::ZERO, until };
        let mut active = Active::new(&[plan("kill", None), plan("cut", Some(Offset::ZERO))]);
        for (step, words) in [
            (step(0, 0, Planned), None),
            (step(0, 0, Injected), Some("fault kill")),
            (step(1, 0, Injected), Some("fault kill and cut")),
            (step(0, 0, Proven), Some("fault cut")),
            (step(1, 0, Proven), Some("fault cut")),
            (step(1, 0, Undoing), Some("fault cut")),
            (step(1, 0, UndoFailed), Some("fault cut")),
            (step(1, 0, Undone), None),
        ] {
            active.see(&step);
            assert_eq!(active.words().as_deref(), words, "{step:?}");
        }
        assert_eq!(active.line(&step(0, 0, Proven)), "fault kill: proven, seen");
        let left = "fault cut: UNDO FAILED, seen; left changed: Service/store";
        assert_eq!(active.line(&step(1, 0, UndoFailed)), left);
        assert_eq!(active.line(&step(9, 0, Injected)), "fault ?: injected, seen");
    }
}
