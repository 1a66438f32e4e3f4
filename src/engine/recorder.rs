//! A worker's own counting: one delta per endpoint, stage and second, handed over when the second is over.

use super::batch::Example;
use crate::clock::Offset;
use crate::sample::{EndpointId, ErrorClass, Sample};
use crate::stats::{Delta, Events};
use std::time::Duration;

/// What a worker has recorded and not handed over yet.
#[derive(Debug)]
pub(super) struct Recorder {
    /// Open windows by endpoint, the latest last; hardly ever more than two.
    windows: Vec<Vec<Delta>>,
    /// Later answers are not good where recovery is measured.
    within: Duration,
    /// Which classes have their example, by endpoint.
    seen: Vec<[bool; ErrorClass::ALL.len()]>,
    examples: Vec<Example>,
    trouble: Vec<String>,
}

impl Recorder {
    /// A recorder of this many endpoints. For recovery an answer is good when it took at most `within`.
    pub(super) fn new(endpoints: usize, within: Duration) -> Recorder {
        Recorder {
            within,
            windows: vec![Vec::new(); endpoints],
            seen: vec![[false; ErrorClass::ALL.len()]; endpoints],
            examples: Vec::new(),
            trouble: Vec::new(),
        }
    }

    /// Counts a finished request that was planned in `stage`.
    pub(super) fn record(&mut self, sample: &Sample, stage: u16) {
        let within = self.within;
        if let Some(window) = self.window(sample.endpoint, stage, sample.planned) {
            window.record(sample, within);
        }
    }

    /// Counts the events of a stream that was planned in `stage`.
    pub(super) fn record_events(&mut self, sample: &Sample, stage: u16, events: &Events) {
        if let Some(window) = self.window(sample.endpoint, stage, sample.planned) {
            window.tally.record_events(events);
        }
    }

    /// Counts an arrival that was not sent.
    pub(super) fn drop_one(&mut self, endpoint: EndpointId, stage: u16, planned: Offset) {
        if let Some(window) = self.window(endpoint, stage, planned) {
            window.drop_one(planned);
        }
    }

    /// Keeps the words of a failure when it is the first of its class there.
    pub(super) fn example(&mut self, endpoint: EndpointId, class: ErrorClass, text: &str) {
        let seen = self.seen.get_mut(usize::from(endpoint.0)).map(|seen| &mut seen[class.index()]);
        if let Some(seen @ false) = seen {
            *seen = true;
            self.examples.push(Example { endpoint, class, text: text.to_owned() });
        }
    }

    /// Notes that something of ours went wrong.
    pub(super) fn trouble(&mut self, text: String) {
        self.trouble.push(text);
    }

    /// Takes all windows of seconds before `second`; late answers to them will make new ones.
    pub(super) fn take_before(&mut self, second: u64) -> Vec<Delta> {
        self.windows
            .iter_mut()
            .flat_map(|open| open.extract_if(.., |window| window.second < second))
            .collect()
    }

    /// Takes the examples and troubles that are new.
    pub(super) fn take_words(&mut self) -> (Vec<Example>, Vec<String>) {
        (std::mem::take(&mut self.examples), std::mem::take(&mut self.trouble))
    }

    fn window(&mut self, endpoint: EndpointId, stage: u16, planned: Offset) -> Option<&mut Delta> {
        let open = self.windows.get_mut(usize::from(endpoint.0))?;
        let second = planned.second();
        let place = open.iter().rposition(|window| window.second == second && window.stage == stage);
        let place = place.unwrap_or_else(|| {
            open.push(Delta::new(endpoint, stage, second));
            open.len() - 1
        });
        open.get_mut(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::Outcome;

    #[test]
    fn a_second_is_handed_over_once_and_late_answers_make_a_new_delta() {
        let at = Offset::from_micros;
        let good = |planned| Sample {
            endpoint: EndpointId(1),
            planned,
            sent: planned,
            first_byte: None,
            done: planned,
            connect: None,
            outcome: Outcome::Good,
        };
        let mut recorder = Recorder::new(2, Duration::from_secs(1));
        recorder.record(&good(at(100)), 0);
        recorder.record(&good(at(900_000)), 1);
        recorder.record(&good(at(1_000_000)), 1);
        let keys = |deltas: &[Delta]| {
            deltas.iter().map(|d| (d.stage, d.second, d.tally.counts.done)).collect::<Vec<_>>()
        };
        assert_eq!(keys(&recorder.take_before(1)), [(0, 0, 1), (1, 0, 1)]);
        recorder.record(&good(at(200)), 0);
        assert_eq!(keys(&recorder.take_before(u64::MAX)), [(1, 1, 1), (0, 0, 1)]);
    }

    #[test]
    fn only_the_first_failure_of_a_class_is_kept_in_words() {
        let mut recorder = Recorder::new(1, Duration::from_secs(1));
        for text in ["first", "second"] {
            recorder.example(EndpointId(0), ErrorClass::Reset, text);
        }
        recorder.example(EndpointId(0), ErrorClass::Timeout, "slow");
        let words: Vec<String> = recorder.take_words().0.into_iter().map(|example| example.text).collect();
        assert_eq!(words, ["first", "slow"]);
        assert!(recorder.take_words().0.is_empty());
    }
}
