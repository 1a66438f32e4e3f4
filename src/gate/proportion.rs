//! Decides whether a share of requests is at most what a gate allows: the heart of percentiles, error rate and
//! availability.
//!
//! `p99 <= T` says that at most 1 % of requests are slower than T or fail, so it is a share like an error rate. Both
//! ends are exact Clopper-Pearson bounds, one-sided at 95 %: a pass is wrong in at most one of 20 runs, and so is a
//! failure; between them the evidence does not decide.

use super::words::{count, more_dropped, needs, part, percent_exactly};
use super::{Comparison, Requests};
use crate::stats::{ALPHA, about_more, fewest, lower_bound, upper_bound};
use crate::verdict::Verdict;

/// Requests that a gate counts against the service, and how many it allows.
#[derive(Debug, Clone)]
pub(super) struct Proportion {
    /// Requests that certainly count against it.
    pub(super) certain: u64,
    /// Those, and those that may: their bucket of the histogram lies on both sides of the limit.
    pub(super) possible: u64,
    /// The share of requests that may be so.
    pub(super) allowed: f64,
    /// [`Comparison::Below`] when the share must be less than allowed.
    pub(super) comparison: Comparison,
    /// What counts against it, after a number of requests: `were slower than 250ms or failed`.
    pub(super) what: String,
    /// The verb after the share that is allowed: `may be`, `may`.
    pub(super) may: &'static str,
}

impl Proportion {
    /// The verdict and its reason.
    pub(super) fn decide(&self, evidence: &Requests<'_>) -> (Verdict, String) {
        let counts = &evidence.tally.counts;
        let (n, dropped) = (counts.ended(), counts.dropped);
        let shown =
            |possible: u64, dropped: u64| self.within(upper_bound(possible + dropped, n + dropped, ALPHA));
        if shown(self.possible, dropped) {
            return (Verdict::Pass, self.passed(n, dropped));
        }
        if !self.within(lower_bound(self.certain, n, ALPHA)) {
            return (Verdict::Fail, self.fact(n));
        }
        let why = match () {
            () if shown(self.possible, 0) => format!(
                "{}, but {}, and with those counted as bad it is too close to call; lower the rate or raise \
                 `max_in_flight`",
                self.fact(n),
                more_dropped(dropped)
            ),
            () if shown(self.certain, 0) => format!(
                "{}, but {} more lie within 0.1 % of the limit, too close to tell on which side; move the limit a \
                 little",
                self.fact(n),
                count(self.possible - self.certain)
            ),
            () => self.undecided(n, evidence),
        };
        (Verdict::Inconclusive, why)
    }

    /// Whether a share is one that the gate allows.
    fn within(&self, share: f64) -> bool {
        match self.comparison {
            Comparison::Below => share < self.allowed,
            _ => share <= self.allowed,
        }
    }

    /// What was counted and what is allowed.
    fn fact(&self, n: u64) -> String {
        let allowed = percent_exactly(self.allowed);
        let most = if self.comparison == Comparison::Below { "less than" } else { "at most" };
        format!("{} {}; {most} {allowed} {}", part(self.certain, n), self.what, self.may)
    }

    fn passed(&self, n: u64, dropped: u64) -> String {
        match dropped {
            0 => self.fact(n),
            _ => format!("{}; {} and counted as bad too", self.fact(n), more_dropped(dropped)),
        }
    }

    fn undecided(&self, n: u64, evidence: &Requests<'_>) -> String {
        let more = about_more(self.certain, n, self.allowed, ALPHA);
        let few = fewest(self.allowed, ALPHA).filter(|few| self.certain == 0 && n < *few);
        let fact = self.fact(n);
        match (more, few) {
            (Some(more), Some(few)) => {
                format!(
                    "{fact}, but it takes {} good ones to show that; {}",
                    count(few),
                    needs(more, evidence)
                )
            }
            (Some(more), None) => format!("{fact}, and that is too close to call; {}", needs(more, evidence)),
            (None, _) => {
                format!("{fact}, and that is so close that more requests may not decide it; move the limit")
            }
        }
    }
}
