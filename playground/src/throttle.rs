//! Keeps a container's processes to its CPU limit, as the kernel's CFS quota does for control groups, which a
//! playground has no right to make: within each period they run until their quota is used up, and are then stopped
//! (SIGSTOP) until the next one.
//!
//! This is the supervisor's work and not the node's, because the supervisor owns the group: whatever becomes of the
//! playground, it is there to kill what it has stopped. It costs nothing without a limit, and one look at the
//! container's processes in each period while they do little.

use crate::procfs::{Stat, children};
use rustix::process::{Pid, Signal, kill_process_group};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// As long as a period of CFS.
const PERIOD: Duration = Duration::from_millis(100);
/// No two looks come closer: the kernel counts in ticks of about this length.
const STEP: Duration = Duration::from_millis(5);
/// After so many periods with little use, one look a period is enough.
const CALM: u32 = 10;
/// What was used beyond the quota is owed, but never more than so many quotas. A burst that begins between two looks
/// is noticed late; the kernel would have stopped it before it owed that much.
const LARGEST_DEBT: f64 = 5.0;

/// The quota of a period and what is left of it, in seconds of CPU time. It knows no clock.
#[derive(Debug, Clone, PartialEq)]
struct Budget {
    quota: f64,
    left: f64,
    used: f64,
    calm: u32,
}

impl Budget {
    fn new(millicores: u32) -> Budget {
        let quota = f64::from(millicores) / 1000.0 * PERIOD.as_secs_f64();
        Budget { quota, left: quota, used: 0.0, calm: 0 }
    }

    /// Whether the container may run after it has used so much more.
    fn spend(&mut self, used: Duration) -> bool {
        self.left = (self.left - used.as_secs_f64()).max(-LARGEST_DEBT * self.quota);
        self.used += used.as_secs_f64();
        self.left > 0.0
    }

    /// A new period: its quota, with nothing saved from before.
    fn refill(&mut self) {
        self.left = (self.left + self.quota).min(self.quota);
        self.calm = if self.used < self.quota / 4.0 { self.calm.saturating_add(1) } else { 0 };
        self.used = 0.0;
    }

    /// When a running container could be through with its quota, if it goes on using `cores` CPUs.
    fn lasts(&self, cores: f64) -> Duration {
        if self.calm >= CALM {
            return PERIOD;
        }
        Duration::from_secs_f64((self.left / cores.max(1.0)).max(0.0)).max(STEP)
    }
}

/// The keeper of the limit of everything below this process.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    limit: Option<Limit>,
}

#[derive(Debug)]
struct Limit {
    budget: Budget,
    /// CPU time up to the last look, which was then.
    spent: Duration,
    looked: Instant,
    period_ends: Instant,
    next: Instant,
    stopped: BTreeSet<i32>,
}

impl Throttle {
    /// Sets the limit, in millicores; 0 for none.
    pub(crate) fn set(&mut self, millicores: u32) {
        self.release();
        let machine = std::thread::available_parallelism().map_or(usize::MAX, std::num::NonZero::get);
        // Nobody can use more than the machine has.
        let binds = millicores > 0 && (millicores as usize).div_ceil(1000) <= machine;
        let now = Instant::now();
        self.limit = binds.then(|| Limit {
            budget: Budget::new(millicores),
            spent: tree().cpu,
            looked: now,
            period_ends: now + PERIOD,
            next: now,
            stopped: BTreeSet::new(),
        });
    }

    /// How long until the next look; `None` when none is due ever.
    pub(crate) fn pause(&self) -> Option<Duration> {
        let next = self.limit.as_ref()?.next;
        // Zero would mean for ever to a socket.
        Some(next.saturating_duration_since(Instant::now()).max(Duration::from_millis(1)))
    }

    /// Lets everything run that was stopped here, so that signals reach it. The next look may stop it again.
    pub(crate) fn release(&mut self) {
        if let Some(limit) = &mut self.limit {
            signal(&std::mem::take(&mut limit.stopped), Signal::CONT);
        }
    }

