//! Connections that several lanes share, because HTTP/2 carries several requests at once over one connection.

use super::gauge::Held;
use crate::sample::ErrorClass;
use crate::transport::{Connection, Failure, Opened};
use crate::units::Span;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use tokio::sync::OnceCell;

/// A worker's shared connections. Each lives as long as a lane has a place on it.
#[derive(Default)]
pub(super) struct Pool {
    /// Places on each connection.
    streams: usize,
    lines: RefCell<Vec<Weak<Line>>>,
}

/// A shared connection, or one in the making. Its strong references are the places that are taken.
#[derive(Default)]
struct Line {
    connection: OnceCell<Result<(Connection, Held), Failure>>,
    /// Nobody begins another request on it.
    retired: Cell<bool>,
}

/// A lane's place on a connection, given back when it is dropped.
pub(super) struct Place(Rc<Line>);

/// Which connections will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Any on which there is a place.
    Any,
    /// One that nobody was on before.
    New,
}

/// How a lane has the connection that it uses.
pub(super) enum Hold {
    /// For itself.
    Alone(#[expect(dead_code, reason = "it counts while it lives")] Held),
    /// With others.
    Shared(Place),
}

impl Pool {
    /// A pool whose connections have so many places; none where that is one, because nobody shares then.
    pub(super) fn new(streams: u32) -> Option<Pool> {
        let streams = usize::try_from(streams).unwrap_or(usize::MAX);
        (streams > 1).then(|| Pool { streams, ..Pool::default() })
    }

    /// A place on a connection that is not older than `max_age`; on a new one when all are full.
    pub(super) fn place(&self, wanted: Wanted, max_age: Option<Span>) -> Place {
        let mut lines = self.lines.borrow_mut();
        lines.retain(|line| line.strong_count() > 0);
        let room = |line: &&Weak<Line>| line.strong_count() < self.streams;
        let found = lines
            .iter()
            .filter(|_| wanted == Wanted::Any)
            .filter(room)
            .filter_map(|line| Some((line.strong_count(), line.upgrade()?)))
            .find(|(taken, line)| line.takes_another(*taken, max_age));
        if let Some((_, line)) = found {
            return Place(line);
        }
        let line = Rc::new(Line::default());
        lines.push(Rc::downgrade(&line));
        Place(line)
    }
}

impl Line {
    fn takes_another(&self, taken: usize, max_age: Option<Span>) -> bool {
        !self.retired.get()
            && match self.connection.get() {
                None => true,
                Some(Ok((open, _))) => {
                    taken < open.streams() && max_age.is_none_or(|age| open.age() <= age.get())
                }
                Some(Err(_)) => false,
            }
    }
}

impl Place {
    /// Whether the connection is open already.
    pub(super) fn is_open(&self) -> bool {
        self.0.connection.initialized()
    }

    /// The lane's own handle on the connection. The first who asks opens it; when that fails, it fails for all who
    /// wait for it.
    pub(super) async fn connection(
        &self,
        open: impl Future<Output = Result<(Opened, Held), Failure>>,
    ) -> Result<Connection, Failure> {
        let opened = async { open.await.map(|(opened, held)| (opened.connection, held)) };
        match self.0.connection.get_or_init(|| opened).await {
            Ok((connection, _)) => connection.share().ok_or_else(not_shared),
            Err(failure) => Err(failure.clone()),
        }
    }

    /// Whether the connection is to be left: it is retired, or has more lanes than the server lets it carry.
    pub(super) fn is_to_be_left(&self) -> bool {
        let carries =
            self.0.connection.get().and_then(|open| open.as_ref().ok()).map_or(0, |(open, _)| open.streams());
        self.0.retired.get() || Rc::strong_count(&self.0) > carries
    }

    /// Lets nobody begin another request on the connection; what is under way on it goes on.
    pub(super) fn retire(&self) {
        self.0.retired.set(true);
    }
}

/// The failure of sharing a connection that carries one request at a time.
pub(super) fn not_shared() -> Failure {
    let text = "the server chose HTTP/1.1, which carries one request at a time over a connection, and \
                `load.connections.streams` wants more";
    Failure::new(ErrorClass::Protocol, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &Place, other: &Place) -> bool {
        Rc::ptr_eq(&one.0, &other.0)
    }

    #[test]
    fn places_fill_one_connection_before_the_next() {
        assert!(Pool::new(1).is_none());
        let pool = Pool::new(3).unwrap();
        let places: Vec<Place> = (0..7).map(|_| pool.place(Wanted::Any, None)).collect();
        let shared: Vec<bool> = places.windows(2).map(|two| same(&two[0], &two[1])).collect();
        assert_eq!(shared, [true, true, false, true, true, false]);
        assert_eq!(pool.lines.borrow().len(), 3);
    }

    #[test]
    fn a_place_that_is_given_back_is_given_again() {
        let pool = Pool::new(2).unwrap();
        let (first, second) = (pool.place(Wanted::Any, None), pool.place(Wanted::Any, None));
        let third = pool.place(Wanted::Any, None);
        drop(second);
        assert!(same(&first, &pool.place(Wanted::Any, None)));
        drop((first, third));
        let _ = pool.place(Wanted::Any, None);
        assert_eq!(pool.lines.borrow().len(), 1, "connections without lanes are forgotten");
    }

    #[test]
    fn nobody_joins_a_retired_connection_or_one_that_should_be_new() {
        let pool = Pool::new(9).unwrap();
        let first = pool.place(Wanted::Any, None);
        let new = pool.place(Wanted::New, None);
        assert!(!same(&first, &new));
        first.retire();
        assert!(first.is_to_be_left());
        assert!(same(&new, &pool.place(Wanted::Any, None)));
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_connection_that_cannot_be_opened_fails_for_all_who_wait_and_is_not_given_again() {
        let pool = Pool::new(2).unwrap();
        let (first, second) = (pool.place(Wanted::Any, None), pool.place(Wanted::Any, None));
        let refused = async { Err(Failure::new(ErrorClass::Refused, "nobody there")) };
        let never = async { panic!("only one of them opens it") };
        for failed in [first.connection(refused).await, second.connection(never).await] {
            assert_eq!(failed.err().map(|failure| failure.class), Some(ErrorClass::Refused));
        }
        drop(second);
        assert!(!same(&first, &pool.place(Wanted::Any, None)));
    }
}
