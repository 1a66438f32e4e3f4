//! Answers that come piece by piece: when the first event came, and how far apart the others were.

use super::Histogram;
use crate::clock::Offset;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Durations of many streams.
pub type Streamed = StreamedOf<Histogram>;

/// Durations of many streams, each kind in a `T` of its own.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct StreamedOf<T> {
    /// Sent to the first event, of streams that had any.
    pub first_event: T,
    /// From each event to the next of the same stream.
    pub gap: T,
}

/// The events of one stream. It takes four bytes for each of them until the stream is over.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Events {
    first: Option<Duration>,
    last: Offset,
    gaps: Vec<u32>,
}

impl Events {
    /// Notes an event that came at `now` in answer to what was sent at `sent`.
    pub fn note(&mut self, sent: Offset, now: Offset) {
        if self.first.is_none() {
            self.first = Some(now.since(sent));
        } else {
            let micros = now.since(self.last).as_micros();
            self.gaps.push(u32::try_from(micros).unwrap_or(u32::MAX));
        }
        self.last = now;
    }
}

impl Streamed {
    /// Counts the events of one stream.
    pub fn record(&mut self, events: &Events) {
        if let Some(first) = events.first {
            self.first_event.record(first);
        }
        for gap in &events.gaps {
            self.gap.record(Duration::from_micros((*gap).into()));
        }
    }
}

impl<T> StreamedOf<T> {
    /// Has `add` take each kind of duration to the same of these.
    pub(super) fn add_each<O>(&mut self, other: &StreamedOf<O>, add: impl Fn(&mut T, &O)) {
        add(&mut self.first_event, &other.first_event);
        add(&mut self.gap, &other.gap);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Tally;
    use super::*;

    #[test]
    fn the_first_event_counts_from_what_was_sent_and_the_others_from_each_other() {
        let at = Offset::from_micros;
        let (mut events, mut tally, mut all) = (Events::default(), Tally::default(), Tally::default());
        for now in [1_300, 1_400, 1_900] {
            events.note(at(1_000), at(now));
        }
        tally.record_events(&events);
        tally.record_events(&Events::default());
        all.merge(&tally);
        all.merge(&Tally::default());
        let streamed = all.streamed.unwrap();
        assert_eq!((streamed.first_event.count(), streamed.first_event.max_us()), (1, Some(300)));
        assert_eq!((streamed.gap.count(), streamed.gap.max_us()), (2, Some(500)));
    }

    #[test]
    fn histories_from_before_streams_are_read() {
        let none = serde_json::to_string(&Tally::default()).unwrap();
        assert!(!none.contains("streamed"), "{none}");
        assert_eq!(serde_json::from_str::<Tally>(&none).unwrap(), Tally::default());
        let mut tally = Tally::default();
        tally.record_events(&Events { first: Some(Duration::from_millis(3)), ..Events::default() });
        let text = serde_json::to_string(&tally).unwrap();
        assert_eq!(serde_json::from_str::<Tally>(&text).unwrap(), tally);
    }
}
