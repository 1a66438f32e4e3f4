//! The run's one clock. Load, faults, probes and reports all speak of offsets from the start of the run.

use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::{Add, Sub};
use std::time::{Duration, Instant};

/// A point in time on the run's clock: microseconds since its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Offset(u64);

impl Offset {
    /// The start of the run.
    pub const ZERO: Offset = Offset(0);

    /// The point `micros` microseconds after the start.
    pub const fn from_micros(micros: u64) -> Offset {
        Offset(micros)
    }

    /// The point `seconds` after the start, rounded to a microsecond; negative numbers become the start.
    pub fn from_secs_f64(seconds: f64) -> Offset {
        Offset((seconds * 1e6).round().max(0.0) as u64)
    }

    /// Microseconds since the start.
    pub const fn micros(self) -> u64 {
        self.0
    }

    /// Seconds since the start.
    pub fn secs_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// The whole second that this point lies in.
    pub const fn second(self) -> u64 {
        self.0 / 1_000_000
    }

    /// The time since `earlier`, zero when `earlier` is later.
    pub const fn since(self, earlier: Offset) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Offset {
    type Output = Offset;

    fn add(self, later: Duration) -> Offset {
        Offset(self.0.saturating_add(u64::try_from(later.as_micros()).unwrap_or(u64::MAX)))
    }
}

impl Sub<Duration> for Offset {
    type Output = Offset;

    fn sub(self, earlier: Duration) -> Offset {
        Offset(self.0.saturating_sub(u64::try_from(earlier.as_micros()).unwrap_or(u64::MAX)))
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}s", self.secs_f64())
    }
}

/// Tells the time of a run. Copied to every worker; all copies agree because the system's clock is monotonic.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    start: Instant,
}

impl Clock {
    /// A clock that starts now.
    pub fn start() -> Clock {
        Clock { start: Instant::now() }
    }

    /// A clock whose zero lies at `start`, which may be in the near future so that workers start together.
    pub fn starting_at(start: Instant) -> Clock {
        Clock { start }
    }

    /// The clock of a run whose zero another process of this machine gave by [`Clock::zero`].
    pub fn of_zero(zero: Duration) -> Clock {
        let (now, instant) = (monotonic(), Instant::now());
        let (ahead, past) = (zero.saturating_sub(now), now.saturating_sub(zero));
        Clock { start: (instant + ahead).checked_sub(past).unwrap_or(instant) }
    }

    /// The start of the run on the system's monotonic clock, which all processes of a machine share.
    pub fn zero(&self) -> Duration {
        let (now, instant) = (monotonic(), Instant::now());
        let ahead = self.start.saturating_duration_since(instant);
        (now + ahead).saturating_sub(instant.saturating_duration_since(self.start))
    }

    /// The time now; the start of the run when that is still to come.
    pub fn now(&self) -> Offset {
        self.at(Instant::now())
    }

    /// The offset of an instant; the start of the run for an earlier one.
    pub fn at(&self, instant: Instant) -> Offset {
        let since = instant.saturating_duration_since(self.start).as_micros();
        Offset(u64::try_from(since).unwrap_or(u64::MAX))
    }

    /// The instant of an offset, for timers.
    pub fn instant(&self, at: Offset) -> Instant {
        self.start + Duration::from_micros(at.0)
    }
}

/// The system's monotonic clock.
fn monotonic() -> Duration {
    let time = clock_gettime(ClockId::Monotonic);
    Duration::new(time.tv_sec.try_into().unwrap_or(0), time.tv_nsec.try_into().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_can_be_handed_over() {
        for start in [Instant::now(), Instant::now() + Duration::from_secs(7)] {
            let clock = Clock::starting_at(start);
            let other = Clock::of_zero(clock.zero());
            let apart = other.start.max(clock.start) - other.start.min(clock.start);
            // What passes between two looks at the same clock; a wrong zero would be seconds off.
            assert!(apart < Duration::from_secs(1), "{apart:?}");
        }
    }
}
