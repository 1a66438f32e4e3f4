//! One injection, as far as recovery is concerned.

use super::latency::Baseline;
use crate::clock::Offset;
use crate::event::{FaultPhase, FaultStep};
use crate::run::fault::{Injection, Takes};
use std::time::Duration;

/// So long after its end an injection is watched.
const WATCHED: Duration = Duration::from_mins(30);

/// One injection of one fault.
#[derive(Debug, Clone)]
pub(super) struct Episode {
    /// The fault's place in the plan.
    pub(super) fault: usize,
    told: Injection,
    takes: Takes,
    /// How fast each series was before it, as soon as all late answers to that time are there.
    pub(super) baselines: Option<Vec<Option<Baseline>>>,
}

impl Episode {
    pub(super) fn new(fault: usize, number: u32, takes: Takes) -> Episode {
        Episode { fault, told: Injection::new(number), takes, baselines: None }
    }

    pub(super) fn add(&mut self, at: Offset, step: FaultStep) {
        self.told.add(at, step);
    }

    /// Which of its fault's injections.
    pub(super) fn number(&self) -> u32 {
        self.told.number
    }

    /// When it was about to be called: its effect cannot come before that. None while nothing is known of it.
    pub(super) fn call(&self) -> Option<Offset> {
        self.told.at(FaultPhase::Planned).into_iter().chain(self.told.injected()).min()
    }

    /// Whether it was injected at all.
    pub(super) fn is_injected(&self) -> bool {
        self.told.injected().is_some()
    }

    /// When its effect was seen, or why it is not proven.
    pub(super) fn effect(&self) -> Result<Offset, String> {
        match self.told.at(FaultPhase::Proven) {
            Some(at) if self.told.is_proven() => Ok(at),
            _ => {
                let why = self.told.text(FaultPhase::Unproven).unwrap_or("its effect was not seen");
                Err(format!("it was not proven: {why}"))
            }
        }
    }

    /// When it was over.
    pub(super) fn over(&self) -> Option<Offset> {
        self.told.ended(self.takes)
    }

    /// Whether it was over so long ago that nothing more is expected.
    pub(super) fn is_past(&self, now: Offset) -> bool {
        let last = self.over().or_else(|| self.call().filter(|_| !self.is_injected()));
        last.is_some_and(|last| last + WATCHED < now)
    }

    /// Who was hit.
    pub(super) fn victims(&self) -> Vec<&str> {
        let told = [FaultPhase::Planned, FaultPhase::Injected]
            .into_iter()
            .flat_map(|phase| self.told.objects(phase));
        told.map(String::as_str).collect()
    }
}
