//! Run-queue delay: how long the load threads were ready to run and had no core.

use crate::event::RunQueue;
use std::collections::BTreeMap;
use std::fs;

const TASKS: &str = "/proc/self/task";
/// What the names of load threads begin with.
const LOAD: &str = "load-";

/// A thread's account since its start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Account {
    ran_ns: u64,
    waited_ns: u64,
    turns: u64,
}

/// The accounts of the load threads, by the thread's id.
#[derive(Debug, Default)]
pub(super) struct RunQueues {
    before: BTreeMap<u64, Account>,
}

impl RunQueues {
    /// Since the last look, or since its start, the load thread that waited longest. None where the kernel keeps no
    /// account or no load thread ran.
    pub(super) fn longest(&mut self) -> Option<RunQueue> {
        let now = load_threads();
        let waits = now.iter().filter_map(|(id, now)| {
            let before = self.before.get(id).copied().unwrap_or_default();
            between(before, *now)
        });
        let longest = waits.max_by_key(|queue| queue.waited_us);
        self.before = now;
        longest
    }
}

fn load_threads() -> BTreeMap<u64, Account> {
    let Ok(tasks) = fs::read_dir(TASKS) else { return BTreeMap::new() };
    let account = |task: fs::DirEntry| {
        let folder = task.path();
        let name = fs::read_to_string(folder.join("comm")).ok()?;
        if !name.starts_with(LOAD) {
            return None;
        }
        let account = account_of(&fs::read_to_string(folder.join("schedstat")).ok()?)?;
        Some((task.file_name().to_str()?.parse().ok()?, account))
    };
    tasks.filter_map(Result::ok).filter_map(account).collect()
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
    fn only_load_threads_count() {
        let look = || {
            let mut queues = RunQueues::default();
            std::hint::black_box(queues.longest());
            queues.before.len()
        };
        let thread = std::thread::Builder::new().name("load-7".into());
        let (inside, outside) = (thread.spawn(look).unwrap().join().unwrap(), look());
        let kept = fs::read_to_string("/proc/self/schedstat").is_ok();
        assert!(!kept || inside >= 1, "{inside}");
        assert!(outside <= inside, "its own thread is gone");
    }
}
