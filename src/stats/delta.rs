//! One endpoint during one second of one stage: what a worker hands over, and a line of the history.

use super::slot::{Good, Slots};
use super::{Counts, Histogram};
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
    /// How many were planned, done, failed and dropped.
    pub counts: Counts,
    /// Planned to done, of requests that went well.
    pub response: Histogram,
    /// Sent to done, of requests that went well.
    pub service: Histogram,
    /// Sent to first byte, of requests that were answered.
    pub ttfb: Histogram,
    /// Connecting, where a connection was made.
    pub connect: Histogram,
    /// Planned to sent, of every request that was sent.
    pub lag: Histogram,
    /// Good and bad by tenth of a second.
    pub slots: Slots,
}

impl Delta {
    /// An empty delta of this key.
    pub fn new(endpoint: EndpointId, stage: u16, second: u64) -> Delta {
        Delta {
            endpoint,
            stage,
            second,
            counts: Counts::default(),
            response: Histogram::new(),
            service: Histogram::new(),
            ttfb: Histogram::new(),
            connect: Histogram::new(),
            lag: Histogram::new(),
            slots: Slots::default(),
        }
    }

    /// Whether anything was counted.
    pub fn is_empty(&self) -> bool {
        self.counts == Counts::default()
    }

    /// Counts one finished request.
    pub fn record(&mut self, sample: &Sample) {
        self.counts.planned += 1;
        self.lag.record(sample.lag());
        if let Some(took) = sample.connect {
            self.connect.record(took);
        }
        if let Some(first) = sample.first_byte {
            self.ttfb.record(first.since(sample.sent));
        }
        match sample.outcome {
            Outcome::Good => {
                self.counts.done += 1;
                self.response.record(sample.response());
                self.service.record(sample.service());
                self.slots.count(sample.planned, Good::Yes);
            }
            Outcome::Bad(class) => {
                self.counts.failed += 1;
                self.counts.errors[class.index()] += 1;
                self.slots.count(sample.planned, Good::No);
            }
        }
    }

    /// Counts one arrival that was never sent because too many were in flight.
    pub fn drop_one(&mut self) {
        self.counts.planned += 1;
        self.counts.dropped += 1;
    }

    /// Adds another worker's part of the same key.
    pub fn merge(&mut self, other: &Delta) {
        self.counts.merge(&other.counts);
        self.response.merge(&other.response);
        self.service.merge(&other.service);
        self.ttfb.merge(&other.ttfb);
        self.connect.merge(&other.connect);
        self.lag.merge(&other.lag);
        self.slots.merge(&other.slots);
    }
}
