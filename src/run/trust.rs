//! When a second of the measurement cannot be trusted. A load generator that was late, busy or full measured itself.
//!
//! A second is untrusted when
//! - more than 0.1 % of its arrivals were dropped, or
//! - at least 1 % of its requests, and at least 5, started later than a tenth of the tightest latency gate (at least
//!   200 µs, the accuracy of the timers; 100 ms where no gate asks about latency). Connecting is the target's part
//!   and does not count, or
//! - the process used 95 % of the processor time it may use. Not at `max`, which goes as fast as it can.

use crate::gate::Gate;
use crate::history::Meta;
use crate::stats::Delta;
use serde::Serialize;
use std::time::Duration;

/// The share of arrivals that may be dropped, in a second and in a run.
pub(super) const DROPPED: f64 = 0.001;
/// The share of requests that may start late in a second.
const LATE: f64 = 0.01;
/// Fewer late starts than this in a second are chance.
const LATE_AT_LEAST: u64 = 5;
/// The share of the processor time that may be used.
const CPU: f64 = 0.95;

/// A start later than this counts as late where no gate asks about latency.
pub const LATE_WITHOUT_GATE: Duration = Duration::from_millis(100);
/// A start is never late by less than this: the timers are not more accurate.
pub const LATE_FLOOR: Duration = Duration::from_micros(200);

/// Why a second cannot be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Arrivals were dropped.
    Dropped,
    /// Requests started late.
    Late,
    /// The processor was at its limit.
    Cpu,
}

impl Cause {
    /// All causes, in the order of reports.
    pub const ALL: [Cause; 3] = [Cause::Dropped, Cause::Late, Cause::Cpu];

    /// Its name in reports.
    pub const fn words(self) -> &'static str {
        match self {
            Cause::Dropped => "dropped arrivals",
            Cause::Late => "late starts",
            Cause::Cpu => "processor at its limit",
        }
    }
}

/// What a second may not exceed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Limits {
    /// A start later than this is late.
    pub(super) late: Duration,
    /// Cores that may be used.
    pub(super) cpu: Option<f64>,
}

impl Limits {
    pub(super) fn of<'a>(meta: &Meta, gates: impl IntoIterator<Item = &'a Gate>) -> Limits {
        let tightest = gates.into_iter().filter_map(Gate::latency_limit).min();
        Limits {
            late: tightest.map_or(LATE_WITHOUT_GATE, |limit| (limit / 10).max(LATE_FLOOR)),
            cpu: (!meta.flat_out() && meta.machine.cores > 0).then(|| CPU * f64::from(meta.machine.cores)),
        }
    }

    /// Why this second cannot be trusted; empty when it can.
    pub(super) fn causes(&self, second: &Second) -> Vec<Cause> {
        let dropped = second.dropped as f64 > DROPPED * second.planned as f64;
        let late = second.late >= LATE_AT_LEAST && second.late as f64 >= LATE * second.sent as f64;
        let busy = self.cpu.zip(second.cpu).is_some_and(|(limit, used)| used >= limit);
        let found = [(Cause::Dropped, dropped), (Cause::Late, late), (Cause::Cpu, busy)];
        found.into_iter().filter(|(_, is)| *is).map(|(cause, _)| cause).collect()
    }
}

/// What the rules look at in one second of measured load.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Second {
    planned: u64,
    dropped: u64,
    sent: u64,
    late: u64,
    cpu: Option<f64>,
}

impl Second {
    /// Adds one endpoint's part.
    pub(super) fn add(&mut self, delta: &Delta, limits: &Limits) {
        let limit = limits.late.as_micros() as u64;
        self.planned += delta.tally.counts.planned;
        self.dropped += delta.tally.counts.dropped;
        self.sent += delta.tally.counts.ended();
        self.late += delta.tally.lag.above_us(limit).0;
    }

    /// Adds the processor time that was used, in cores.
    pub(super) fn cpu(&mut self, cores: f64) {
        self.cpu = Some(self.cpu.map_or(cores, |before| before.max(cores)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { late: Duration::from_millis(25), cpu: Some(1.9) };

    #[test]
    fn the_rules_at_their_edges() {
        let second = |planned, dropped, late, cpu| Second {
            planned,
            dropped,
            sent: planned - dropped,
            late,
            cpu: Some(cpu),
        };
        for (second, causes) in [
            (second(1_000, 1, 9, 1.89), vec![]),
            (second(1_000, 2, 0, 0.0), vec![Cause::Dropped]),
            (second(1_000, 0, 10, 0.0), vec![Cause::Late]),
            (second(10, 0, 4, 0.0), vec![]),
            (second(10, 0, 5, 0.0), vec![Cause::Late]),
            (second(1_000, 0, 0, 1.9), vec![Cause::Cpu]),
            (second(1_000, 500, 500, 2.0), vec![Cause::Dropped, Cause::Late, Cause::Cpu]),
            (Second::default(), vec![]),
        ] {
            assert_eq!(LIMITS.causes(&second), causes, "{second:?}");
        }
    }

    #[test]
    fn a_target_that_is_slow_to_connect_is_not_our_fault() {
        use crate::clock::Offset;
        use crate::sample::{EndpointId, Outcome, Sample};
        let mut delta = Delta::new(EndpointId(0), 0, 0);
        for (lag_ms, connect_ms) in [(40, Some(38)), (40, Some(1)), (40, None), (1, None)] {
            let sent = Offset::from_micros(lag_ms * 1_000);
            delta.record(
                &Sample {
                    endpoint: EndpointId(0),
                    planned: Offset::ZERO,
                    sent,
                    first_byte: None,
                    done: sent,
                    connect: connect_ms.map(Duration::from_millis),
                    outcome: Outcome::Good,
                },
                Duration::from_secs(1),
            );
        }
        let mut second = Second::default();
        second.add(&delta, &LIMITS);
        assert_eq!((second.sent, second.late), (4, 2));
    }
}
