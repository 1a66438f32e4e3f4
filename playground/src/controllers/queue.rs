//! What a controller still has to look at, and when.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// The first pause after a failure; each further one doubles it.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
/// The longest pause after failures.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Keys with the time they are due; a key is in it once, however often it was added.
#[derive(Debug)]
pub(super) struct Queue<K> {
    state: Mutex<State<K>>,
    added: Notify,
}

#[derive(Debug)]
struct State<K> {
    due: HashMap<K, Instant>,
    failures: HashMap<K, u32>,
}

impl<K: Clone + Eq + Hash> Queue<K> {
    pub(super) fn new() -> Queue<K> {
        let state = State { due: HashMap::new(), failures: HashMap::new() };
        Queue { state: Mutex::new(state), added: Notify::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State<K>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes `key` due after `pause`, or when it is due already, whichever comes first.
    pub(super) fn add(&self, key: K, pause: Duration) {
        let at = Instant::now() + pause;
        self.lock().due.entry(key).and_modify(|due| *due = at.min(*due)).or_insert(at);
        self.added.notify_one();
    }

    /// The key failed: it is due again after a pause that grows with every failure in a row.
    pub(super) fn fail(&self, key: K) {
        let failures = {
            let mut state = self.lock();
            let failures = state.failures.entry(key.clone()).or_insert(0);
            *failures += 1;
            *failures
        };
        self.add(key, (FIRST_PAUSE * (1 << failures.min(10))).min(LONGEST_PAUSE));
    }

    /// The key succeeded: its failures are forgotten.
    pub(super) fn forget(&self, key: &K) {
        self.lock().failures.remove(key);
    }

    /// Takes the key that has been due for longest, waiting for one.
    pub(super) async fn next(&self) -> K {
        loop {
            let first = {
                let mut state = self.lock();
                let first = state.due.iter().min_by_key(|(_, at)| **at).map(|(key, at)| (key.clone(), *at));
                if let Some((key, _)) = first.as_ref().filter(|(_, at)| *at <= Instant::now()) {
                    state.due.remove(key);
                    return key.clone();
                }
                first
            };
            match first {
                Some((_, at)) => tokio::select! {
                    () = tokio::time::sleep_until(at) => {}
                    () = self.added.notified() => {}
                },
                None => self.added.notified().await,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_key_is_there_once_and_the_earliest_time_counts() {
        let queue = Queue::new();
        queue.add("late", Duration::from_hours(1));
        queue.add("soon", Duration::ZERO);
        queue.add("soon", Duration::from_hours(1));
        assert_eq!(queue.next().await, "soon");
        queue.add("late", Duration::ZERO);
        assert_eq!(queue.next().await, "late");
        assert!(queue.lock().due.is_empty());
    }

    #[tokio::test]
    async fn failures_lengthen_the_pause_until_a_success() {
        let queue = Queue::new();
        let pause = |queue: &Queue<&str>| queue.lock().due["a"] - Instant::now();
        (0..9).for_each(|_| queue.fail("a"));
        queue.lock().due.clear();
        queue.fail("a");
        assert!(pause(&queue) > Duration::from_secs(1));
        queue.forget(&"a");
        queue.lock().due.clear();
        queue.fail("a");
        assert!(pause(&queue) <= FIRST_PAUSE * 2);
    }
}
