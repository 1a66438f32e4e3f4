//! What users felt of one injection, and the worst of all injections of a fault.

use super::attribution::Relation;
use super::detection::Signs;
use super::episode::Episode;
use super::keep::Kept;
use super::latency::{BEFORE, Baseline};
use super::measure::{Instants, detection, measures};
use super::outage::Usual;
use super::series::{Series, Share};
use super::span::{Span, Watch};
use super::steady::steady;
use super::{Measures, Recovery};
use crate::clock::Offset;
use crate::history::RecoveryPlan;
use crate::units::Ratio;
use std::time::Duration;

/// What is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Looked<'a> {
    pub(super) kept: &'a Kept,
    pub(super) plan: &'a RecoveryPlan,
    pub(super) signs: &'a Signs,
    /// Where the load ended.
    pub(super) end: Offset,
}

/// One series as an injection sees it.
pub(super) struct Sight<'a> {
    pub(super) call: Offset,
    pub(super) span: Span,
    series: Series<'a>,
    usual: Usual,
    baseline: Option<Baseline>,
}

/// Looks at one endpoint, or all, with the eyes of one injection. None while nothing is known of its call.
pub(super) fn look<'a>(
    kept: &'a Kept,
    plan: &RecoveryPlan,
    episode: &Episode,
    place: usize,
    end: Offset,
) -> Option<Sight<'a>> {
    let call = episode.call()?;
    let series = kept.series(place, call);
    let baseline = match &episode.baselines {
        Some(known) => known.get(place).copied().flatten(),
        None => kept.latency(place).baseline(call, plan),
    };
    let (period, spacing) = series.spacing(call - BEFORE, call).unwrap_or((BEFORE, BEFORE));
    let within = plan.within.get();
    let slowest = baseline.map_or(within, |baseline| baseline.slowest.min(within));
    let usual = Usual { slowest, period, spacing };
    let span = Watch { series, plan, usual, end }.span(call, episode.over());
    Some(Sight { call, span, series, usual, baseline })
}

