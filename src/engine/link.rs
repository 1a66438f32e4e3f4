//! A lane's connection: opened when needed, kept or renewed as the scenario says, and noting every instant.

use super::Pace;
use super::deadline::Deadline;
use super::pool::{Hold, Pool, Wanted};
use super::shared::Shared;
use super::talk::Talk;
use crate::clock::Offset;
use crate::journey::Sender;
use crate::sample::ErrorClass;
use crate::scenario::KeepAlive;
use crate::transport::{Answer, Connection, Failure, Keep, Opened, Request};
use std::rc::Rc;
use std::time::{Duration, Instant};

/// A lane's connection.
pub(super) struct Link {
    pub(super) shared: Rc<Shared>,
    pub(super) open: Option<(Connection, Hold)>,
    /// Where it is shared: what the next one must be.
    wanted: Wanted,
    deadline: Rc<Deadline>,
    pub(super) notes: Notes,
    /// Streams and sockets, where a journey has such.
    pub(super) talk: Option<Box<Talk>>,
    then: Then,
}

/// What the lane does with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// It counts it and is free: nothing that anybody could see depends on when it does.
    Rest,
    /// It may send the next request, or pause.
    GoOn,
}

/// The instants of one step's request; redirects included, from the first to the last.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Notes {
    pub(super) sent: Option<Offset>,
    pub(super) first_byte: Option<Offset>,
    pub(super) done: Option<Offset>,
    pub(super) connect: Option<Duration>,
    /// Whether a complete answer came.
    pub(super) answered: bool,
}

impl Link {
    pub(super) fn new(shared: Rc<Shared>) -> Link {
        let deadline = Rc::new(shared.deadlines.add());
        Link {
            shared,
            open: None,
            wanted: Wanted::Any,
            deadline,
            notes: Notes::default(),
            talk: None,
            then: Then::GoOn,
        }
    }

    /// Starts the notes of a new request.
    pub(super) fn begin(&mut self, then: Then) {
        self.notes = Notes::default();
        self.then = then;
    }

    /// The deadline of its requests.
    pub(super) fn deadline(&self) -> Rc<Deadline> {
        self.deadline.clone()
    }

    /// The notes of the last request.
    pub(super) fn notes(&self) -> Notes {
        self.notes
    }

    /// Closes the connection: what was on it can no longer be told apart from the next answer, or it is too old, or
    /// says nothing any more. One that is shared closes when the last lane has left it.
    pub(super) fn close(&mut self) {
        if let Some((_, Hold::Shared(place))) = self.open.take() {
            place.retire();
        }
    }

    /// Closes the connection when it is too old, or when this arrival is one of those that start on a new one.
    pub(super) fn renew_if_due(&mut self, number: u64) {
        let policy = &self.shared.plan.connections;
        let too_old = |(connection, _): &(Connection, Hold)| {
            policy.max_age.is_some_and(|age| connection.age() > age.get())
        };
        // The whole part grows by one at every 1/fresh-th arrival.
        let whole = |n: u64| (n as f64 * policy.fresh.get()).floor();
        let fresh = policy.fresh.get() > 0.0 && whole(number + 1) > whole(number);
        if fresh || self.open.as_ref().is_some_and(too_old) {
            self.close();
        }
        self.wanted = if fresh { Wanted::New } else { Wanted::Any };
    }

    /// Opens a connection unless there is one that can be used.
    pub(super) async fn connect(&mut self) -> Result<(), Failure> {
        if let Some((connection, hold)) = &mut self.open
            && !matches!(hold, Hold::Shared(place) if place.is_to_be_left())
            && connection.usable().await
        {
            return Ok(());
        }
        self.open = None;
        let shared = self.shared.clone();
        if let Some(pool) = &shared.pool {
            return self.join(pool).await;
        }
        // On the heap, as connecting is rare and takes much more room than a request.
        let opened = Box::pin(open(&shared)).await?;
        *self.notes.connect.get_or_insert_default() += opened.took;
        self.open = Some((opened.connection, Hold::Alone(shared.connections.hold())));
        Ok(())
    }

    /// Takes a place on a connection that others use too. Waiting until that is open counts as connecting, whoever
    /// opens it.
    async fn join(&mut self, pool: &Pool) -> Result<(), Failure> {
        let place = pool.place(self.wanted, self.shared.plan.connections.max_age);
        self.wanted = Wanted::Any;
        let begun = (!place.is_open()).then(Instant::now);
        let shared = self.shared.clone();
        let opening =
            async { Box::pin(open(&shared)).await.map(|opened| (opened, shared.connections.hold())) };
        let connection = place.connection(opening).await?;
        if let Some(begun) = begun {
            *self.notes.connect.get_or_insert_default() += begun.elapsed();
        }
        self.open = Some((connection, Hold::Shared(place)));
        Ok(())
    }
}

async fn open(shared: &Shared) -> Result<Opened, Failure> {
    let no_address = || Failure::new(ErrorClass::Dns, "the target's name has no address");
    let address = shared.address().ok_or_else(no_address)?;
    let mut opened = Connection::open(&shared.plan.target, address).await?;
    // In the closed model the next request follows the reading, so a stamp would be a cost and no use.
    if matches!(shared.plan.pace, Pace::Open(_)) {
        opened.connection.stamp();
    }
    Ok(opened)
}

impl Sender for Link {
    async fn send(&mut self, request: &Request, keep: Keep, longest_body: u64) -> Result<Answer, Failure> {
        self.notes.answered = false;
        self.connect().await?;
        let clock = self.shared.clock;
        let lost = || Failure::new(ErrorClass::Generator, "a connection was lost");
        let (connection, _) = self.open.as_mut().ok_or_else(lost)?;
        // Noted before the answer, because a timeout cuts this function off at the await.
        self.notes.sent.get_or_insert_with(|| clock.now());
        let patient = self.then == Then::Rest && connection.can_lie_unread(request);
        let patient = patient.then(|| self.shared.patient.hold());
        let exchange = connection.exchange(request, keep, longest_body, &clock).await;
        drop(patient);
        self.notes.first_byte = self.notes.first_byte.or(exchange.first_byte);
        self.notes.done = Some(exchange.done);
        self.notes.answered = exchange.result.is_ok();
        let keep_alive = self.shared.plan.connections.keep_alive == KeepAlive::Yes;
        if exchange.result.is_err() || !keep_alive {
            // The others on a shared connection find out by themselves whether it goes on.
            self.open = None;
        }
        exchange.result
    }
}
