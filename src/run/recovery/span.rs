//! Which outages belong to an injection, and whether it was good again after them.

use super::latency::BEFORE;
use super::outage::{Moment, Outage, Usual, outages};
use super::series::{Series, Share};
use crate::clock::Offset;
use crate::history::RecoveryPlan;
use std::time::Duration;

/// What of the run is a fault's own: from its call until it was good again for good, and its outages in it.
#[derive(Debug, Clone, Default)]
pub(super) struct Span {
    /// Until when outages belong to it that begin; none when it was never good again.
    pub(super) until: Option<Offset>,
    /// Its outages, in order of time.
    pub(super) outages: Vec<Outage>,
    /// The first one that was more than a few requests, otherwise the first one.
    pub(super) first: Option<Outage>,
    /// From where to where it was not good for good; the last has no end when it never was.
    pub(super) unwell: Vec<(Offset, Option<Offset>)>,
    /// When it was good again after the last one that counts; none without outages, or when it never was.
    pub(super) recovered: Option<Moment>,
}

/// What is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Watch<'a> {
    pub(super) series: Series<'a>,
    pub(super) plan: &'a RecoveryPlan,
    pub(super) usual: Usual,
    /// Where the load ended.
    pub(super) end: Offset,
}

impl Watch<'_> {
    fn target(&self) -> f64 {
        self.plan.good.get()
    }

    fn stable_for(&self) -> Duration {
        self.plan.stable_for.get()
    }

    /// What there was in the time before `at` that has to be good after a fault as well; where nothing was planned in
    /// it, in the minute before.
    pub(super) fn before(&self, at: Offset) -> Share {
        let near = self.series.share(at - self.stable_for(), at);
        if near.all() > 0 { near } else { self.series.share(at - BEFORE, at) }
    }

    /// Whether it is more than a few requests that a stable time may have.
    fn counts(&self, outage: &Outage) -> bool {
        let from = outage.begins.at;
        !self.series.share(from, from + self.stable_for()).reaches(self.target())
    }

    /// When it was good again after this outage, if it then was for long enough.
    fn stable(&self, outage: &Outage) -> Option<Moment> {
        let (ends, good) = (outage.ends?, outage.good_from?);
        let long = ends.at + self.stable_for() <= self.end;
        let share = self.series.share(good, good.max(ends.at) + self.stable_for());
        (long && share.reaches(self.target())).then_some(ends)
    }

    /// The span of an injection whose call was at `call` and that was over at `over`, or never.
    pub(super) fn span(&self, call: Offset, over: Option<Offset>) -> Span {
        let least = over.unwrap_or(self.end) + self.stable_for();
        let mut span = Span { until: Some(least), ..Span::default() };
        let all = outages(self.series, self.target(), self.usual);
        for outage in all.into_iter().filter_map(|outage| self.since(outage, call)) {
            if span.until.is_some_and(|until| outage.begins.at > until) {
                break;
            }
            if self.counts(&outage) {
                span.recovered = self.stable(&outage);
                let open = span.unwell.pop_if(|(_, end)| end.is_none());
                let from = open.map_or(outage.begins.at, |(from, _)| from);
                span.unwell.push((from, span.recovered.map(|recovered| recovered.at)));
                span.until = span.recovered.map(|recovered| recovered.at.max(least));
                span.first = span.first.or(Some(outage));
            }
            span.outages.push(outage);
        }
        if span.first.is_none() {
            // Nothing but a few requests: over with the first of them.
            span.outages.extend(self.single(call, least).filter(|_| span.outages.is_empty()));
            span.first = span.outages.first().copied();
            span.recovered = span.first.and_then(|outage| outage.ends);
        }
        span
    }

    fn since(&self, outage: Outage, call: Offset) -> Option<Outage> {
        (outage.last_bad >= call).then(|| outage.since(call, self.series)).flatten()
    }

    /// The first bad arrival in slots that are good as a whole.
    fn single(&self, from: Offset, to: Offset) -> Option<Outage> {
        let first = self.series.first_from(from, |slot| slot.bad_between).filter(|at| *at <= to)?;
        Some(Outage::single(first, self.usual))
    }
}
