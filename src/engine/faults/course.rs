//! One fault from its first injection to its last undo.

use super::injection::Injection;
use super::teller::{Steps, Teller};
use super::{FaultsPlan, Session};
use crate::clock::{Clock, Offset};
use tokio::sync::watch;

/// Follows the plan of the fault at this place. When it returns everything is taken back, or told to be left.
pub(super) async fn follow(
    session: &Session,
    plan: &FaultsPlan,
    place: usize,
    teller: &Teller,
    wound_up: watch::Receiver<bool>,
) {
    let fault = &plan.faults[place];
    let mut waiting = Waiting { clock: teller.clock, wound_up };
    let begin = Offset::ZERO + fault.at;
    let planned = fault.lasts.map(|lasts| begin + lasts);
    // Known when it is injected: what is slow to come about lasts no shorter for it.
    let mut end = None;
    let mut due = begin;
    let mut standing = Vec::new();
    for number in 0.. {
        if waiting.until(due).await == Wait::WoundUp {
            break;
        }
        let steps = Steps {
            teller: teller.clone(),
            fault: u16::try_from(place).unwrap_or(u16::MAX),
            injection: number,
        };
        let cx = plan.context(&session.cluster, &session.run, place, number);
        let injection = Injection { fault, cx, journal: &session.journal, steps };
        if let Some(stands) = injection.make(end, &mut waiting).await {
            end = end.or(stands.end);
            standing.push((injection, stands));
        }
        let (Some(every), Some(end)) = (fault.every, end.or(planned)) else { break };
        // What fell due while the last one was on its way is left out.
        while due <= teller.clock.now() {
            due = due + every;
        }
        if due >= end {
            break;
        }
    }
    if let Some(end) = end.or(planned).filter(|_| !standing.is_empty()) {
        waiting.until(end).await;
    }
    while let Some((injection, stands)) = standing.pop() {
        injection.take_back(stands).await;
    }
}

/// What ended a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wait {
    /// It is time.
    Over,
    /// The run is over before.
    WoundUp,
}

/// Waits that end with the run.
pub(super) struct Waiting {
    pub(super) clock: Clock,
    wound_up: watch::Receiver<bool>,
}

impl Waiting {
    /// Waits until then.
    pub(super) async fn until(&mut self, at: Offset) -> Wait {
        let sleep = tokio::time::sleep_until(self.clock.instant(at).into());
        self.unless_wound_up(sleep).await.map_or(Wait::WoundUp, |()| Wait::Over)
    }

    /// What the work gives; nothing when the run is over before it.
    pub(super) async fn unless_wound_up<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            // A sender that is gone has ended the run as well.
            () = async { drop(self.wound_up.wait_for(|over| *over).await) } => None,
            done = work => Some(done),
        }
    }
}
