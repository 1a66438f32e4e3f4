//! Hands each arrival to a lane at its planned instant.

use super::lane::{self, Feed};
use super::shared::{Inbox, Shared};
use crate::clock::Offset;
use crate::load::{Arrival, Departures, TOLERANCE};
use crate::timer::Timer;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

/// How long to sleep at most before looking whether to stop.
const LOOK_UP: Duration = Duration::from_millis(50);
/// How long to sleep at most without the runtime: Ctrl-C and timeouts wait so long.
const LONGEST_SLEEP: Duration = Duration::from_millis(1);
/// How many late arrivals to hand out before the lanes get their turn.
const IN_A_ROW: usize = 32;

/// Hands out `arrivals` in order; arrivals beyond `limit` in flight are dropped and counted, never delayed.
pub(super) async fn pace(
    shared: Rc<Shared>,
    arrivals: impl Iterator<Item = Arrival>,
    limit: u64,
    mut timer: Timer,
) {
    // Before the start the run's clock stands at zero, and an arrival planned there would be sent too early.
    timer.until(shared.clock.instant(Offset::ZERO), None).await;
    let mut departures = Departures::new(arrivals);
    let (mut together, mut following) = (Vec::new(), Vec::new());
    let mut next = departures.next(&mut following);
    let (mut in_a_row, mut takes) = (0, Duration::ZERO);
    while let Some(at) = next {
        std::mem::swap(&mut together, &mut following);
        next = departures.next(&mut following);
        if following.len() > 1 {
            // So that the middle of a departure is where it should be.
            next = next.map(|next| next - takes / 2);
        }
        if wait(&shared, (at, next), &mut timer, together.len()).await == Waited::NotAtAll {
            in_a_row += together.len();
            if in_a_row >= IN_A_ROW {
                in_a_row = 0;
                tokio::task::yield_now().await;
            }
        } else {
            in_a_row = 0;
        }
        if shared.stopping.get() {
            return;
        }
        if together.len() > 1 {
            takes = usual(takes, leave_together(&shared, &mut together, limit).await);
        } else {
            together.drain(..).for_each(|arrival| hand_out(&shared, arrival, limit));
            let_the_lanes_send().await;
        }
    }
}

/// Sends several arrivals; gives how long that took.
async fn leave_together(shared: &Rc<Shared>, together: &mut Vec<Arrival>, limit: u64) -> Duration {
    let begun = shared.clock.now();
    shared.due.borrow_mut().extend(together.drain(..));
    // The runtime looks at its sockets first, and the lanes whose answers came take the next arrivals.
    tokio::task::yield_now().await;
    while let Some(arrival) = shared.next_due() {
        hand_out(shared, arrival, limit);
    }
    let_the_lanes_send().await;
    shared.clock.now().since(begun)
}

/// How long sending a departure usually takes, after it took `now` this time. One that was disturbed counts little.
fn usual(before: Duration, now: Duration) -> Duration {
    (before * 7 + now.min(TOLERANCE)) / 8
}

#[derive(PartialEq, Eq)]
enum Waited {
    ForIt,
    NotAtAll,
}

/// Waits until `at`, after which the next departure is waited for `then`: exactly for one arrival; for several, whose own
/// instants lie around it, roughly is enough.
async fn wait(
    shared: &Shared,
    (at, then): (Offset, Option<Offset>),
    timer: &mut Timer,
    arrivals: usize,
) -> Waited {
    let then = then.map(|then| shared.clock.instant(then));
    let mut waited = Waited::NotAtAll;
    loop {
        let now = shared.clock.now();
        if now >= at || shared.stopping.get() {
            return waited;
        }
        waited = Waited::ForIt;
        let look_up = now + LOOK_UP;
        let may_sleep = at.since(now) <= LONGEST_SLEEP && shared.in_flight.get() == shared.patient.get();
        let instant = shared.clock.instant(at);
        match arrivals {
            _ if at > look_up => timer.about(shared.clock.instant(look_up), None).await,
            1 if may_sleep => timer.sleep_until(instant, then).await,
            1 => timer.until(instant, then).await,
            _ => {
                if may_sleep {
                    timer.sleep_about(instant, then);
                } else {
                    timer.about(instant, then).await;
                }
                return waited;
            }
        }
    }
}

/// Gives the lanes that were handed something their turn; the runtime does not look for answers meanwhile.
async fn let_the_lanes_send() {
    let mut went = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut went, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

fn hand_out(shared: &Rc<Shared>, arrival: Arrival, limit: u64) {
    let idle = shared.idle.borrow_mut().pop();
    let inbox = idle.or_else(|| (shared.in_flight.get() < limit).then(|| open_lane(shared)));
    if let Some(inbox) = inbox {
        return inbox.put(arrival, shared.in_flight.hold());
    }
    let endpoint = shared.plan.endpoint(shared.plan.mix.journey(arrival.n), 0);
    shared.recorder.borrow_mut().drop_one(endpoint, arrival.stage, arrival.at);
}

fn open_lane(shared: &Rc<Shared>) -> Rc<Inbox> {
    let inbox = Rc::new(Inbox::default());
    tokio::task::spawn_local(lane::run(shared.clone(), Feed::Planned(inbox.clone())));
    inbox
}
