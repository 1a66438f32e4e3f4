//! All figures of one second together.

use super::cgroup::Cgroups;
use super::cpu::CpuMeter;
use super::queue::{Account, RunQueues};
use super::steal::Steal;
use super::{descriptors, ports};
use crate::event::GeneratorSecond;
use std::time::{Duration, Instant};

/// What the workers have open right now.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::engine) struct Open {
    /// Requests in flight.
    pub(in crate::engine) in_flight: u64,
    /// Connections.
    pub(in crate::engine) connections: u64,
}

/// Looks at the generator, each time at what happened since the last look.
#[derive(Debug)]
pub(in crate::engine) struct Auditor {
    looked: Instant,
    cpu: CpuMeter,
    /// What processes of ours used since the last look.
    elsewhere: Duration,
    cgroups: Cgroups,
    queues: RunQueues,
    steal: Steal,
    /// The addresses of the target: each has all local ports to itself.
    addresses: u64,
}

impl Auditor {
    /// Begins now; the load goes to so many addresses.
    pub(in crate::engine) fn start(addresses: usize) -> Auditor {
        Auditor {
            looked: Instant::now(),
            cpu: CpuMeter::start(),
            elsewhere: Duration::ZERO,
            cgroups: Cgroups::of_this_process(),
            queues: RunQueues::default(),
            steal: Steal::start(),
            addresses: addresses as u64,
        }
    }

    /// Another process of ours used so much of the processor.
    pub(in crate::engine) fn add_elsewhere(&mut self, used: Duration) {
        self.elsewhere += used;
    }

    /// How long ago the last look was.
    pub(in crate::engine) fn since(&self) -> Duration {
        self.looked.elapsed()
    }

    /// What happened since the last look, as a mean second of that time. `threads` are the load threads, by worker.
    pub(in crate::engine) fn look(
        &mut self,
        second: u64,
        open: Open,
        threads: &[Option<Account>],
    ) -> GeneratorSecond {
        let now = Instant::now();
        let seconds = now.duration_since(self.looked).as_secs_f64().max(1e-6);
        self.looked = now;
        GeneratorSecond {
            second,
            cpu: (self.cpu.used() + std::mem::take(&mut self.elsewhere)).as_secs_f64() / seconds,
            in_flight: open.in_flight,
            connections: open.connections,
            quota: self.cgroups.quota(),
            throttled: self.cgroups.throttled().map(|held_back| held_back.as_secs_f64() / seconds),
            queue: self.queues.longest(threads).map(|queue| queue.per_second(seconds)),
            stolen: self.steal.share(),
            descriptors: descriptors::open(),
            ports: ports::used(open.connections, self.addresses),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_tells_what_was_used_since_the_last_one() {
        let mut auditor = Auditor::start(1);
        let begun = Instant::now();
        let mut spun = 0_u64;
        while begun.elapsed() < Duration::from_millis(20) {
            spun = std::hint::black_box(spun + 1);
        }
        let busy = auditor.look(7, Open { in_flight: 3, connections: 4 }, &[Account::of_this_thread()]);
        assert_eq!((busy.second, busy.in_flight, busy.connections), (7, 3, 4));
        assert!(busy.cpu > 0.0, "{busy:?}");
        assert!(busy.descriptors.is_none_or(|open| open.used > 0 && open.used <= open.limit), "{busy:?}");
        assert!(auditor.since() < begun.elapsed());
    }
}
