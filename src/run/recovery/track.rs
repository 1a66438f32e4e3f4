//! The recovery of all faults, folded while the history goes by.

use super::Recovery;
use super::attribution::{Placed, Relation, relation};
use super::detection::Signs;
use super::episode::Episode;
use super::felt::{Felt, Looked, felt, look};
use super::keep::Kept;
use crate::clock::Offset;
use crate::event::{ClusterChange, FaultStep};
use crate::history::{FaultPlan, Meta, RecoveryPlan};
use crate::run::fault::Takes;
use crate::stats::Delta;
use std::collections::VecDeque;
use std::time::Duration;

/// At most so many slots are kept for injections beyond the newest ones; 50 MB.
const SLOTS: usize = 400_000;
/// At most so many injections are watched at a time.
const WATCHED: usize = 64;
/// Of at most so many older ones it is known when they were.
const PAST: usize = 256;
/// So long after a call all answers to what was planned before it are there.
const SETTLED: Duration = Duration::from_secs(65);

/// The recovery of all faults of a run.
#[derive(Debug)]
pub(in crate::run) struct Recoveries {
    plan: RecoveryPlan,
    faults: Vec<FaultPlan>,
    endpoints: Vec<String>,
    kept: Kept,
    signs: Signs,
    live: VecDeque<Episode>,
    past: VecDeque<Placed>,
    felt: Vec<Felt>,
    most: usize,
}

impl Recoveries {
    pub(in crate::run) fn new(meta: &Meta) -> Recoveries {
        Recoveries {
            plan: meta.recovery,
            faults: meta.faults.clone(),
            endpoints: meta.endpoints.iter().map(|endpoint| endpoint.name.clone()).collect(),
            kept: Kept::new(meta.endpoints.len()),
            signs: Signs::default(),
            live: VecDeque::new(),
            past: VecDeque::new(),
            felt: meta.faults.iter().map(|_| Felt::default()).collect(),
            most: SLOTS,
        }
    }

    /// The same with room for fewer slots.
    #[cfg(test)]
    pub(super) fn at_most(self, slots: usize) -> Recoveries {
        Recoveries { most: slots, ..self }
    }

    /// How many slots are kept.
    #[cfg(test)]
    pub(super) fn kept(&self) -> usize {
        self.kept.count()
    }

    /// A fault went a step further.
    pub(in crate::run) fn step(&mut self, at: Offset, step: &FaultStep) {
        let fault = usize::from(step.fault);
        let Some(plan) = self.faults.get(fault) else { return };
        let is = |episode: &&mut Episode| episode.fault == fault && episode.number() == step.injection;
        if let Some(episode) = self.live.iter_mut().find(is) {
            return episode.add(at, step.clone());
        }
        let known = |placed: &Placed| placed.fault == fault && placed.injection == step.injection;
        if self.past.iter().any(known) {
            return;
        }
        let mut episode = Episode::new(fault, step.injection, Takes::of(plan));
        episode.add(at, step.clone());
        self.live.push_back(episode);
        if self.live.len() > WATCHED {
            self.settle_oldest();
        }
    }

    /// Something of the cluster changed.
    pub(in crate::run) fn change(&mut self, at: Offset, change: &ClusterChange) {
        if !self.faults.is_empty() {
            self.signs.add(at, change);
        }
    }

    /// Takes in one endpoint's part of a second.
    pub(in crate::run) fn add(&mut self, delta: &Delta) {
        if self.faults.is_empty() || !self.kept.add(delta) {
            return;
        }
        let now = self.kept.newest();
        for episode in &mut self.live {
            if let (None, Some(call)) =
                (&episode.baselines, episode.call().filter(|call| *call + SETTLED < now))
            {
                episode.baselines = Some(self.kept.baselines(call, &self.plan));
            }
        }
        while self.live.front().is_some_and(|oldest| oldest.is_past(now)) {
            self.settle_oldest();
        }
        self.kept.forget_before(self.oldest());
        while self.kept.count() > self.most && !self.live.is_empty() {
            self.settle_oldest();
            self.kept.forget_before(self.oldest());
        }
    }

    fn oldest(&self) -> Option<Offset> {
        self.live.iter().filter_map(Episode::call).min()
    }

    /// What was felt of the oldest injection so far is what is said of it, whatever comes.
    fn settle_oldest(&mut self) {
        let placed = self.settle(self.kept.last());
        self.live.pop_front();
        self.past.extend(placed);
        while self.past.len() > PAST {
            self.past.pop_front();
        }
    }

    /// Says what was felt of the first of those that are watched, up to `end`.
    fn settle(&mut self, end: Offset) -> Option<Placed> {
        let episode = self.live.front()?.clone();
        let mine = self.place(&episode, end)?;
        let near = self.live.iter().filter(|other| other.call().is_some_and(|call| call <= mine.until));
        let others: Vec<Placed> =
            self.past.iter().cloned().chain(near.filter_map(|other| self.place(other, end))).collect();
        let relation = relation(&mine, &others, self.plan.stable_for.get());
        self.note(&relation, &episode, end);
        Some(mine)
    }

    /// An injection looked at alone.
    fn place(&self, episode: &Episode, end: Offset) -> Option<Placed> {
        let sight = look(&self.kept, &self.plan, episode, self.kept.all(), end)?;
        Some(Placed::new(episode.fault, episode.number(), sight.call, &sight.span))
    }

    fn note(&mut self, relation: &Relation, episode: &Episode, end: Offset) {
        let looked = Looked { kept: &self.kept, plan: &self.plan, signs: &self.signs, end };
        let names = |place: &usize| self.faults.get(*place).map(|plan| plan.name.clone());
        let shared = relation.shared.iter().filter_map(names).collect();
        let one = felt(&looked, episode, relation, &self.endpoints, shared);
        if let Some(felt) = self.felt.get_mut(episode.fault) {
            felt.note(one, relation);
        }
    }

    /// What was felt of each fault, in the order of the plan, in a run whose load ended at `end`.
    pub(in crate::run) fn results(mut self, end: Offset) -> Vec<Option<Recovery>> {
        let live: Vec<(Episode, Placed)> = std::mem::take(&mut self.live)
            .into_iter()
            .filter_map(|episode| self.place(&episode, end).map(|placed| (episode, placed)))
            .collect();
        let watched = live.iter().map(|(_, placed)| placed.clone());
        let all: Vec<Placed> = self.past.iter().cloned().chain(watched).collect();
        for (episode, mine) in &live {
            let relation = relation(mine, &all, self.plan.stable_for.get());
            self.note(&relation, episode, end);
        }
        self.felt.into_iter().map(Felt::result).collect()
    }
}
