//! Waiting for an instant more finely than the runtime's millisecond.

use crate::clock::{Clock, Offset};
use std::io;

/// Waits for instants of the run's clock.
pub(super) struct Timer {
    clock: Clock,
    #[cfg(target_os = "linux")]
    fine: linux::TimerFd,
}

impl Timer {
    /// A timer of this thread's runtime.
    pub(super) fn new(clock: Clock) -> io::Result<Timer> {
        Ok(Timer {
            clock,
            #[cfg(target_os = "linux")]
            fine: linux::TimerFd::new()?,
        })
    }

    /// Waits until `at`; returns at once when it has passed.
    pub(super) async fn until(&self, at: Offset) {
        let left = self.clock.instant(at).saturating_duration_since(std::time::Instant::now());
        if left.is_zero() {
            return;
        }
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
