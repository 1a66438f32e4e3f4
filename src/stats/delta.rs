//! One endpoint during one second of one stage: what a worker hands over, and a line of the history.

use super::slot::{Good, Slots};
use super::{Counts, Tally};
use crate::sample::{EndpointId, Outcome, Sample};
use serde::{Deserialize, Serialize};

/// What happened to one endpoint's requests that were planned in one second of one stage. Late answers arrive in a
/// further delta of the same second; deltas of the same key add up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Delta {
    /// Which endpoint.
    pub endpoint: EndpointId,
    /// The stage's place in the plan.
    pub stage: u16,
    /// The whole second of the planned instant.
    pub second: u64,
    /// Counts and durations.
    pub tally: Tally,
    /// Good and bad by tenth of a second.
    pub slots: Slots,
}

impl Delta {
    /// An empty delta of this key.
    pub fn new(endpoint: EndpointId, stage: u16, second: u64) -> Delta {
        Delta { endpoint, stage, second, tally: Tally::default(), slots: Slots::default() }
    }

    /// Whether anything was counted.
    pub fn is_empty(&self) -> bool {
        self.tally.counts == Counts::default()
    }

    /// Counts one finished request.
    pub fn record(&mut self, sample: &Sample) {
        self.tally.record(sample);
        let good = if sample.outcome == Outcome::Good { Good::Yes } else { Good::No };
        self.slots.count(sample.planned, good);
    }

    /// Counts one arrival that was never sent because too many were in flight.
    pub fn drop_one(&mut self) {
        self.tally.counts.planned += 1;
        self.tally.counts.dropped += 1;
    }

    /// Adds another worker's part of the same key.
    pub fn merge(&mut self, other: &Delta) {
        self.tally.merge(&other.tally);
        self.slots.merge(&other.slots);
    }
}
