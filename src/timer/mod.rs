//! Waiting for an instant more finely than the runtime's millisecond.

#[cfg(target_os = "linux")]
mod alarm;

#[cfg(target_os = "linux")]
use alarm::Alarms;
use std::io;
use std::time::{Duration, Instant};

/// Waits for instants, one at a time. A sleeping thread is woken late, by some tens of microseconds on a virtual machine,
/// and always by about as much; so it asks to be woken that much earlier.
///
/// Each wait takes the instant that will be waited for `then`, if that is known. The kernel is told of both: setting the
/// hardware's timer is most of what a sleep costs on a virtual machine, and it is set for the next alarm anyway when one
/// rings, at no cost to the sleeper.
#[derive(Debug)]
pub struct Timer {
    /// How much too late it is woken at most times, for waits that shall end exactly.
    mostly: Lateness,
    /// And usually, for those of which some may end late.
    usually: Lateness,
    #[cfg(target_os = "linux")]
    alarms: Alarms,
}

/// How late a thread is woken, as a quantile of what was seen.
#[derive(Debug)]
struct Lateness {
    nanos: u32,
    /// By how much a waking that was late moves the quantile up; one that was early moves it down by `EARLIER`.
    later: u32,
    most: u32,
}

const EARLIER: u32 = 100;
/// 32 of 33 wakings shall be early: what is spun then is less than a sleep costs, where the machine is calm.
const MOSTLY: Lateness = Lateness { nanos: 0, later: 32 * EARLIER, most: 100_000 };
/// 3 of 4 wakings shall be early. Waking later than `most` is a busy machine, about which no earlier waking helps.
const USUALLY: Lateness = Lateness { nanos: 0, later: 3 * EARLIER, most: 60_000 };

impl Lateness {
    /// Takes into account how late it is now that it should be `at`.
    fn learn(&mut self, at: Instant) {
        let learnt = if Instant::now() > at {
            self.nanos.saturating_add(self.later)
        } else {
            self.nanos.saturating_sub(EARLIER)
        };
        self.nanos = learnt.min(self.most);
    }

    /// How long to sleep in order to be awake at `at`; `None` when that is not worth it any more.
    fn left(&self, at: Instant) -> Option<Duration> {
        let left = at.checked_duration_since(Instant::now())?.checked_sub(self.early())?;
        (!left.is_zero()).then_some(left)
    }

    fn early(&self) -> Duration {
        Duration::from_nanos(self.nanos.into())
    }
}

impl Timer {
    /// A timer of the runtime that is entered, for this thread. It takes a descriptor, and another one once it is told
    /// what is waited for then.
    pub fn new() -> io::Result<Timer> {
        // Without it a sleeping thread may be woken 50 us late, to be woken together with others. What cannot be set is
        // learnt like any other lateness.
        #[cfg(target_os = "linux")]
        let _ = rustix::thread::set_current_timer_slack(std::num::NonZeroU64::new(1));
        Ok(Timer {
            mostly: MOSTLY,
            usually: USUALLY,
            #[cfg(target_os = "linux")]
            alarms: Alarms::new()?,
        })
    }

    /// Waits until `at`; returns at once when it has passed. A wait may be given up.
    pub async fn until(&mut self, at: Instant, then: Option<Instant>) {
        if let Some(left) = self.mostly.left(at) {
            self.sleep(at, then, (self.mostly.early(), left)).await;
            self.mostly.learn(at);
        }
        spin_until(at);
    }

    /// Waits until about `at`: three of four times some microseconds before it, else after it.
    pub async fn about(&mut self, at: Instant, then: Option<Instant>) {
        if let Some(left) = self.usually.left(at) {
            self.sleep(at, then, (self.usually.early(), left)).await;
            self.usually.learn(at);
        }
    }

    /// Waits like [`Timer::until`], but the whole thread sleeps, whatever happens to its other tasks meanwhile: that
    /// is cheaper than waiting for both. What became ready in the meantime has its turn before `at`.
    pub async fn sleep_until(&mut self, at: Instant, then: Option<Instant>) {
        let left = self.mostly.left(at);
        if let Some(left) = left {
            self.sleep_thread(at, then, (self.mostly.early(), left));
        }
        // The runtime looks at its sockets before it goes on with a task that gave way to the others.
        tokio::task::yield_now().await;
        if left.is_some() {
            self.mostly.learn(at);
        }
        spin_until(at);
    }

    /// Waits like [`Timer::about`], but the whole thread sleeps.
    pub fn sleep_about(&mut self, at: Instant, then: Option<Instant>) {
        if let Some(left) = self.usually.left(at) {
            self.sleep_thread(at, then, (self.usually.early(), left));
            self.usually.learn(at);
        }
    }

