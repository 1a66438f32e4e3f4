//! The kernel's timers as files: exact to some microseconds, and the thread sleeps meanwhile.

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fd::OwnedFd;
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
};
use std::io;
use std::time::{Duration, Instant};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// An alarm for what is waited for, and one for what will be waited for then.
#[derive(Debug)]
pub(super) struct Alarms(Vec<Alarm>);

/// One that rings once.
#[derive(Debug)]
pub(super) struct Alarm {
    fd: AsyncFd<OwnedFd>,
    /// What it is set for, until somebody waits for it.
    set_for: Option<Instant>,
}

impl Alarms {
    pub(super) fn new() -> io::Result<Alarms> {
        Ok(Alarms(vec![Alarm::new()?]))
    }

    /// An alarm that rings `early` before `at`; it may be set already. Another one is set for `then`.
    pub(super) fn set(
        &mut self,
        at: Instant,
        then: Option<Instant>,
        early: Duration,
    ) -> io::Result<&mut Alarm> {
        // Where there is no descriptor for it, each wait sets the one that there is.
        if then.is_some()
            && self.0.len() == 1
            && let Ok(another) = Alarm::new()
        {
            self.0.push(another);
        }
        let set_for = |one: &Option<Instant>| self.0.iter().position(|alarm| alarm.set_for == *one);
        let place = set_for(&Some(at)).or_else(|| set_for(&None)).unwrap_or(0);
        for (number, alarm) in self.0.iter_mut().enumerate() {
            let wanted = if number == place { Some(at) } else { then };
            alarm.set(wanted, early)?;
        }
        let alarm = self.0.get_mut(place).ok_or(io::ErrorKind::NotFound)?;
        alarm.set_for = None;
        Ok(alarm)
    }
}

impl Alarm {
    fn new() -> io::Result<Alarm> {
        let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
        let fd = timerfd_create(TimerfdClockId::Monotonic, flags)?;
        #[expect(
            deprecated,
            reason = "the replacement is unsafe; it guards against types that close their descriptor early, \
                      which an OwnedFd does not"
        )]
        let fd = AsyncFd::with_interest(fd, Interest::READABLE)?;
        Ok(Alarm { fd, set_for: None })
    }

    /// Sets it `early` before `at`, unless that was done before.
    fn set(&mut self, at: Option<Instant>, early: Duration) -> io::Result<()> {
        let Some(at) = at else { return Ok(()) };
        if self.set_for == Some(at) {
            return Ok(());
        }
        let left = at.saturating_duration_since(Instant::now()).saturating_sub(early);
        // Nothing at all would be no alarm.
        let left = left.max(Duration::from_nanos(1));
        let value = Timespec {
            tv_sec: left.as_secs().try_into().unwrap_or(i64::MAX),
            tv_nsec: left.subsec_nanos().into(),
        };
        let never = Timespec { tv_sec: 0, tv_nsec: 0 };
        let once = Itimerspec { it_interval: never, it_value: value };
        timerfd_settime(self.fd.get_ref(), TimerfdTimerFlags::empty(), &once)?;
        self.set_for = Some(at);
        Ok(())
    }

    /// Waits until it rings.
    pub(super) async fn ring(&self) -> io::Result<()> {
        loop {
            let mut ready = self.fd.readable().await?;
            let mut count = [0_u8; 8];
            match ready.try_io(|fd| Ok(rustix::io::read(fd.get_ref(), &mut count)?)) {
                Ok(read) => {
                    // It rings once, so the next look would find nothing.
                    ready.clear_ready();
                    return read.map(|_| ());
                }
                // Readiness left over from an earlier time that nobody waited for.
                Err(_would_block) => {}
            }
        }
    }

    /// Has the whole thread sleep until it rings.
    pub(super) fn sleep(&self) -> io::Result<()> {
        let mut wanted = [PollFd::new(self.fd.get_ref(), PollFlags::IN)];
        poll(&mut wanted, None)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_set_for_then_is_not_set_again_when_it_is_waited_for() -> io::Result<()> {
        let at = |ms| Instant::now() + Duration::from_millis(ms);
        let (first, second, third) = (at(1), at(2), at(3));
        let mut alarms = Alarms::new()?;
        let set_for = |alarms: &Alarms| alarms.0.iter().map(|alarm| alarm.set_for).collect::<Vec<_>>();
        alarms.set(first, Some(second), Duration::ZERO)?.ring().await?;
        assert_eq!(set_for(&alarms), [None, Some(second)]);
        // The second alarm is waited for, and the first one is set for the third instant.
        alarms.set(second, Some(third), Duration::ZERO)?.ring().await?;
        assert_eq!(set_for(&alarms), [Some(third), None]);
        assert!(Instant::now() >= second);
        alarms.set(third, None, Duration::ZERO)?.sleep()?;
        assert_eq!(set_for(&alarms), [None, None]);
        assert!(Instant::now() >= third);
        Ok(())
    }
}
