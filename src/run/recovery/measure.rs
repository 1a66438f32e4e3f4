//! The figures of one injection at one endpoint, or at all together.

use super::Measures;
use super::gap::longest;
use super::outage::{Moment, Outage};
use super::span::{Span, Watch};
use crate::clock::Offset;
use crate::run::Bounds;
use std::time::Duration;

/// When an injection came, and what other faults make of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Instants {
    /// The call.
    pub(super) call: Offset,
    /// When the effect was seen.
    pub(super) effect: Offset,
    /// The first injection of another fault into an outage of this one: what comes after may be the other's doing.
    pub(super) cut: Option<Offset>,
    /// Whether it came into an outage of another fault, all of which may be the other's doing.
    pub(super) carried: bool,
}

impl Instants {
    /// When it came into effect: not before the call, and by when that was seen or users felt it, whichever was first.
    /// Whoever felt it first may have been under way already.
    pub(super) fn felt(&self, span: &Span) -> Moment {
        let (at, high) = span.first.map_or((self.effect, self.effect), |first| {
            (first.begins.at.min(self.effect), first.begins.high.min(self.effect))
        });
        Moment { low: self.call.min(at), at, high: high.max(at) }
    }
}

/// All figures but those that need more than arrivals: detection and steady.
pub(super) fn measures(watch: &Watch<'_>, instants: &Instants, span: &Span) -> Measures {
    let (call, felt) = (instants.call, instants.felt(span));
    let gap = longest(watch, call, span.until.unwrap_or(watch.end).min(watch.end));
    let unfelt = Measures { longest_gap: gap, resolution: watch.usual.period, ..Measures::default() };
    let Some(first) = span.first else {
        // Nothing was felt; what lies between two arrivals could not be.
        let none = Bounds { value: Duration::ZERO, low: Duration::ZERO, high: Some(watch.usual.spacing) };
        let none = Some(none);
        return Measures { recovered: Some(felt.at), failover: none, rto: none, downtime: none, ..unfelt };
    };
    let begins = first.begins;
    let seen = last_seen(watch, span);
    let certain = |bounds: Bounds, since: Offset| {
        let low = if instants.carried { Duration::ZERO } else { bounds.low };
        let alone = instants.cut.map(|cut| alone(span, cut).since(since));
        Bounds { low: alone.map_or(low, |alone| low.min(alone)), ..bounds }
    };
    let failover = match span.recovered {
        Some(recovered) => between(begins, recovered),
        None => Bounds::more_than(seen.since(begins.at)),
    };
    let rto = match span.recovered {
        Some(recovered) => between(felt, recovered),
        None => Bounds::more_than(seen.since(felt.at)),
    };
    let until = span.recovered.map_or(seen, |recovered| recovered.at);
    let share = watch.series.share(begins.at, until.max(begins.at + Duration::from_micros(1)));
    Measures {
        first_error: Some(begins.at),
        recovered: span.recovered.map(|recovered| recovered.at),
        failover: Some(certain(failover, begins.high)),
        rto: Some(certain(rto, felt.high)),
        downtime: Some(downtime(watch, instants, span)),
        lost_requests: share.bad,
        budget_minutes: match share.all() {
            0 | 1 => share.bad as f64 * watch.usual.period.as_secs_f64() / 60.0,
            all => share.bad as f64 / all as f64 * until.since(begins.at).as_secs_f64() / 60.0,
        },
        ..unfelt
    }
}

fn between(from: Moment, to: Moment) -> Bounds {
    Bounds { value: to.at.since(from.at), low: to.low.since(from.high), high: Some(to.high.since(from.low)) }
}

/// Until when it certainly was not good for good, when it never was.
fn last_seen(watch: &Watch<'_>, span: &Span) -> Offset {
    span.outages.last().map_or(watch.end, |last| last.ends.map_or(watch.end, |_| last.last_bad))
}

/// Until when it was not good before another fault came at `cut`.
fn alone(span: &Span, cut: Offset) -> Offset {
    let ends = span.outages.iter().rfind(|outage| outage.begins.at < cut).and_then(|last| last.ends);
    ends.map_or(cut, |ends| ends.low.min(cut))
}

/// The sum of all outages of a span.
fn downtime(watch: &Watch<'_>, instants: &Instants, span: &Span) -> Bounds {
    let length = |outage: &Outage| match outage.ends {
        Some(ends) => {
            let certain = ends.low.min(instants.cut.unwrap_or(ends.low));
            Bounds {
                value: ends.at.since(outage.down_from()),
                low: if instants.carried { Duration::ZERO } else { certain.since(outage.begins.high) },
                high: Some(ends.high.since(outage.begins.low)),
            }
        }
        None => Bounds::more_than(watch.end.since(outage.down_from())),
    };
    let lengths = span.outages.iter().map(length);
    lengths.fold(Bounds::exact(Duration::ZERO), |sum, one| Bounds {
        value: sum.value + one.value,
        low: sum.low + one.low,
        high: sum.high.zip(one.high).map(|(sum, one)| sum + one),
    })
}

/// From the effect to what the platform told at `noticed`.
pub(super) fn detection(instants: &Instants, span: &Span, noticed: Offset) -> Bounds {
    between(instants.felt(span), Moment { low: noticed, at: noticed, high: noticed })
}
