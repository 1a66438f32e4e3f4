//! The 95th percentile of every second, and how slow it usually was before a fault.

use super::coarse::Coarse;
use crate::clock::Offset;
use crate::history::RecoveryPlan;
use std::collections::BTreeMap;
use std::time::Duration;

/// A second's durations are kept until this many newer ones have begun; then its percentile alone.
const OPEN: u64 = 150;
/// Before a fault at most so much is looked at.
pub(super) const BEFORE: Duration = Duration::from_mins(1);
/// What is usual: hardly any answer takes longer.
const SLOWEST: f64 = 0.999;

/// How fast it usually was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Baseline {
    /// The 95th percentile in microseconds.
    pub(super) p95_us: u64,
    /// How long hardly any answer takes.
    pub(super) slowest: Duration,
}

#[derive(Debug)]
enum Second {
    Open(Coarse),
    Closed(u64),
}

/// The seconds of one series.
#[derive(Debug, Default)]
pub(super) struct Latency {
    seconds: BTreeMap<u64, Second>,
    closed_before: u64,
}

impl Latency {
    /// Adds a part of a second.
    pub(super) fn add(&mut self, second: u64, part: &Coarse) {
        if second < self.closed_before {
            return;
        }
        if let Second::Open(coarse) =
            self.seconds.entry(second).or_insert_with(|| Second::Open(Coarse::default()))
        {
            coarse.merge(part);
        }
        let close = second.saturating_sub(OPEN);
        let open = self.seconds.range_mut(self.closed_before.min(close)..close);
        for (_, second) in open {
            if let Second::Open(coarse) = second {
                *second = Second::Closed(coarse.quantile_us(0.95).unwrap_or(0));
            }
        }
        self.closed_before = self.closed_before.max(close);
    }

    /// How it was in the minute before `call`, or since it was last not good in it and the time that late answers to
    /// that take, but at least for as long as it has to be stable; none without an answer.
    pub(super) fn baseline(&self, call: Offset, plan: &RecoveryPlan) -> Option<Baseline> {
        let within = plan.within.get();
        let troubled = |coarse: &Coarse| coarse.share_within(within) < plan.good.get();
        let mut all = Coarse::default();
        for (number, second) in self.seconds.range((call - BEFORE).second()..call.second()) {
            let Second::Open(coarse) = second else { continue };
            let begins = Offset::from_micros(number.saturating_mul(1_000_000));
            let echo = || {
                let before = self.seconds.range((begins - within).second().saturating_sub(1)..=*number);
                before
                    .into_iter()
                    .any(|(_, second)| matches!(second, Second::Open(coarse) if troubled(coarse)))
            };
            if begins + plan.stable_for.get() >= call || !echo() {
                all.merge(coarse);
            }
        }
        let slowest = all.answered_us(SLOWEST).filter(|slowest| *slowest < u64::MAX)?;
        Some(Baseline { p95_us: all.quantile_us(0.95)?, slowest: Duration::from_micros(slowest) })
    }

    /// The 95th percentile of each second from this one on that had requests.
    pub(super) fn from(&self, second: u64) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.seconds.range(second..).map(|(number, second)| match second {
            Second::Open(coarse) => (*number, coarse.quantile_us(0.95).unwrap_or(0)),
            Second::Closed(p95_us) => (*number, *p95_us),
        })
    }

    /// Forgets all seconds before this one.
    pub(super) fn forget_before(&mut self, second: u64) {
        while let Some(first) = self.seconds.first_entry().filter(|first| *first.key() < second) {
            first.remove();
        }
    }
}
