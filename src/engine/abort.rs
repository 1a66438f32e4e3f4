//! Whether what is seen of the load says that the run has to end early.

use super::LoadPlan;
use crate::gate::{Evidence, Requests, decide};
use crate::stats::{Delta, Tally};
use crate::units::Rate;
use crate::verdict::Verdict;
use std::collections::BTreeMap;

/// The last seconds of the endpoints that the condition is about.
#[derive(Debug, Default)]
pub(super) struct Abort {
    seconds: BTreeMap<u64, Tally>,
}

impl Abort {
    /// Takes in a window.
    pub(super) fn add(&mut self, plan: &LoadPlan, delta: &Delta) {
        if plan.abort_when.as_ref().is_some_and(|abort| plan.gate_covers(&abort.gate, delta.endpoint)) {
            self.seconds.entry(delta.second).or_default().merge(&delta.tally);
        }
    }

    /// Why the run has to end, when all before `second` is in. It is looked at only when the stretch is full.
    pub(super) fn reason(&mut self, plan: &LoadPlan, second: u64) -> Option<String> {
        let abort = plan.abort_when.as_ref()?;
        let from = second.checked_sub(abort.last.get().as_secs())?;
        self.seconds = self.seconds.split_off(&from);
        let mut tally = Tally::default();
        self.seconds.range(..second).for_each(|(_, part)| tally.merge(part));
        let requests = Requests { tally: &tally, length: abort.last.get(), planned_rate: Rate::ZERO };
        let decision = decide(&abort.gate, &Evidence::Requests(requests));
        let broken = decision.verdict == Verdict::Fail;
        broken.then(|| format!("`abort_when: {}` came about: {}", abort.text, decision.reason))
    }
}
