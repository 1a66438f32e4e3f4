//! One endpoint during one second of one stage: what a worker hands over, and a line of the history.

use super::slot::{Good, Slots};
use super::{Counts, Tally};
use crate::clock::Offset;
use crate::sample::{EndpointId, Outcome, Sample};
use serde::{Deserialize, Serialize};
use std::time::Duration;

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

    /// Counts one finished request. For recovery alone it is good when it went well and took at most `within`.
    pub fn record(&mut self, sample: &Sample, within: Duration) {
        self.tally.record(sample);
        let answered = sample.outcome == Outcome::Good;
        let good = if answered && sample.response() <= within { Good::Yes } else { Good::No };
        self.slots.count(sample.planned, good);
        if answered {
            self.slots.answered(sample.done);
        }
    }

    /// Counts one arrival that was never sent because too many were in flight.
    pub fn drop_one(&mut self, planned: Offset) {
        self.tally.counts.planned += 1;
        self.tally.counts.dropped += 1;
        self.slots.count(planned, Good::No);
    }

    /// Adds another worker's part of the same key.
    pub fn merge(&mut self, other: &Delta) {
        self.tally.merge(&other.tally);
        self.slots.merge(&other.slots);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::ErrorClass;
    use crate::stats::Slot;

    #[test]
    fn an_answer_that_is_late_counts_as_bad_and_as_an_answer() {
        let ms = |n: u64| Offset::from_micros(n * 1_000);
        let sample = |planned, done, outcome| Sample {
            endpoint: EndpointId(0),
            planned: ms(planned),
            sent: ms(planned),
            first_byte: None,
            done: ms(done),
            connect: None,
            outcome,
        };
        let mut delta = Delta::new(EndpointId(0), 0, 0);
        delta.record(&sample(10, 60, Outcome::Good), Duration::from_millis(50));
        delta.record(&sample(20, 71, Outcome::Good), Duration::from_millis(50));
        delta.record(&sample(30, 31, Outcome::Bad(ErrorClass::Refused)), Duration::from_millis(50));
        delta.drop_one(ms(40));
        let expected = Slot {
            good: 1,
            bad: 3,
            good_between: Some((ms(10), ms(10))),
            bad_between: Some((ms(20), ms(40))),
            answered: Some((ms(60), ms(71))),
        };
        assert_eq!(delta.slots.iter().collect::<Vec<_>>(), [(0, &expected)]);
        assert_eq!(
            (delta.tally.counts.done, delta.tally.counts.failed, delta.tally.counts.dropped),
            (2, 1, 1)
        );
    }
}
