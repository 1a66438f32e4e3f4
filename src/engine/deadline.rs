//! Giving up on time, without a timer for each request: a timer of the runtime costs as much as reading the head of an
//! answer, and nearly all of them are never needed. One look over all deadlines, made when the first of them can have
//! come, does for a whole worker.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::rc::{Rc, Weak};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

/// Two looks are at least so far apart, however many deadlines there are.
const REST: Duration = Duration::from_millis(1);

/// The deadlines of one worker's requests.
#[derive(Debug, Default)]
pub(super) struct Deadlines {
    all: RefCell<Vec<Weak<State>>>,
}

/// The deadline of whoever sends one request at a time.
#[derive(Debug)]
pub(super) struct Deadline(Rc<State>);

/// It was not done in time.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Late;

#[derive(Debug, Default)]
struct State {
    at: Cell<Option<Instant>>,
    late: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Deadlines {
    /// A deadline among these.
    pub(super) fn add(&self) -> Deadline {
        let state = Rc::new(State::default());
        self.all.borrow_mut().push(Rc::downgrade(&state));
        Deadline(state)
    }

    /// Watches the deadlines for ever. No request may have a shorter time than `shortest`.
    pub(super) async fn watch(&self, shortest: Duration) {
        loop {
            let now = Instant::now();
            let first = self.look(now);
            let next = first.unwrap_or(now + shortest).min(now + shortest).max(now + REST);
            tokio::time::sleep_until(next.into()).await;
        }
    }

    /// Wakes who is late at `now`; the first deadline that is still to come.
    fn look(&self, now: Instant) -> Option<Instant> {
        let mut first: Option<Instant> = None;
        self.all.borrow_mut().retain(|state| {
            let Some(state) = state.upgrade() else { return false };
            match state.at.get() {
                Some(at) if at <= now => state.expire(),
                Some(at) => first = Some(first.map_or(at, |known| known.min(at))),
                None => {}
            }
            true
        });
        first
    }
}

impl State {
    fn expire(&self) {
        self.at.set(None);
        self.late.set(true);
        if let Some(waker) = self.waker.borrow_mut().take() {
            waker.wake();
        }
    }

    fn wait(&self, waker: &Waker) {
        let mut known = self.waker.borrow_mut();
        if !known.as_ref().is_some_and(|known| known.will_wake(waker)) {
            *known = Some(waker.clone());
        }
    }
}

impl Deadline {
    /// What `work` gives, unless it takes longer than `time`, which begins at `now`.
    pub(super) async fn within<T>(
        &self,
        now: Instant,
        time: Duration,
        work: impl Future<Output = T>,
    ) -> Result<T, Late> {
        let mut work = pin!(work);
        self.0.at.set(now.checked_add(time));
        self.0.late.set(false);
        let end = poll_fn(|cx| {
            if let Poll::Ready(done) = Pin::new(&mut work).poll(cx) {
                return Poll::Ready(Ok(done));
            }
            if self.0.late.get() {
                return Poll::Ready(Err(Late));
            }
            self.0.wait(cx.waker());
            Poll::Pending
        });
        let end = end.await;
        self.0.at.set(None);
        end
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;

    async fn watched<T>(shortest: Duration, work: impl AsyncFnOnce(&Deadlines) -> T) -> T {
        let deadlines = Deadlines::default();
        tokio::select! {
            biased;
            done = work(&deadlines) => done,
            () = deadlines.watch(shortest) => unreachable!("it watches for ever"),
        }
    }

    #[tokio::test]
    async fn who_is_late_is_told_and_who_is_not_is_not() {
        let short = Duration::from_millis(20);
        let ends = watched(short, async |deadlines| {
            let (one, other) = (deadlines.add(), deadlines.add());
            let now = Instant::now();
            tokio::join!(
                one.within(now, short, pending::<()>()),
                other.within(now, Duration::from_mins(10), tokio::time::sleep(3 * short)),
            )
        });
        assert_eq!(ends.await, (Err(Late), Ok(())));
    }

    #[tokio::test]
    async fn a_deadline_serves_one_request_after_the_other() {
        let short = Duration::from_millis(5);
        let ends = watched(short, async |deadlines| {
            let deadline = deadlines.add();
            let mut ends = Vec::new();
            for _ in 0..3 {
                ends.push(deadline.within(Instant::now(), short, pending::<()>()).await.is_err());
                ends.push(deadline.within(Instant::now(), short, async {}).await.is_err());
            }
            ends
        });
        assert_eq!(ends.await, [true, false, true, false, true, false]);
    }

    #[test]
    fn deadlines_that_nobody_holds_any_more_are_forgotten() {
        let deadlines = Deadlines::default();
        let held = deadlines.add();
        drop(deadlines.add());
        assert_eq!(deadlines.look(Instant::now()), None);
        assert_eq!(deadlines.all.borrow().len(), 1);
        drop(held);
        deadlines.look(Instant::now());
        assert!(deadlines.all.borrow().is_empty());
    }
}
