//! What one injection of a fault cost of the acknowledged writes, and whether the ledger shows enough of it.

use super::share::Loss;
use super::span::Span;
use crate::clock::Offset;
use crate::run::Bounds;
use crate::units::{Rate, Span as Length};
use std::time::Duration;

/// The stretch before the call that has to hold acknowledged writes. Not before the effect: how long that takes to be
/// seen is no matter of the ledger.
const BEFORE: Duration = Duration::from_mins(1);
/// How many it has to hold.
const ENOUGH: u64 = 30;
/// The newest of them must not be older than so many periods of the writer …
const PERIODS: u32 = 3;
/// … or than this, whichever is longer.
const RECENT: Duration = Duration::from_secs(1);

/// All acknowledgements of a run, in order of time.
#[derive(Debug)]
pub(super) struct Acknowledged {
    pub(super) at: Vec<Offset>,
    pub(super) period: Duration,
}

/// What one injection cost.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cost {
    pub(super) rpo: Option<Bounds>,
    pub(super) acknowledged: u64,
    pub(super) doubt: Option<String>,
}

impl Acknowledged {
    pub(super) fn new(mut at: Vec<Offset>, rate: Rate) -> Acknowledged {
        at.sort_unstable();
        let period = Duration::try_from_secs_f64(1.0 / rate.as_per_second()).unwrap_or(RECENT);
        Acknowledged { at, period }
    }

    /// How many came at or after the one instant and before the other.
    fn between(&self, from: Offset, to: Offset) -> u64 {
        let before = |at: Offset| self.at.partition_point(|ack| *ack < at);
        before(to).saturating_sub(before(from)) as u64
    }

    fn newest_before(&self, at: Offset) -> Option<Offset> {
        self.at.partition_point(|ack| *ack < at).checked_sub(1).map(|place| self.at[place])
    }

    /// What an injection cost whose lost writes are known.
    pub(super) fn cost(&self, span: &Span, loss: &Loss) -> Cost {
        let Some(effect) = span.effect else {
            let doubt = "its effect was not seen, so nothing can be said of what it cost".to_owned();
            return Cost { rpo: None, acknowledged: self.around(span, span.call, loss), doubt: Some(doubt) };
        };
        let doubt = self.doubt(span);
        let rpo = loss
            .first
            .map_or(Some(Bounds::exact(Duration::ZERO)), |first| Some(self.rpo(span, effect, first, loss)));
        let rpo = match (loss.first, &doubt) {
            // That nothing is lost is only known where enough was there to lose.
            (None, Some(_)) => None,
            // What is lost stays lost, but with more writes it might have been more.
            (_, Some(_)) => rpo.map(|rpo| Bounds { high: None, ..rpo }),
            (_, None) => rpo,
        };
        Cost { rpo, acknowledged: self.around(span, effect, loss), doubt }
    }

    /// From the recovery point to the effect. The point lies after the newest write that was kept and not after the
    /// first that was lost; the effect lies after the call and not after the instant at which it was seen.
    fn rpo(&self, span: &Span, effect: Offset, first: Offset, loss: &Loss) -> Bounds {
        let kept = loss.kept.unwrap_or(first - self.period);
        // What was acknowledged and lost was acknowledged before the effect, unless that had been seen.
        let effect = effect.max(loss.last.unwrap_or(effect));
        let low = span.call.max(loss.last.unwrap_or(span.call)).since(first);
        Bounds { value: effect.since(first), low, high: Some(effect.since(kept)) }
    }

    fn around(&self, span: &Span, effect: Offset, loss: &Loss) -> u64 {
        let from = loss.first.map_or(effect - BEFORE, |first| first.min(effect - BEFORE));
        let after_all = self.at.last().map_or(Offset::ZERO, |last| *last + Duration::from_micros(1));
        let to = span.end.map_or(after_all, |end| end + Duration::from_micros(1));
        self.between(from, to)
    }

    /// Why the ledger shows too little around this injection, if so, and what to do about it.
    fn doubt(&self, span: &Span) -> Option<String> {
        let before = self.between(span.call - BEFORE, span.call);
        if before < ENOUGH {
            return Some(format!(
                "only {before} writes were acknowledged in the minute before it, and {ENOUGH} are needed; \
                 raise the rate of the ledger, or inject it later"
            ));
        }
        let newest = self.newest_before(span.call);
        let newest = newest.map_or(Duration::MAX, |newest| span.call.since(newest));
        if newest > RECENT.max(self.period * PERIODS) {
            return Some(format!(
                "no write was acknowledged in the last {} before it, so nothing near it could be lost; \
                 see why the target took none",
                Length::new(Duration::from_millis(u64::try_from(newest.as_millis()).unwrap_or(u64::MAX)))
            ));
        }
        let after = span.good.map_or(0, |good| self.between(good, Offset::from_micros(u64::MAX)));
        (after == 0).then(|| {
            "no write was acknowledged after the recovery, so it is not known what the recovered service has; \
             let the load go on for longer"
                .to_owned()
        })
    }
}
