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
    /// A timer of the runtime that is entered. It takes a descriptor.
    pub fn new() -> io::Result<Timer> {
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
        let lateness = self.lateness.load(Ordering::Relaxed);
        let left = at.saturating_duration_since(Instant::now());
        let sleep = left.saturating_sub(Duration::from_nanos(lateness.into()));
        if sleep.is_zero() {
            return;
        }
        self.sleep(sleep).await;
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
