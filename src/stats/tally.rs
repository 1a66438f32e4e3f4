//! Many windows added up.

use super::streamed::StreamedOf;
use super::{Events, Histogram};
use crate::sample::{ErrorClass, Outcome, Sample};
use serde::{Deserialize, Serialize};

/// How many requests were planned and what became of them: `planned = done + failed + dropped`, always.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Planned starts.
    pub planned: u64,
    /// Answered as expected.
    pub done: u64,
    /// Sent, but not answered as expected.
    pub failed: u64,
    /// Never sent: too many were in flight.
    pub dropped: u64,
    /// The failed ones by class, in the order of [`ErrorClass::ALL`].
    pub errors: [u64; ErrorClass::ALL.len()],
}

impl Counts {
    /// Adds other counts.
    pub fn merge(&mut self, other: &Counts) {
        self.planned += other.planned;
        self.done += other.done;
        self.failed += other.failed;
        self.dropped += other.dropped;
        self.errors.iter_mut().zip(other.errors).for_each(|(mine, theirs)| *mine += theirs);
    }

    /// Requests that were sent and whose end is known.
    pub fn ended(&self) -> u64 {
        self.done + self.failed
    }

    /// The failed ones by class, only classes that occurred.
    pub fn by_class(&self) -> impl Iterator<Item = (ErrorClass, u64)> {
        ErrorClass::ALL.into_iter().zip(self.errors).filter(|(_, count)| *count > 0)
    }
}

/// Counts and durations of some requests: of one window, or of many added up.
pub type Tally = TallyOf<Histogram>;

/// Counts and durations of some requests, each kind of duration in a `T` of its own.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct TallyOf<T> {
    /// How many were planned, done, failed and dropped.
    pub counts: Counts,
    /// Planned to done, of requests that went well.
    pub response: T,
    /// Sent to done, of requests that went well.
    pub service: T,
    /// Sent to first byte, of requests that were answered.
    pub ttfb: T,
    /// Connecting, where a connection was made.
    pub connect: T,
    /// How far from its plan each request was sent, later or earlier.
    pub lag: T,
    /// The events of answers that come piece by piece; none where nothing asked for such.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub streamed: Option<Box<StreamedOf<T>>>,
}

/// Durations that are of interest beside the counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    /// None of them.
    None,
    /// Planned to done.
    Response,
    /// How far from its plan each request was sent.
    Lag,
}

impl Tally {
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
            }
            Outcome::Bad(class) => {
                self.counts.failed += 1;
                self.counts.errors[class.index()] += 1;
            }
        }
    }

    /// Counts the events of one answer.
    pub fn record_events(&mut self, events: &Events) {
        self.streamed.get_or_insert_default().record(events);
    }

    /// Adds the counts of another tally, and of its durations only these.
    pub fn merge_only(&mut self, other: &Tally, times: Times) {
        self.add_one(other, times, Histogram::merge);
    }

    /// Adds another tally.
    pub fn merge(&mut self, other: &Tally) {
        self.add_each(other, Histogram::merge);
    }
}

impl<T: Default> TallyOf<T> {
    /// Adds the counts, and has `add` take each kind of duration to the same of these.
    pub(super) fn add_each<O>(&mut self, other: &TallyOf<O>, add: impl Fn(&mut T, &O)) {
        self.counts.merge(&other.counts);
        for (mine, theirs) in [
            (&mut self.response, &other.response),
            (&mut self.service, &other.service),
            (&mut self.ttfb, &other.ttfb),
            (&mut self.connect, &other.connect),
            (&mut self.lag, &other.lag),
        ] {
            add(mine, theirs);
        }
        if let Some(streamed) = &other.streamed {
            self.streamed.get_or_insert_default().add_each(streamed, add);
        }
    }

    /// Adds the counts, and has `add` take only these durations to the same of these.
    pub(super) fn add_one<O>(&mut self, other: &TallyOf<O>, times: Times, add: impl Fn(&mut T, &O)) {
        self.counts.merge(&other.counts);
        match times {
            Times::None => {}
            Times::Response => add(&mut self.response, &other.response),
            Times::Lag => add(&mut self.lag, &other.lag),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Delta;
    use super::*;
    use crate::clock::Offset;
    use crate::sample::EndpointId;

    #[test]
    fn planned_is_done_and_failed_and_dropped() {
        let at = Offset::from_micros;
        let sample = |outcome| Sample {
            endpoint: EndpointId(0),
            planned: at(1_000),
            sent: at(1_500),
            first_byte: Some(at(2_000)),
            done: at(3_000),
            connect: None,
            outcome,
        };
        let mut delta = Delta::new(EndpointId(0), 0, 0);
        let within = std::time::Duration::from_secs(1);
        delta.record(&sample(Outcome::Good), within);
        delta.record(&sample(Outcome::Bad(ErrorClass::Status)), within);
        delta.drop_one(at(1_000));
        let mut tally = Tally::default();
        tally.merge(&delta.tally);
        let counts = tally.counts;
        assert_eq!((counts.planned, counts.done, counts.failed, counts.dropped), (3, 1, 1, 1));
        assert_eq!(counts.by_class().collect::<Vec<_>>(), [(ErrorClass::Status, 1)]);
        assert_eq!(tally.response.max_us(), Some(2_000), "from the planned instant");
        assert_eq!(tally.service.max_us(), Some(1_500), "from the sent instant");
        assert_eq!((tally.ttfb.count(), tally.lag.count()), (2, 2));
    }
}
