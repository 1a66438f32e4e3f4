//! What is known of one second of a load, as far as trust in it goes.

use super::limits::FULL;
use super::{Cause, Doubt, Limits};
use crate::event::{Filled, GeneratorSecond};
use crate::sample::ErrorClass;
use crate::stats::Delta;
use std::time::Duration;

/// What the rules look at in one second of a load.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Second {
    pub(super) planned: u64,
    pub(super) dropped: u64,
    pub(super) sent: u64,
    pub(super) late: u64,
    /// How much later than planned the latest of them started.
    pub(super) latest: Duration,
    /// Requests that failed on our side.
    pub(super) own: u64,
    pub(super) said: Option<GeneratorSecond>,
}

impl Second {
    /// Adds one endpoint's part.
    pub fn add(&mut self, delta: &Delta, limits: &Limits) {
        let limit = limits.late.as_micros() as u64;
        let counts = &delta.tally.counts;
        self.planned += counts.planned;
        self.dropped += counts.dropped;
        self.sent += counts.ended();
        self.own += counts.errors[ErrorClass::Generator.index()];
        self.late += delta.tally.lag.above_us(limit).0;
        self.latest = self.latest.max(Duration::from_micros(delta.tally.lag.max_us().unwrap_or_default()));
    }

    /// Adds what the generator said of itself.
    pub fn said(&mut self, said: &GeneratorSecond) {
        let busiest = self.said.take().filter(|before| before.cpu > said.cpu);
        self.said = Some(busiest.unwrap_or_else(|| said.clone()));
    }

    /// What there was none left of when requests failed on our side.
    pub(super) fn out_of(&self) -> Option<Doubt> {
        if self.own == 0 {
            return None;
        }
        let unsent = Doubt { cause: Cause::Unsent, value: self.own as f64, limit: 0.0 };
        Some(self.fullest().unwrap_or(unsent))
    }

    /// Ports or descriptors, whichever are fuller, where hardly any are left.
    fn fullest(&self) -> Option<Doubt> {
        let said = self.said.as_ref()?;
        let filled = [(Cause::Ports, said.ports), (Cause::Descriptors, said.descriptors)];
        let full = filled.into_iter().filter_map(|(cause, filled)| Some((cause, filled?)));
        let (cause, filled) = full
            .filter(|(_, filled)| filled.share() >= FULL)
            .max_by(|(_, one), (_, other)| Filled::share(*one).total_cmp(&other.share()))?;
        Some(Doubt { cause, value: filled.used as f64, limit: filled.limit as f64 })
    }
}