impl<'a> Sight<'a> {
    fn watch(&self, looked: &Looked<'a>) -> Watch<'a> {
        Watch { series: self.series, plan: looked.plan, usual: self.usual, end: looked.end }
    }

    /// The figures, where it was good before or others are to blame that it was not.
    fn measures(&self, looked: &Looked<'a>, place: usize, effect: Offset, relation: &Relation) -> Measures {
        let Relation { cut, carried, .. } = *relation;
        let instants = Instants { call: self.call, effect, cut, carried };
        if !self.was_good(looked, relation) {
            return Measures { resolution: self.usual.period, ..Measures::default() };
        }
        let effect = instants.felt(&self.span).at;
        let latency = looked.kept.latency(place);
        Measures {
            steady: steady(latency, self.baseline, looked.plan, effect, looked.end),
            ..measures(&self.watch(looked), &instants, &self.span)
        }
    }

    fn before(&self, looked: &Looked<'a>) -> Share {
        self.watch(looked).before(self.call)
    }

    fn was_good(&self, looked: &Looked<'a>, relation: &Relation) -> bool {
        self.before(looked).reaches(looked.plan.good.get())
            || relation.blamed_from.is_some_and(|from| {
                let clean = self.series.share(from - looked.plan.stable_for.get(), from);
                clean.all() == 0 || clean.reaches(looked.plan.good.get())
            })
    }
}

/// What was felt of one injection; none when it was never injected.
pub(super) fn felt(
    looked: &Looked<'_>,
    episode: &Episode,
    relation: &Relation,
    endpoints: &[String],
    shared_with: Vec<String>,
) -> Option<Recovery> {
    let all = looked.kept.all();
    let sight = look(looked.kept, looked.plan, episode, all, looked.end).filter(|_| episode.is_injected())?;
    let injection = episode.number();
    let effect =
        match episode.effect().and_then(|effect| usable(looked, &sight, effect, relation).map(|()| effect)) {
            Ok(effect) => effect,
            Err(doubt) => {
                let overall = Measures { resolution: sight.usual.period, ..Measures::default() };
                return Some(Recovery {
                    injection,
                    overall,
                    endpoints: Vec::new(),
                    shared_with,
                    doubt: Some(doubt),
                });
            }
        };
    let mut overall = sight.measures(looked, all, effect, relation);
    let until = sight.span.until.unwrap_or(looked.end);
    overall.detected = looked.signs.first(sight.call, until, &episode.victims());
    let instants = Instants { call: sight.call, effect, cut: None, carried: false };
    overall.detection = overall.detected.as_ref().map(|(at, _)| detection(&instants, &sight.span, *at));
    let one = |(place, name): (usize, &String)| {
        let sight = look(looked.kept, looked.plan, episode, place, looked.end)?;
        let any = sight.series.share(sight.call - BEFORE, looked.end).all() > 0;
        let measures = any.then(|| sight.measures(looked, place, effect, relation))?;
        let (detected, detection) = (overall.detected.clone(), overall.detection);
        Some((name.clone(), Measures { detected, detection, ..measures }))
    };
    let endpoints = endpoints.iter().enumerate().filter_map(one).collect();
    Some(Recovery { injection, overall, endpoints, shared_with, doubt: None })
}

/// Why nothing can be said of an injection, where that is so.
fn usable<'a>(
    looked: &Looked<'a>,
    sight: &Sight<'a>,
    effect: Offset,
    relation: &Relation,
) -> Result<(), String> {
    let stable = looked.plan.stable_for;
    let (share, good) = (sight.before(looked), looked.plan.good);
    if share.all() == 0 {
        return Err(
            "there were no requests in the minute before it; inject it while the load runs".to_owned()
        );
    }
    if !sight.was_good(looked, relation) {
        let was = Ratio::new((share.good as f64 / share.all() as f64 * 1_000.0).floor() / 1_000.0);
        return Err(format!(
            "only {was} of the requests were good in the {stable} before it, less than the {good} that count as \
             recovered; find out why, or set `recovery.good` or `recovery.within` to what is usual"
        ));
    }
    let left = looked.end.since(effect.max(sight.call));
    let short = || sight.span.first.is_none() && left < stable.get();
    if short() {
        let left = Duration::from_millis(u64::try_from(left.as_millis()).unwrap_or(u64::MAX));
        return Err(format!(
            "the load ended {} after its effect was seen, sooner than the {stable} that tell whether it was felt; let the \
             load last longer",
            crate::units::Span::new(left)
        ));
    }
    Ok(())
}

/// The worst of what was felt of a fault's injections so far.
#[derive(Debug, Default)]
pub(super) struct Felt {
    worst: Option<Recovery>,
    doubt: Option<Recovery>,
}

impl Felt {
    /// Takes in what was felt of one more injection. One that came before an earlier one had recovered is part of that.
    pub(super) fn note(&mut self, one: Option<Recovery>, relation: &Relation) {
        let Some(one) = one else { return };
        if one.doubt.is_some() {
            self.doubt.get_or_insert(one);
        } else if !relation.prolongs && self.worst.as_ref().is_none_or(|worst| weight(&one) > weight(worst)) {
            self.worst = Some(one);
        }
    }

    /// What is said of the fault: the first doubt, or the worst.
    pub(super) fn result(self) -> Option<Recovery> {
        self.doubt.or(self.worst)
    }
}

/// How bad it was: not over, then by how long until it was good again and how long it was down.
fn weight(recovery: &Recovery) -> impl PartialOrd + use<> {
    let Measures { rto, downtime, .. } = &recovery.overall;
    let value = |bounds: &Option<crate::run::Bounds>| bounds.map(|bounds| bounds.value);
    (rto.is_some_and(|rto| rto.high.is_none()), value(rto), value(downtime))
}
