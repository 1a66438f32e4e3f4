//! What became of one fault of the plan.

use super::injection::Takes;
use super::{FaultStatus, Injection};
use crate::clock::Offset;
use crate::event::FaultPhase;
use crate::history::FaultPlan;
use crate::run::{DataLoss, Recovery};
use crate::verdict::Verdict;

/// What became of one fault of the plan.
#[derive(Debug, Clone, PartialEq)]
pub struct FaultResult {
    /// What was planned.
    pub plan: FaultPlan,
    /// Where it stands; the worst of its injections.
    pub status: FaultStatus,
    /// What it costs the run.
    pub verdict: Verdict,
    /// How many injections there were.
    pub count: u64,
    /// The injections in their order; of a fault with very many, some that went well are left out.
    pub injections: Vec<Injection>,
    /// What users felt of it; none where it was never injected.
    pub recovery: Option<Recovery>,
    /// What it cost of the acknowledged writes; none where there is no ledger or it was never injected.
    pub data: Option<DataLoss>,
}

impl FaultResult {
    pub(super) fn takes(&self) -> Takes {
        Takes::of(&self.plan)
    }

    /// Who was hit, each once.
    pub fn victims(&self) -> Vec<&str> {
        distinct(self.injections.iter().flat_map(|one| one.objects(FaultPhase::Injected)))
    }

    /// When it was first injected.
    pub fn injected(&self) -> Option<Offset> {
        self.injections.iter().filter_map(Injection::injected).min()
    }

    /// When its effect was first seen.
    pub fn effect(&self) -> Option<Offset> {
        self.injections.iter().filter_map(|one| one.at(FaultPhase::Proven)).min()
    }

    /// When everything was as before; none while one of its injections is not undone.
    pub fn undone(&self) -> Option<Offset> {
        let all: Option<Vec<Offset>> = self
            .injections
            .iter()
            .filter(|one| one.injected().is_some())
            .map(|one| one.at(FaultPhase::Undone))
            .collect();
        all?.into_iter().max()
    }

    /// When it was over: undone, or proven where there is nothing to take back.
    pub fn ended(&self) -> Option<Offset> {
        let began = self.injections.iter().filter(|one| one.injected().is_some());
        let all: Option<Vec<Offset>> = began.map(|one| one.ended(self.takes())).collect();
        all?.into_iter().max()
    }

    /// When one of its injections was over: undone, or proven where there is nothing to take back.
    pub(in crate::run) fn end_of(&self, one: &Injection) -> Option<Offset> {
        one.ended(self.takes())
    }

    /// Whether the target is, or may be, left changed by it.
    pub fn is_left(&self) -> bool {
        let left = |one: &Injection| one.is_open(self.takes()) || one.came_to(FaultPhase::UndoFailed);
        self.injections.iter().any(left)
    }

    /// What it has left changed, or may have, each once.
    pub fn left(&self) -> Vec<&str> {
        distinct(self.injections.iter().flat_map(|one| one.left(self.takes())))
    }

    /// What was seen, or why nothing was: the words of the first injection that stands worst.
    pub fn seen(&self) -> Option<&str> {
        self.injections.iter().filter(|one| one.status() == self.status).find_map(Injection::seen)
    }
}

impl Takes {
    pub(super) fn of(plan: &FaultPlan) -> Takes {
        if plan.until.is_some() { Takes::Undo } else { Takes::Nothing }
    }
}

fn distinct<'a>(objects: impl Iterator<Item = &'a String>) -> Vec<&'a str> {
    let mut seen = std::collections::HashSet::new();
    objects.map(String::as_str).filter(|object| seen.insert(*object)).collect()
}
