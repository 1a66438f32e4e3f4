//! Run-queue delay: how long the load threads were ready to run and had no core.

use crate::event::RunQueue;
use serde::{Deserialize, Serialize};
use std::fs;

const FILE: &str = "/proc/thread-self/schedstat";

/// A thread's account since its start. A load thread reads its own with each batch: when it has ended, nobody can.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::engine) struct Account {
    ran_ns: u64,
    waited_ns: u64,
    turns: u64,
}

impl Account {
    /// That of the calling thread; none where the kernel keeps none.
    pub(in crate::engine) fn of_this_thread() -> Option<Account> {
        account_of(&fs::read_to_string(FILE).ok()?)
    }
}

/// The accounts of the load threads at the last look, by worker.
#[derive(Debug, Default)]
pub(super) struct RunQueues {
    before: Vec<Option<Account>>,
}

impl RunQueues {
    /// Since the last look, or since its start, the load thread that waited longest. None where the kernel keeps no
    /// account or no load thread ran.
    pub(super) fn longest(&mut self, now: &[Option<Account>]) -> Option<RunQueue> {
        let before = self.before.iter().copied().chain(std::iter::repeat(None));
        let waits =
            now.iter().zip(before).filter_map(|(now, before)| between(before.unwrap_or_default(), (*now)?));
        let longest = waits.max_by_key(|queue| queue.waited_us);
        self.before = now.to_vec();
        longest
    }
}

/// Reads `190343210 2627359 1021`: nanoseconds run, nanoseconds waited, turns.
fn account_of(text: &str) -> Option<Account> {
    let numbers: Vec<u64> = text.split_whitespace().map(str::parse).collect::<Result<_, _>>().ok()?;
    let [ran_ns, waited_ns, turns] = numbers.try_into().ok()?;
    Some(Account { ran_ns, waited_ns, turns })
}

fn between(before: Account, now: Account) -> Option<RunQueue> {
    let turns = now.turns.checked_sub(before.turns)?;
    let queue = RunQueue {
        waited_us: now.waited_ns.checked_sub(before.waited_ns)? / 1_000,
        ran_us: now.ran_ns.checked_sub(before.ran_ns)? / 1_000,
        turns,
    };
    (turns > 0).then_some(queue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_read_and_the_difference_counts() {
        let before = account_of("190343210 2627359 1021\n").unwrap();
        assert_eq!(before, Account { ran_ns: 190_343_210, waited_ns: 2_627_359, turns: 1_021 });
        let now = account_of("191343210 902627359 1031").unwrap();
        let queue = between(before, now).unwrap();
        assert_eq!((queue.ran_us, queue.waited_us, queue.turns), (1_000, 900_000, 10));
        assert!((queue.mean_us() - 90_000.0).abs() < 1e-9);
        assert_eq!(between(before, before), None, "it did not run");
        assert_eq!(between(now, before), None);
    }

    #[test]
    fn nonsense_is_no_figure() {
        for text in ["", "1 2", "1 2 3 4", "1 -2 3", "a b c"] {
            assert_eq!(account_of(text), None, "{text}");
        }
    }

    #[test]
    fn the_thread_that_waited_longest_speaks() {
        let account =
            |waited_ms: u64, turns| Some(Account { ran_ns: 1_000, waited_ns: waited_ms * 1_000_000, turns });
        let mut queues = RunQueues::default();
        let waited = |queue: Option<RunQueue>| queue.map(|queue| (queue.waited_us, queue.turns));
        assert_eq!(
            waited(queues.longest(&[account(5, 1), account(7, 2), None])),
            Some((7_000, 2)),
            "since the start"
        );
        assert_eq!(waited(queues.longest(&[account(15, 3), account(8, 9), None])), Some((10_000, 2)));
        assert_eq!(waited(queues.longest(&[account(15, 3), account(8, 9), None])), None, "nobody ran");
    }

    #[test]
    fn a_thread_that_ran_has_an_account_where_the_kernel_keeps_any() {
        let kept = fs::read_to_string("/proc/self/schedstat").is_ok();
        let account = std::thread::spawn(Account::of_this_thread).join().unwrap();
        assert_eq!(account.is_some(), kept, "{account:?}");
    }
}
