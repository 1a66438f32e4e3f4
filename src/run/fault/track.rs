//! The steps of all faults, folded while the history goes by.

use super::injection::Takes;
use super::stretch::{Seconds, seconds_of};
use super::{FaultResult, FaultStatus, Injection, findings};
use crate::clock::Offset;
use crate::event::FaultStep;
use crate::history::FaultPlan;
use crate::run::Recovery;
use crate::verdict::Verdict;
use std::collections::BTreeMap;

/// Of one fault at most this many injections are kept that nothing speaks against.
const INJECTIONS: usize = 256;

/// The faults of the plan, in its order.
#[derive(Debug)]
pub(in crate::run) struct Faults {
    pub(super) tracks: Vec<Track>,
}

/// One fault so far.
#[derive(Debug)]
pub(super) struct Track {
    pub(super) plan: FaultPlan,
    pub(super) injections: BTreeMap<u32, Injection>,
    count: u64,
    /// The seconds of injections that are no longer kept, and the end of the last of them.
    pub(super) past: Seconds,
    pub(super) past_end: Option<Offset>,
}

impl Faults {
    pub(in crate::run) fn new(plan: &[FaultPlan]) -> Faults {
        let track = |plan: &FaultPlan| Track {
            plan: plan.clone(),
            injections: BTreeMap::new(),
            count: 0,
            past: Vec::new(),
            past_end: None,
        };
        Faults { tracks: plan.iter().map(track).collect() }
    }

    /// Takes in a step. The error says that the plan does not have this fault.
    pub(in crate::run) fn add(&mut self, at: Offset, step: FaultStep) -> Result<(), String> {
        let Some(track) = self.tracks.get_mut(usize::from(step.fault)) else {
            return Err(format!("the history speaks of fault {}, which the plan does not have", step.fault));
        };
        track.count = track.count.max(u64::from(step.injection) + 1);
        track
            .injections
            .entry(step.injection)
            .or_insert_with(|| Injection::new(step.injection))
            .add(at, step);
        while track.injections.len() > INJECTIONS && track.forget() {}
        Ok(())
    }

    /// What became of each fault, with what users felt of it.
    pub(in crate::run) fn results(self, felt: Vec<Option<Recovery>>) -> Vec<FaultResult> {
        let felt = felt.into_iter().chain(std::iter::repeat(None));
        self.tracks.into_iter().zip(felt).map(|(track, recovery)| track.result(recovery)).collect()
    }

    /// How many injections are kept.
    #[cfg(test)]
    pub(in crate::run) fn kept(&self) -> usize {
        self.tracks.iter().map(|track| track.injections.len()).sum()
    }
}

impl Track {
    pub(super) fn takes(&self) -> Takes {
        Takes::of(&self.plan)
    }

    /// Forgets the oldest injection that is over and went well, but neither the first nor the last one. Whether there
    /// was one.
    fn forget(&mut self) -> bool {
        let takes = self.takes();
        let last = self.injections.len().saturating_sub(1);
        let number = self.injections.values().enumerate().find(|(place, one)| {
            let well = one.is_proven() && matches!(one.status(), FaultStatus::Undone | FaultStatus::Proven);
            well && !one.is_open(takes) && one.ended(takes).is_some() && (1..last).contains(place)
        });
        let number = number.map(|(_, one)| one.number);
        let Some(one) = number.and_then(|number| self.injections.remove(&number)) else { return false };
        self.past.extend(seconds_of(&one, takes));
        self.past_end = self.past_end.max(one.ended(takes));
        true
    }

    fn result(self, recovery: Option<Recovery>) -> FaultResult {
        let injections: Vec<Injection> = self.injections.into_values().collect();
        let status = injections.iter().map(Injection::status).max().unwrap_or(FaultStatus::Planned);
        let result = FaultResult {
            plan: self.plan,
            status,
            verdict: Verdict::Pass,
            count: self.count,
            injections,
            recovery,
            data: None,
        };
        let verdict = Verdict::worst(findings::of(&result).iter().map(|finding| finding.verdict));
        FaultResult { verdict, ..result }
    }
}
