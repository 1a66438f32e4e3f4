//! What the tasks of one worker share. All of them run on one thread, so cells are enough.

use super::deadline::Deadlines;
use super::gauge::{Gauge, Held};
use super::pool::Pool;
use super::recorder::Recorder;
use super::{LoadPlan, Pace};
use crate::clock::{Clock, Offset};
use crate::load::Arrival;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// What the tasks of one worker share.
pub(super) struct Shared {
    pub(super) plan: Arc<LoadPlan>,
    pub(super) clock: Clock,
    pub(super) recorder: RefCell<Recorder>,
    pub(super) in_flight: Gauge,
    /// Those in flight that may wait for this thread: their last answers may lie unread for a moment.
    pub(super) patient: Gauge,
    pub(super) connections: Gauge,
    pub(super) deadlines: Deadlines,
    /// Connections with several lanes each, where the scenario wants such.
    pub(super) pool: Option<Pool>,
    /// Arrivals that leave now. A lane that has read its answer takes the next one: it is awake, and what it needs is at
    /// hand.
    pub(super) due: RefCell<VecDeque<Arrival>>,
    /// Lanes that wait for an arrival, the last used on top: few connections stay busy rather than many half idle.
    pub(super) idle: RefCell<Vec<Rc<Inbox>>>,
    /// Signalled when nothing is in flight.
    pub(super) drained: Notify,
    /// No further requests: Ctrl-C, or a gate broke.
    pub(super) stopping: Cell<bool>,
    /// Signalled when `stopping` is set.
    stopped: Notify,
    addresses: RefCell<Vec<SocketAddr>>,
    next_address: Cell<usize>,
}

impl Shared {
    pub(super) fn new(plan: Arc<LoadPlan>, clock: Clock, addresses: Vec<SocketAddr>) -> Shared {
        Shared {
            recorder: RefCell::new(Recorder::new(plan.endpoints.len(), plan.within)),
            pool: Pool::new(plan.connections.streams),
            plan,
            clock,
            in_flight: Gauge::default(),
            patient: Gauge::default(),
            connections: Gauge::default(),
            deadlines: Deadlines::default(),
            due: RefCell::default(),
            idle: RefCell::default(),
            drained: Notify::new(),
            stopping: Cell::new(false),
            stopped: Notify::new(),
            addresses: RefCell::new(addresses),
            next_address: Cell::new(0),
        }
    }

    /// The next of the arrivals that leave now.
    pub(super) fn next_due(&self) -> Option<Arrival> {
        self.due.borrow_mut().pop_front()
    }

    /// No further requests from now on; pauses end at once.
    pub(super) fn stop(&self) {
        self.stopping.set(true);
        self.stopped.notify_waiters();
    }

    /// Waits until `at`, or until the load is stopped.
    pub(super) async fn pause(&self, at: Offset) {
        let stopped = self.stopped.notified();
        if !self.stopping.get() {
            // Whichever comes first, the pause is over.
            let _ = tokio::time::timeout_at(self.clock.instant(at).into(), stopped).await;
        }
    }

    /// The address for the next connection, one after the other; `None` only before the first is known.
    pub(super) fn address(&self) -> Option<SocketAddr> {
        let addresses = self.addresses.borrow();
        let next = self.next_address.get();
        self.next_address.set(next.wrapping_add(1));
        addresses.get(next % addresses.len().max(1)).copied()
    }

    /// Takes over what the name stands for now.
    pub(super) fn set_addresses(&self, found: Vec<SocketAddr>) {
        *self.addresses.borrow_mut() = found;
    }

    /// Whether the closed model has time left at `now`.
    pub(super) fn closed_model_goes_on(&self, now: Offset) -> bool {
        !self.stopping.get() && self.closed_model_ends().is_some_and(|end| now < end)
    }

    /// A pause of the closed model, at most until its end.
    pub(super) async fn closed_model_waits(&self, pause: Duration) {
        if !pause.is_zero() {
            let over = self.clock.now() + pause;
            self.pause(self.closed_model_ends().map_or(over, |end| over.min(end))).await;
        }
    }

    fn closed_model_ends(&self) -> Option<Offset> {
        match &self.plan.pace {
            Pace::Closed { length, .. } => Some(Offset::ZERO + *length),
            Pace::Open(_) | Pace::Users { .. } => None,
        }
    }
}

/// Where the pacer leaves an arrival for a lane.
#[derive(Default)]
pub(super) struct Inbox {
    arrival: Cell<Option<(Arrival, Held)>>,
    bell: Notify,
}

impl Inbox {
    /// Leaves an arrival, in flight from now on; the inbox must be empty, which an idle lane's is.
    pub(super) fn put(&self, arrival: Arrival, held: Held) {
        self.arrival.set(Some((arrival, held)));
        self.bell.notify_one();
    }

    /// The arrival that was left here, if one was.
    pub(super) fn look(&self) -> Option<(Arrival, Held)> {
        self.arrival.take()
    }

    /// Waits for an arrival.
    pub(super) async fn take(&self) -> (Arrival, Held) {
        loop {
            if let Some(arrival) = self.look() {
                return arrival;
            }
            self.bell.notified().await;
        }
    }
}
