//! When it ends.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The end of something: a point in time, or earlier when it is told to. Cheap to clone; all clones end together.
#[derive(Debug, Clone)]
pub struct Until {
    begun: Instant,
    deadline: Instant,
    told: Arc<(Mutex<bool>, Condvar)>,
}

/// Why it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Because {
    /// The time was over.
    Time,
    /// It was told to.
    Told,
}

impl Until {
    /// Ends after `time`.
    pub fn after(time: Duration) -> Until {
        let now = Instant::now();
        // A time beyond what the clock can count is as good as a century.
        let century = Duration::from_hours(100 * 365 * 24);
        Until { begun: now, deadline: now.checked_add(time).unwrap_or(now + century), told: Arc::default() }
    }

    /// Time since it was made.
    pub(super) fn passed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Ends it now.
    pub fn end(&self) {
        *self.lock() = true;
        self.told.1.notify_all();
    }

    /// Whether it is over, and why.
    pub fn over(&self) -> Option<Because> {
        if *self.lock() {
            return Some(Because::Told);
        }
        (Instant::now() >= self.deadline).then_some(Because::Time)
    }

    /// Waits so long, or until the end if that is earlier.
    pub(super) fn pause(&self, time: Duration) {
        let time = time.min(self.deadline.saturating_duration_since(Instant::now()));
        // Why it woke up does not matter: whoever calls looks whether it is over.
        drop(self.told.1.wait_timeout_while(self.lock(), time, |told| !*told));
    }

    fn lock(&self) -> MutexGuard<'_, bool> {
        self.told.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_ends_by_itself_or_when_it_is_told() {
        assert_eq!(Until::after(Duration::ZERO).over(), Some(Because::Time));
        let until = Until::after(Duration::MAX);
        assert_eq!(until.over(), None);
        let other = until.clone();
        let waiting = std::thread::spawn(move || other.pause(Duration::MAX));
        until.end();
        waiting.join().unwrap();
        assert_eq!(until.over(), Some(Because::Told));
    }
}
