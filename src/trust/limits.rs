//! When a second of the measurement cannot be trusted. A load generator that was late, busy or full measured itself.
//!
//! A second is untrusted when
//! - its control group held the process back for a hundredth of it, or
//! - the host gave a tenth of the machine's processor time to others, or
//! - a load thread waited for a core for four fifths of it, or for a hundredth of it and, each time on average, longer
//!   than a request may start late, or
//! - the process used 95 % of the processor time it may use. Not in the closed model, which goes as fast as it can, or
//! - a request failed on our side, usually for want of a port or a descriptor, or
//! - more than 0.1 % of its arrivals were dropped, or
//! - at least 1 % of its requests, and at least 5, started later than a tenth of the tightest latency gate (at least
//!   200 µs, the accuracy of the timers; 100 ms where no gate asks about latency). Connecting is the target's part
//!   and does not count.

use super::{Cause, Second};
use crate::gate::Gate;
use crate::history::Meta;
use std::time::Duration;

/// The share of arrivals that may be dropped, in a second and in a run.
pub const DROPPED: f64 = 0.001;
/// The share of requests that may start late in a second.
const LATE: f64 = 0.01;
/// Fewer late starts than this in a second are chance.
const LATE_AT_LEAST: u64 = 5;
/// The share of the processor time that may be used.
const CPU: f64 = 0.95;
/// The part of a second for which a control group may hold the process back.
const THROTTLED: f64 = 0.01;
/// The share of the machine's time that its host may give to others.
const STOLEN: f64 = 0.1;
/// The part of a second for which a load thread may wait for a core.
const STARVED: f64 = 0.8;
/// Waiting for a core for a smaller part of a second can touch only so small a part of its requests.
const WAITED: f64 = 0.01;
/// Requests that failed on our side are put down to ports or descriptors when so large a share of them is in use.
pub(super) const FULL: f64 = 0.8;

/// A start later than this counts as late where no gate asks about latency.
pub const LATE_WITHOUT_GATE: Duration = Duration::from_millis(100);
/// A start is never late by less than this: the timers are not more accurate.
pub const LATE_FLOOR: Duration = Duration::from_micros(200);

/// What a second may not exceed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// A start later than this is late.
    pub late: Duration,
    /// Cores that there are; none where using all of them is what was asked for.
    pub cores: Option<f64>,
}

/// One cause in one second: what was measured, and the limit. The unit is the cause's own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Doubt {
    /// Why the second cannot be trusted.
    pub cause: Cause,
    /// What was measured.
    pub value: f64,
    /// The limit; of ports and descriptors, how many there are.
    pub limit: f64,
}

impl Limits {
    /// The limits of a load that is judged by these gates, with so many cores; none where it goes as fast as it can.
    pub fn new<'a>(gates: impl IntoIterator<Item = &'a Gate>, cores: Option<f64>) -> Limits {
        let tightest = gates.into_iter().filter_map(Gate::latency_limit).min();
        Limits { late: tightest.map_or(LATE_WITHOUT_GATE, |limit| (limit / 10).max(LATE_FLOOR)), cores }
    }

    /// The limits of a run, judged by these gates.
    pub fn of<'a>(meta: &Meta, gates: impl IntoIterator<Item = &'a Gate>) -> Limits {
        let known = !meta.flat_out() && meta.machine.cores > 0;
        Limits::new(gates, known.then(|| f64::from(meta.machine.cores)))
    }

    /// Whether the generator may have made answers of this second slow, or its requests fail.
    pub fn spoil(&self, second: &Second) -> bool {
        self.doubts(second).iter().any(|doubt| doubt.cause.spoils())
    }

    /// Why this second cannot be trusted, in the order of reports; empty when it can.
    pub fn doubts(&self, second: &Second) -> Vec<Doubt> {
        let doubt = |cause, value, limit| Doubt { cause, value, limit };
        let reaches = |found: &Doubt| found.value >= found.limit;
        let said = second.said.as_ref();
        let late = self.late.as_micros() as f64;
        let throttled = said.and_then(|said| said.throttled);
        let queue = said.and_then(|said| said.queue);
        let waited = queue.map(|queue| queue.waited_us as f64 / 1e6);
        let queue = queue.filter(|_| waited.is_some_and(|waited| waited >= WAITED));
        let busy = said.zip(self.cores).map(|(said, cores)| {
            doubt(Cause::Cpu, said.cpu, CPU * said.quota.map_or(cores, |quota| quota.min(cores)))
        });
        let starts = (second.late >= LATE_AT_LEAST)
            .then(|| doubt(Cause::Late, second.late as f64 / second.sent.max(1) as f64, LATE));
        let share = second.dropped as f64 / second.planned.max(1) as f64;
        [
            throttled.map(|held| doubt(Cause::Throttled, held, THROTTLED)).filter(reaches),
            said.and_then(|said| said.stolen)
                .map(|share| doubt(Cause::Stolen, share, STOLEN))
                .filter(reaches),
            waited.map(|waited| doubt(Cause::Starved, waited, STARVED)).filter(reaches),
            queue.map(|queue| doubt(Cause::Queue, queue.mean_us(), late)).filter(reaches),
            busy.filter(reaches),
            second.out_of(),
            (share > DROPPED).then(|| doubt(Cause::Dropped, share, DROPPED)),
            starts.filter(reaches),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

#[cfg(test)]
#[path = "limits_tests.rs"]
mod tests;
