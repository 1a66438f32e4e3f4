//! The newest seconds of a run, open until their late answers have come; then rows of the series.

use super::Untrusted;
use super::series::{Row, Series};
use crate::clock::Offset;
use crate::event::GeneratorSecond;
use crate::history::StagePlan;
use crate::stats::{Counts, Delta, Sum};
use crate::trust::{self, Limits, Spoilt};
use std::collections::BTreeMap;

/// A second is open until this many newer ones have begun. Answers that come later than that still count, but no
/// longer move the percentiles of their second.
const OPEN: u64 = 60;

/// Whether a delta belongs to a measured stage or to warm-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Judged.
    Measured,
    /// Kept out of gates and totals.
    Warmup,
}

#[derive(Debug, Default)]
struct Open {
    counts: Counts,
    response: Sum,
    trust: trust::Second,
}

/// Folds seconds into a series and the list of those that cannot be trusted.
#[derive(Debug)]
pub(super) struct Seconds {
    limits: Limits,
    measured: Vec<(Offset, Offset)>,
    open: BTreeMap<u64, Open>,
    closed_before: u64,
    series: Series,
    untrusted: Untrusted,
    spoilt: Spoilt,
}

impl Seconds {
    pub(super) fn new(limits: Limits, stages: &[StagePlan]) -> Seconds {
        let measured = stages.iter().filter(|stage| !stage.warmup);
        Seconds {
            limits,
            measured: measured.map(|stage| (stage.start, stage.end)).collect(),
            open: BTreeMap::new(),
            closed_before: 0,
            series: Series::default(),
            untrusted: Untrusted::default(),
            spoilt: Spoilt::default(),
        }
    }

    /// Adds one endpoint's part of a second.
    pub(super) fn add(&mut self, delta: &Delta, part: Part) {
        self.close(delta.second.saturating_sub(OPEN));
        if delta.second < self.closed_before {
            self.series.add(&Row::of(delta.second, &delta.tally.counts));
            return;
        }
        let open = self.open.entry(delta.second).or_default();
        open.counts.merge(&delta.tally.counts);
        open.response.add(&delta.tally.response);
        if part == Part::Measured {
            open.trust.add(delta, &self.limits);
        }
    }

    /// Adds what the generator says of itself. Whether that second is measured load.
    pub(super) fn generator(&mut self, said: &GeneratorSecond) -> Part {
        let begins = Offset::from_micros(said.second.saturating_mul(1_000_000));
        let ends = Offset::from_micros(begins.micros().saturating_add(1_000_000));
        if !self.measured.iter().any(|(start, end)| *start < ends && *end > begins) {
            return Part::Warmup;
        }
        self.close(said.second.saturating_sub(OPEN));
        if said.second >= self.closed_before {
            self.open.entry(said.second).or_default().trust.said(said);
        }
        Part::Measured
    }

    /// Closes all seconds before this one.
    fn close(&mut self, before: u64) {
        if before <= self.closed_before {
            return;
        }
        self.closed_before = before;
        let still_open = self.open.split_off(&before);
        for (second, open) in std::mem::replace(&mut self.open, still_open) {
            let doubts = self.limits.doubts(&open.trust);
            if open.counts.planned > 0 {
                let response = open.response.quantiles_us([0.5, 0.99]);
                self.series.add(&Row {
                    p50_us: response.map(|[p50, _]| p50),
                    p99_us: response.map(|[_, p99]| p99),
                    untrusted: u64::from(!doubts.is_empty()),
                    ..Row::of(second, &open.counts)
                });
            }
            if doubts.iter().any(|doubt| doubt.cause.spoils()) {
                self.spoilt.add(second);
            }
            self.untrusted.note(second, &doubts);
        }
    }

    /// Closes all and hands over the rows, the seconds that cannot be trusted, and those that gates are judged without.
    pub(super) fn finish(mut self) -> (Vec<Row>, Untrusted, Spoilt) {
        self.close(u64::MAX);
        (self.series.into_rows(), self.untrusted, self.spoilt)
    }

    #[cfg(test)]
    pub(super) fn open(&self) -> usize {
        self.open.len()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Cause;
    use super::*;
    use crate::sample::{EndpointId, Outcome, Sample};
    use crate::units::Rate;
    use std::time::Duration;

    fn seconds() -> Seconds {
        let stage = |start: u64, end: u64, warmup| StagePlan {
            name: "s".into(),
            start: Offset::from_micros(start * 1_000_000),
            end: Offset::from_micros(end * 1_000_000),
            from: Rate::per_second(1.0),
            to: Rate::per_second(1.0),
            warmup,
        };
        let limits = Limits { late: Duration::from_millis(10), cores: Some(2.0) };
        Seconds::new(limits, &[stage(0, 5, true), stage(5, 1_000, false)])
    }

    fn delta(second: u64, response_ms: u64) -> Delta {
        let mut delta = Delta::new(EndpointId(0), 0, second);
        let at = |ms: u64| Offset::from_micros((second * 1_000 + ms) * 1_000);
        delta.record(
            &Sample {
                endpoint: EndpointId(0),
                planned: at(0),
                sent: at(0),
                first_byte: Some(at(response_ms)),
                done: at(response_ms),
                connect: None,
                outcome: Outcome::Good,
            },
            Duration::from_secs(1),
        );
        delta
    }

    #[test]
    fn late_answers_add_up_whether_their_second_is_open_or_closed() {
        let mut seconds = seconds();
        for (second, ms) in [(10, 1), (11, 1), (10, 5), (80, 1), (10, 9_000)] {
            seconds.add(&delta(second, ms), Part::Measured);
        }
        let (rows, ..) = seconds.finish();
        let got: Vec<_> = rows.iter().map(|row| (row.second, row.done, row.p99_us)).collect();
        assert_eq!(got, [(10, 3, Some(5_003)), (11, 1, Some(1_000)), (80, 1, Some(1_000))]);
    }

    #[test]
    fn only_measured_seconds_can_be_untrusted() {
        let mut seconds = seconds();
        let busy = |second| GeneratorSecond { second, cpu: 2.0, ..GeneratorSecond::default() };
        assert_eq!(seconds.generator(&busy(4)), Part::Warmup);
        assert_eq!(seconds.generator(&busy(5)), Part::Measured);
        assert_eq!(seconds.generator(&busy(1_000)), Part::Warmup, "after the load");
        let mut dropped = Delta::new(EndpointId(0), 0, 3);
        dropped.drop_one(Offset::from_micros(3_000_000));
        seconds.add(&dropped, Part::Warmup);
        let (rows, untrusted, spoilt) = seconds.finish();
        assert!(spoilt.contains(5) && spoilt.contains(4) && !spoilt.contains(3) && !spoilt.contains(6));
        assert_eq!((untrusted.seconds, untrusted.of(Cause::Cpu).unwrap().first), (1, 5));
        assert_eq!((rows.len(), rows[0].dropped, rows[0].untrusted), (1, 1, 0));
    }

    #[test]
    fn few_seconds_are_open_at_a_time() {
        let mut seconds = seconds();
        for second in 0..1_000 {
            seconds.add(&delta(second, 1), Part::Measured);
            assert!(seconds.open() <= 61);
        }
        seconds.add(&Delta::new(EndpointId(0), 0, u64::MAX - 1), Part::Measured);
        assert_eq!(seconds.open(), 1, "a second far ahead closes all before it");
    }
}
