//! Busy threads.

use super::{Cores, PressureError, Until};
use rustix::time::{ClockId, clock_gettime};
use std::hint::black_box;
use std::io;
use std::thread;
use std::time::{Duration, Instant};

/// A thread that is busy for a part of the time is so for this part of each such period: shorter than the 100 ms by
/// which a container's limit is kept.
const PERIOD: Duration = Duration::from_millis(10);

/// What was used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Burnt {
    /// CPU time of the process.
    pub cpu: Duration,
    /// Time that passed.
    pub passed: Duration,
    /// How many threads were busy.
    pub threads: usize,
}

/// Keeps `cores` busy until it is over. Errors: a thread cannot be started; then none stays.
pub fn burn(cores: Cores, until: &Until) -> Result<Burnt, PressureError> {
    let before = used();
    let shares = cores.shares();
    thread::scope(|scope| {
        let started: Result<Vec<_>, io::Error> = shares
            .iter()
            .map(|share| thread::Builder::new().spawn_scoped(scope, move || work(*share, until)))
            .collect();
        // Those that did start are waited for at the end of the scope.
        let started = started.inspect_err(|_| until.end()).map_err(PressureError::Thread)?;
        let ended = started.into_iter().try_for_each(|one| one.join().map_err(|_| panicked()));
        ended.inspect_err(|_| until.end())
    })?;
    Ok(Burnt { cpu: used().saturating_sub(before), passed: until.passed(), threads: shares.len() })
}

fn panicked() -> PressureError {
    PressureError::Thread(io::Error::other("it panicked"))
}

fn work(share: f64, until: &Until) {
    let busy = PERIOD.mul_f64(share);
    while until.over().is_none() {
        let begun = Instant::now();
        while begun.elapsed() < busy {
            spin();
        }
        until.pause(PERIOD.saturating_sub(begun.elapsed()));
    }
}

/// Some microseconds of arithmetic.
fn spin() {
    let mut word = black_box(0x9e37_79b9_7f4a_7c15_u64);
    for _ in 0..1000 {
        word = word.rotate_left(5).wrapping_mul(0x2545_f491_4f6c_dd1d);
    }
    black_box(word);
}

fn used() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(time).unwrap_or_default()
}
