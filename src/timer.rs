//! Waiting for an instant more finely than the runtime's millisecond.

use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Waits for instants, one at a time. A sleeping thread is woken late, by some tens of microseconds on a virtual machine,
/// and always by about as much; so it asks to be woken that much earlier.
#[derive(Debug)]
pub struct Timer {
    /// About how much too late it is woken, in nanoseconds. Only one task waits, so no order is needed.
    lateness: AtomicU32,
    #[cfg(target_os = "linux")]
    fine: linux::TimerFd,
}

/// Waking later than this is a busy machine, about which no earlier waking helps.
const MOST_LATENESS: u32 = 60_000;
/// By how much one waking moves the estimate, so that it stays in the middle of what was seen.
const LEARNT: u32 = 500;

impl Timer {
    /// A timer of the runtime that is entered, for this thread. It takes a descriptor.
    pub fn new() -> io::Result<Timer> {
        // Without it a sleeping thread may be woken 50 us late, to be woken together with others. What cannot be set is
        // learnt like any other lateness.
        #[cfg(target_os = "linux")]
        let _ = rustix::thread::set_current_timer_slack(std::num::NonZeroU64::new(1));
        Ok(Timer {
            lateness: AtomicU32::new(0),
            #[cfg(target_os = "linux")]
            fine: linux::TimerFd::new()?,
        })
    }

    /// Waits until `at`; returns at once when it has passed. A wait may be given up, but two at a time would wake each
    /// other.
    pub async fn until(&self, at: Instant) {
        self.about(at).await;
        // Shorter than another sleep would take.
        while Instant::now() < at {
            std::hint::spin_loop();
        }
    }

    /// Waits until about `at`: half of all times some microseconds before it, the other half after it.
    pub async fn about(&self, at: Instant) {
        let sleep = self.left(at);
        if !sleep.is_zero() {
            self.sleep(sleep).await;
            self.learn(at);
        }
    }

    /// Waits like [`Timer::about`], but the whole thread sleeps, whatever happens to its other tasks meanwhile: that
    /// is cheaper than waiting for both. What became ready in the meantime has its turn before this returns.
    pub async fn sleep_through(&self, at: Instant) {
        let sleep = self.left(at);
        std::thread::sleep(sleep);
        // The runtime looks at its sockets before it goes on with a task that gave way to the others.
        tokio::task::yield_now().await;
        if !sleep.is_zero() {
            self.learn(at);
        }
    }

    /// How long to sleep in order to be awake at `at`.
    fn left(&self, at: Instant) -> Duration {
        let left = at.saturating_duration_since(Instant::now());
        left.saturating_sub(Duration::from_nanos(self.lateness.load(Ordering::Relaxed).into()))
    }

    /// Takes into account how late it is now that it should be `at`.
    fn learn(&self, at: Instant) {
        let lateness = self.lateness.load(Ordering::Relaxed);
        let learnt = if Instant::now() > at { lateness + LEARNT } else { lateness.saturating_sub(LEARNT) };
        self.lateness.store(learnt.min(MOST_LATENESS), Ordering::Relaxed);
    }

    async fn sleep(&self, left: Duration) {
        #[cfg(target_os = "linux")]
        if self.fine.wait(left).await.is_ok() {
            return;
        }
        tokio::time::sleep(left).await;
    }
}

/// The kernel's timer as a file: exact to some microseconds, and the thread sleeps meanwhile.
#[cfg(target_os = "linux")]
mod linux {
    use rustix::fd::OwnedFd;
    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };
    use std::io;
    use std::time::Duration;
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;

    #[derive(Debug)]
    pub(super) struct TimerFd(AsyncFd<OwnedFd>);

    impl TimerFd {
        pub(super) fn new() -> io::Result<TimerFd> {
            let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
            let fd = timerfd_create(TimerfdClockId::Monotonic, flags)?;
            #[expect(
                deprecated,
                reason = "the replacement is unsafe; it guards against types that close their descriptor early, \
                          which an OwnedFd does not"
            )]
            AsyncFd::with_interest(fd, Interest::READABLE).map(TimerFd)
        }

        pub(super) async fn wait(&self, left: Duration) -> io::Result<()> {
            let value = Timespec {
                tv_sec: left.as_secs().try_into().unwrap_or(i64::MAX),
                tv_nsec: left.subsec_nanos().into(),
            };
            let never = Timespec { tv_sec: 0, tv_nsec: 0 };
            let once = Itimerspec { it_interval: never, it_value: value };
            timerfd_settime(self.0.get_ref(), TimerfdTimerFlags::empty(), &once)?;
            loop {
                let mut ready = self.0.readable().await?;
                let mut count = [0_u8; 8];
                match ready.try_io(|fd| Ok(rustix::io::read(fd.get_ref(), &mut count)?)) {
                    Ok(read) => return read.map(|_| ()),
                    // Readiness left over from an earlier wait that was given up.
                    Err(_would_block) => {}
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test]
    async fn it_never_wakes_early_not_even_after_a_wait_that_was_given_up() -> io::Result<()> {
        let timer = Timer::new()?;
        for micros in [0, 1, 150, 999, 2_500] {
            let given_up = timer.until(Instant::now() + Duration::from_micros(micros / 2));
            let _ = tokio::time::timeout(Duration::ZERO, given_up).await;
            let at = Instant::now() + Duration::from_micros(micros);
            timer.until(at).await;
            assert!(Instant::now() >= at, "{micros} us");
        }
        timer.until(Instant::now().checked_sub(Duration::from_secs(1)).unwrap()).await;
        Ok(())
    }
}
