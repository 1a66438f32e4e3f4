//! CPU time of this process.

use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// The CPU time that all threads of this process used since the last look.
#[derive(Debug)]
pub(super) struct CpuMeter {
    before: Duration,
}

impl CpuMeter {
    /// Begins now.
    pub(super) fn start() -> CpuMeter {
        CpuMeter { before: total() }
    }

    /// What was used since the last look.
    pub(super) fn used(&mut self) -> Duration {
        let now = total();
        now.saturating_sub(std::mem::replace(&mut self.before, now))
    }
}

fn total() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap_or(0), time.tv_nsec.try_into().unwrap_or(0))
}
