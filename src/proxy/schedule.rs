//! When the fault is on, and the switch by which every connection knows it.

use std::future::pending;
use std::time::Duration;
use tokio::sync::watch;

/// When the fault is on, counted from the start of the proxy. The default is always.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Schedule {
    /// How long the proxy only passes on before.
    pub after: Duration,
    /// How long the fault lasts; until the proxy ends when it is not said.
    pub lasts: Option<Duration>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Off,
    On,
}

/// Turns the fault on and off, for all connections at the same instant.
#[derive(Debug)]
pub(super) struct Lever(watch::Sender<Phase>);

impl Lever {
    /// A lever that stands as the schedule begins, so that not even the first connection slips through.
    pub(super) fn new(schedule: Schedule) -> Lever {
        let never = schedule.lasts.is_some_and(|lasts| lasts.is_zero());
        let begin = if schedule.after.is_zero() && !never { Phase::On } else { Phase::Off };
        Lever(watch::Sender::new(begin))
    }

    /// Follows the schedule to its end.
    pub(super) async fn follow(&self, schedule: Schedule) {
        tokio::time::sleep(schedule.after).await;
        if schedule.lasts != Some(Duration::ZERO) {
            self.0.send_if_modified(|phase| std::mem::replace(phase, Phase::On) != Phase::On);
        }
        let Some(lasts) = schedule.lasts else { return };
        tokio::time::sleep(lasts).await;
        self.release();
    }

    /// Turns it off.
    pub(super) fn release(&self) {
        self.0.send_replace(Phase::Off);
    }

    /// What a connection that is touched looks at.
    pub(super) fn switch(&self) -> Switch {
        Switch(Some(self.0.subscribe()))
    }
}

/// Whether the fault is on, for one connection.
#[derive(Debug, Clone)]
pub(super) struct Switch(Option<watch::Receiver<Phase>>);

impl Switch {
    /// The switch of a connection that is not touched: off for ever.
    pub(super) const OFF: Switch = Switch(None);

    /// Whether the fault is on now.
    pub(super) fn is_on(&self) -> bool {
        self.0.as_ref().is_some_and(|phase| *phase.borrow() == Phase::On)
    }

    /// Waits until it is on.
    pub(super) async fn on(&mut self) {
        self.is(Phase::On).await;
    }

    /// Waits until it is off.
    pub(super) async fn off(&mut self) {
        if self.0.is_some() {
            self.is(Phase::Off).await;
        }
    }

    /// Waits until it turns; may return once too often.
    pub(super) async fn turned(&mut self) {
        let Some(phase) = &mut self.0 else { return pending().await };
        if phase.changed().await.is_err() {
            // Without its lever it stays as it is.
            pending::<()>().await;
        }
    }

    async fn is(&mut self, wanted: Phase) {
        let Some(phase) = &mut self.0 else { return pending().await };
        if phase.wait_for(|phase| *phase == wanted).await.is_err() {
            pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::{Instant, sleep};

    fn seconds(after: u64, lasts: Option<u64>) -> Schedule {
        Schedule { after: Duration::from_secs(after), lasts: lasts.map(Duration::from_secs) }
    }

    #[tokio::test(start_paused = true)]
    async fn the_fault_is_on_from_then_until_then() {
        for (schedule, on) in [
            (seconds(0, None), [true, true, true, true]),
            (seconds(0, Some(1)), [true, false, false, false]),
            (seconds(1, Some(1)), [false, true, false, false]),
            (seconds(2, None), [false, false, true, true]),
            (seconds(0, Some(0)), [false, false, false, false]),
        ] {
            let lever = Lever::new(schedule);
            let (switch, untouched) = (lever.switch(), Switch::OFF);
            let look = async {
                let mut seen = [false; 4];
                for second in &mut seen {
                    *second = switch.is_on();
                    sleep(Duration::from_millis(500)).await;
                    assert_eq!(switch.is_on(), *second, "it turns at whole seconds only");
                    sleep(Duration::from_millis(501)).await;
                }
                seen
            };
            let (seen, ()) = tokio::join!(look, lever.follow(schedule));
            assert_eq!(seen, on, "{schedule:?}");
            assert!(!untouched.is_on());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_ends_when_it_turns_and_at_once_when_it_has() {
        let lever = Lever::new(seconds(3, None));
        let (mut switch, begin) = (lever.switch(), Instant::now());
        switch.off().await;
        assert_eq!(begin.elapsed(), Duration::ZERO);
        tokio::join!(switch.on(), lever.follow(seconds(3, None)));
        assert!(begin.elapsed() >= Duration::from_secs(3));
        lever.release();
        switch.off().await;
        Switch::OFF.clone().off().await;
    }
}