    /// Sleeps until `early` before `at`, which is in `left`.
    #[cfg(target_os = "linux")]
    async fn sleep(&mut self, at: Instant, then: Option<Instant>, (early, left): (Duration, Duration)) {
        let rang = match self.alarms.set(at, then, early) {
            Ok(alarm) => alarm.ring().await,
            Err(e) => Err(e),
        };
        if rang.is_err() {
            tokio::time::sleep(left).await;
        }
    }

    #[cfg(target_os = "linux")]
    fn sleep_thread(&mut self, at: Instant, then: Option<Instant>, (early, left): (Duration, Duration)) {
        if self.alarms.set(at, then, early).and_then(|alarm| alarm.sleep()).is_err() {
            std::thread::sleep(left);
        }
    }

    #[cfg(not(target_os = "linux"))]
    async fn sleep(&mut self, _at: Instant, _then: Option<Instant>, (_early, left): (Duration, Duration)) {
        tokio::time::sleep(left).await;
    }

    #[cfg(not(target_os = "linux"))]
    fn sleep_thread(&mut self, _at: Instant, _then: Option<Instant>, (_early, left): (Duration, Duration)) {
        std::thread::sleep(left);
    }
}

/// For what is left when another sleep would take longer.
fn spin_until(at: Instant) {
    while Instant::now() < at {
        std::hint::spin_loop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lateness_is_learnt_until_as_many_wakings_are_early_as_shall_be() {
        let (past, future) = (Instant::now(), Instant::now() + Duration::from_hours(1));
        for (mut lateness, early) in [(USUALLY, 3), (MOSTLY, 32)] {
            lateness.learn(past);
            assert_eq!(lateness.nanos, early * EARLIER);
            (0..early).for_each(|_| lateness.learn(future));
            assert_eq!(lateness.nanos, 0, "one late waking weighs as much as {early} early ones");
            (0..10_000).for_each(|_| lateness.learn(past));
            assert_eq!(lateness.nanos, lateness.most, "a busy machine is no reason to spin for ever");
        }
    }

    #[tokio::test]
    async fn it_never_wakes_early_not_even_after_a_wait_that_was_given_up() -> io::Result<()> {
        let mut timer = Timer::new()?;
        for micros in [0, 1, 150, 999, 2_500] {
            let given_up = timer.until(Instant::now() + Duration::from_micros(micros / 2), None);
            let _ = tokio::time::timeout(Duration::ZERO, given_up).await;
            let at = Instant::now() + Duration::from_micros(micros);
            timer.until(at, None).await;
            assert!(Instant::now() >= at, "{micros} us");
            let at = Instant::now() + Duration::from_micros(micros);
            timer.sleep_until(at, None).await;
            assert!(Instant::now() >= at, "{micros} us, asleep");
        }
        timer.until(Instant::now().checked_sub(Duration::from_secs(1)).unwrap(), None).await;
        Ok(())
    }

    #[tokio::test]
    async fn what_became_ready_while_the_thread_slept_has_its_turn_before_the_instant() -> io::Result<()> {
        let mut timer = Timer::new()?;
        for n in 0..20_u64 {
            let at = Instant::now() + Duration::from_micros(n * 100);
            let other = tokio::spawn(async {});
            timer.sleep_until(at, None).await;
            assert!(other.is_finished(), "{n}");
        }
        Ok(())
    }

    #[tokio::test]
    async fn what_it_was_told_to_wait_for_then_binds_nobody() -> io::Result<()> {
        let mut timer = Timer::new()?;
        let millis = Duration::from_millis;
        let begun = Instant::now();
        let at = |ms| begun + millis(ms);
        // As told, sooner than told, later than told, and never told before.
        for (until, then) in [(2, 4), (4, 9), (6, 7), (11, 12), (12, 13), (17, 0), (18, 60_000), (20, 21)] {
            timer.until(at(until), Some(at(then))).await;
            assert!(Instant::now() >= at(until), "{until} ms");
        }
        Ok(())
    }

    #[tokio::test]
    async fn a_thread_that_sleeps_through_wakes_for_each_instant() -> io::Result<()> {
        let mut timer = Timer::new()?;
        let mut at = Instant::now();
        for n in 0..50_u64 {
            let then = at + Duration::from_micros(300);
            if n % 3 == 0 {
                timer.about(at, Some(then)).await;
            } else {
                timer.sleep_about(at, Some(then));
            }
            // However much it learnt to wake early, it does not skip one.
            assert!(Instant::now() + Duration::from_nanos(USUALLY.most.into()) >= at);
            at = then;
        }
        Ok(())
    }
}
