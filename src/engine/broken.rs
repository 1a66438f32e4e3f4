//! Stress: does a gate break in the stage that has just ended?

use super::LoadPlan;
use crate::gate::{Evidence, Requests, decide};
use crate::history::StagePlan;
use crate::sample::EndpointId;
use crate::stats::{Delta, Tally};
use crate::verdict::Verdict;
use std::collections::BTreeMap;

/// What the stages that were not looked at yet showed, per endpoint.
#[derive(Debug, Default)]
pub(super) struct Broken {
    tallies: BTreeMap<(u16, EndpointId), Tally>,
}

/// A gate that does not hold in a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BrokenGate {
    pub(super) gate: String,
    pub(super) reason: String,
}

impl Broken {
    /// Takes in a window of a profile that ends when a gate breaks.
    pub(super) fn add(&mut self, plan: &LoadPlan, delta: &Delta) {
        if !plan.until_broken.is_empty() {
            self.tallies.entry((delta.stage, delta.endpoint)).or_default().merge(&delta.tally);
        }
    }

    /// The first gate that fails on what `stage` showed; what earlier stages showed is forgotten. One look a stage, so
    /// that looking often does not by itself find a failure.
    pub(super) fn in_stage(
        &mut self,
        plan: &LoadPlan,
        stage: u16,
        planned: &StagePlan,
    ) -> Option<BrokenGate> {
        self.tallies = self.tallies.split_off(&(stage, EndpointId(0)));
        plan.until_broken.iter().find_map(|(gate, text)| {
            let mut tally = Tally::default();
            let of_stage = self.tallies.range((stage, EndpointId(0))..=(stage, EndpointId(u16::MAX)));
            let wanted = of_stage.filter(|((_, endpoint), _)| plan.gate_covers(gate, *endpoint));
            wanted.for_each(|(_, part)| tally.merge(part));
            let length = planned.end.since(planned.start);
            let requests = Requests { tally: &tally, length, planned_rate: planned.from };
            let decision = decide(gate, &Evidence::Requests(requests));
            let failed = decision.verdict == Verdict::Fail;
            failed.then(|| BrokenGate { gate: text.clone(), reason: decision.reason })
        })
    }
}