    /// Looks at what was used and stops or continues, if it is time.
    pub(crate) fn look(&mut self) {
        let now = Instant::now();
        if let Some(limit) = self.limit.as_mut().filter(|limit| limit.next <= now) {
            limit.look(now);
        }
    }
}

impl Limit {
    fn look(&mut self, now: Instant) {
        let tree = tree();
        let used = tree.cpu.saturating_sub(self.spent);
        self.spent = self.spent.max(tree.cpu);
        let cores = used.as_secs_f64() / now.duration_since(self.looked).max(STEP).as_secs_f64();
        self.looked = now;
        let mut may_run = self.budget.spend(used);
        while self.period_ends <= now {
            self.period_ends += PERIOD;
            self.budget.refill();
            may_run = self.budget.left > 0.0;
        }
        if may_run {
            signal(&std::mem::take(&mut self.stopped), Signal::CONT);
            self.next = self.period_ends.min(now + self.budget.lasts(cores));
        } else {
            // Also again, for groups that came since.
            signal(&tree.groups, Signal::STOP);
            self.stopped.extend(tree.groups);
            self.next = self.period_ends;
        }
    }
}

/// A signal that reaches nobody any more has done its work.
fn signal(groups: &BTreeSet<i32>, signal: Signal) {
    for group in groups.iter().filter_map(|group| Pid::from_raw(*group)) {
        let _ = kill_process_group(group, signal);
    }
}

/// Everything below this process.
struct Tree {
    cpu: Duration,
    groups: BTreeSet<i32>,
}

fn tree() -> Tree {
    let own = std::process::id().to_string();
    let cleared = own.parse().ok().and_then(Stat::of).map_or(Duration::ZERO, |stat| stat.cleared);
    let mut tree = Tree { cpu: cleared, groups: BTreeSet::new() };
    let mut left = children(&own);
    while let Some(pid) = left.pop() {
        let pid = pid.as_raw_nonzero().get();
        let Some(stat) = Stat::of(pid) else { continue };
        tree.cpu += stat.cpu;
        tree.groups.insert(stat.group);
        left.extend(children(&pid.to_string()));
    }
    tree
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn a_busy_container_gets_its_share_in_the_long_run() {
        for millicores in [20, 50, 200, 500, 900, 1500] {
            let mut budget = Budget::new(millicores);
            let (mut used, mut runs) = (0.0, true);
            // A thousand periods, each looked at every 10 ms, with as many threads as the limit needs.
            for look in 1..=10_000 {
                let spent = if runs { 10 * MS * millicores.div_ceil(1000) } else { Duration::ZERO };
                used += spent.as_secs_f64();
                runs = budget.spend(spent);
                if look % 10 == 0 {
                    budget.refill();
                    runs = budget.left > 0.0;
                }
            }
            let share = used / 100.0 * 1000.0;
            assert!((share - f64::from(millicores)).abs() < 2.0, "{millicores}: {share}");
        }
    }

    #[test]
    fn nothing_is_saved_and_debts_are_bounded() {
        let mut budget = Budget::new(200);
        (0..50).for_each(|_| budget.refill());
        assert!(budget.spend(19 * MS) && !budget.spend(2 * MS));
        budget.spend(Duration::from_mins(1));
        let wait = (1..100).find(|_| {
            budget.refill();
            budget.left > 0.0
        });
        assert_eq!(wait, Some(6));
    }

    #[test]
    fn looks_are_far_apart_only_while_little_is_used() {
        let mut budget = Budget::new(200);
        assert_eq!((budget.lasts(1.0), budget.lasts(4.0)), (20 * MS, STEP));
        (0..CALM).for_each(|_| budget.refill());
        assert_eq!(budget.lasts(4.0), PERIOD);
        budget.spend(10 * MS);
        budget.refill();
        assert_eq!(budget.lasts(1.0), 20 * MS);
    }
}
