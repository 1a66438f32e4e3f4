//! When it was not good: stretches of bad arrivals, together with the silence around them.

use super::series::Series;
use super::silence::{Silence, silences};
use super::stretch::{Stretch, stretches};
use crate::clock::Offset;
use std::time::Duration;

/// A moment that was seen once, and where it truly lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) low: Offset,
    pub(super) at: Offset,
    pub(super) high: Offset,
}

/// A time in which it was not good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Outage {
    /// Its first bad arrival; the truth lies between the last good one before it and the end of what was under way.
    pub(super) begins: Moment,
    /// When the first silence in it began, if that was before its first bad arrival was planned.
    pub(super) silent: Offset,
    /// When it was good again; none while it was not.
    pub(super) ends: Option<Moment>,
    /// The first good arrival after it.
    pub(super) good_from: Option<Offset>,
    /// Its last bad arrival.
    pub(super) last_bad: Offset,
}

/// How it was before the fault: what no outage is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Usual {
    /// How long an answer may take.
    pub(super) slowest: Duration,
    /// The mean and the longest time between two arrivals.
    pub(super) period: Duration,
    pub(super) spacing: Duration,
}

/// All outages, in order of time and apart from each other.
pub(super) fn outages(series: Series<'_>, target: f64, usual: Usual) -> Vec<Outage> {
    let Some(end) = series.last_planned() else { return Vec::new() };
    let (all, _) = silences(series, Offset::ZERO, end + Duration::from_micros(1));
    let long: Vec<Silence> = all.into_iter().filter(|silence| silence.waited(end) > usual.slowest).collect();
    let mut found: Vec<Outage> = Vec::new();
    for stretch in stretches(series, target) {
        let outage = outage(series, &stretch, &long, usual);
        match found.last_mut() {
            Some(last) if last.ends.is_none_or(|ends| outage.begins.at <= ends.at) => {
                last.ends = outage.ends;
                last.good_from = outage.good_from;
                last.last_bad = outage.last_bad;
            }
            _ => found.push(outage),
        }
    }
    found
}

fn outage(series: Series<'_>, stretch: &Stretch, long: &[Silence], usual: Usual) -> Outage {
    let Stretch { before, first_bad, last_bad, after } = *stretch;
    let over =
        |silence: &Silence, at: Offset| silence.last <= at && silence.next.is_none_or(|next| next > at);
    let opening = long.iter().find(|silence| over(silence, first_bad));
    let silent = opening.map_or(first_bad, |silence| silence.waiting.min(first_bad));
    // What is bad may have been under way already when it became so.
    let begins = Moment {
        low: before.unwrap_or_default().min(silent),
        at: first_bad,
        high: first_bad + usual.slowest,
    };
    let ends = after.and_then(|(good, certain)| {
        let closing = long.iter().find(|silence| over(silence, good));
        match closing {
            // Sent into the silence: it is back when it answers, not when what it answers late was planned.
            Some(Silence { next: Some(next), .. }) if next.since(good) > usual.slowest => {
                Some(back(series, last_bad, *next, usual))
            }
            Some(Silence { next: None, .. }) => None,
            _ => {
                let answered = closing.and_then(|silence| silence.next).unwrap_or(certain + usual.slowest);
                Some(Moment { low: last_bad.min(good), at: good, high: answered.max(certain) })
            }
        }
    });
    Outage { begins, silent, ends, good_from: after.map(|(good, _)| good), last_bad }
}

/// The end of a silence that ended with an answer at `next`. Had it been over before the last arrival that came twice
/// an answer's time earlier, that one would have been answered before. Twice, because the first answers are given while
/// others wait, and a little slower than ever before proves nothing.
fn back(series: Series<'_>, last_bad: Offset, next: Offset, usual: Usual) -> Moment {
    let waiting = next - usual.slowest * 2;
    let planned = series.last_planned_by(waiting).unwrap_or(waiting);
    let low = planned.max(waiting - usual.spacing);
    let low = if last_bad <= waiting { low.max(last_bad) } else { low };
    Moment { low: low.min(next), at: next, high: next }
}

impl Outage {
    /// The part of it since this call: nothing before it can be the doing of what was called. None where nothing bad is
    /// known to be planned since.
    pub(super) fn since(self, call: Offset, series: Series<'_>) -> Option<Outage> {
        let Outage { begins, silent, .. } = self;
        let first =
            if begins.at < call { series.first_from(call, |slot| slot.bad_between)? } else { begins.at };
        let begins = Moment { low: begins.low.max(call), at: first, high: begins.high.max(first) };
        Some(Outage { begins, silent: silent.max(call), ..self })
    }

    /// One bad arrival among good ones.
    pub(super) fn single(at: Offset, usual: Usual) -> Outage {
        let begins = Moment { low: at - usual.spacing, at, high: at + usual.slowest };
        let (next, high) = (at + usual.period, at + usual.spacing + usual.slowest);
        let ends = Moment { low: at, at: next, high: high.max(next) };
        Outage { begins, silent: at, ends: Some(ends), good_from: Some(next), last_bad: at }
    }

    /// Since when it was down: silent or bad.
    pub(super) fn down_from(&self) -> Offset {
        self.silent.min(self.begins.at)
    }
}
