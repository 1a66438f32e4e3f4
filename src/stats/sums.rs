//! Many tallies added up.

use super::{Counts, Streamed, Sum, Tally, Times};

/// Tallies added up: of a part of a run, whatever its length. It takes what a history holds faster than a [`Tally`]
/// does, which it becomes in the end.
#[derive(Debug, Clone, Default)]
pub struct Sums {
    counts: Counts,
    response: Sum,
    service: Sum,
    ttfb: Sum,
    connect: Sum,
    lag: Sum,
    streamed: Option<Box<StreamedSums>>,
}

#[derive(Debug, Clone, Default)]
struct StreamedSums {
    first_event: Sum,
    gap: Sum,
}

impl Sums {
    /// Adds a tally.
    pub fn add(&mut self, tally: &Tally) {
        self.counts.merge(&tally.counts);
        for (sum, durations) in [
            (&mut self.response, &tally.response),
            (&mut self.service, &tally.service),
            (&mut self.ttfb, &tally.ttfb),
            (&mut self.connect, &tally.connect),
            (&mut self.lag, &tally.lag),
        ] {
            sum.add(durations);
        }
        if let Some(streamed) = &tally.streamed {
            let sums = self.streamed.get_or_insert_default();
            sums.first_event.add(&streamed.first_event);
            sums.gap.add(&streamed.gap);
        }
    }

    /// Adds the counts of a tally, and of its durations only these.
    pub fn add_only(&mut self, tally: &Tally, times: Times) {
        self.counts.merge(&tally.counts);
        match times {
            Times::None => {}
            Times::Response => self.response.add(&tally.response),
            Times::Lag => self.lag.add(&tally.lag),
        }
    }

    /// Adds others.
    pub fn merge(&mut self, other: &Sums) {
        self.counts.merge(&other.counts);
        for (mine, theirs) in [
            (&mut self.response, &other.response),
            (&mut self.service, &other.service),
            (&mut self.ttfb, &other.ttfb),
            (&mut self.connect, &other.connect),
            (&mut self.lag, &other.lag),
        ] {
            mine.merge(theirs);
        }
        if let Some(streamed) = &other.streamed {
            let sums = self.streamed.get_or_insert_default();
            sums.first_event.merge(&streamed.first_event);
            sums.gap.merge(&streamed.gap);
        }
    }

    /// All of them as one tally.
    pub fn tally(&self) -> Tally {
        Tally {
            counts: self.counts,
            response: self.response.histogram(),
            service: self.service.histogram(),
            ttfb: self.ttfb.histogram(),
            connect: self.connect.histogram(),
            lag: self.lag.histogram(),
            streamed: self.streamed.as_ref().map(|sums| {
                Box::new(Streamed { first_event: sums.first_event.histogram(), gap: sums.gap.histogram() })
            }),
        }
    }
}
