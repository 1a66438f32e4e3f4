//! Whether this machine let its processes run: where it did not, a server that was let go on answers later than that.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

/// How often it looks.
const TICK: Duration = Duration::from_millis(1);

/// A thread that wants to run every millisecond.
pub struct Stall {
    over: Arc<AtomicBool>,
    ticker: JoinHandle<Duration>,
}

impl Stall {
    pub fn watch() -> Stall {
        let over = Arc::new(AtomicBool::new(false));
        let done = over.clone();
        let ticker = spawn(move || {
            let mut longest = Duration::ZERO;
            while !done.load(Ordering::Relaxed) {
                let slept = Instant::now();
                sleep(TICK);
                longest = longest.max(slept.elapsed().saturating_sub(TICK));
            }
            longest
        });
        Stall { over, ticker }
    }

    /// The longest time for which it was not let.
    pub fn longest(self) -> Duration {
        self.over.store(true, Ordering::Relaxed);
        self.ticker.join().unwrap()
    }
}
