//! A lane: one connection and the arrivals that go over it, one after the other. The only loop that sends load.

use super::backoff::Backoff;
use super::deadline::Late;
use super::gauge::Held;
use super::link::{Link, Then};
use super::shared::{Inbox, Shared};
use crate::clock::Offset;
use crate::journey::{Cookies, Step, StepFailure, Values};
use crate::load::Arrival;
use crate::sample::{EndpointId, ErrorClass, Outcome, Sample};
use crate::units::Span;
use futures_util::FutureExt;
use std::cell::Cell;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::time::Instant;

/// Where a lane's arrivals come from.
pub(super) enum Feed {
    /// From the pacer, at planned instants.
    Planned(Rc<Inbox>),
    /// From the lane itself, as soon as the last one is answered; numbers `next`, `next + stride`, ….
    Asap { next: u64, stride: u64 },
}

impl Feed {
    async fn next(&mut self, shared: &Shared) -> Option<(Arrival, Held)> {
        match self {
            Feed::Planned(inbox) => {
                let due = || shared.next_due().map(|arrival| (arrival, shared.in_flight.hold()));
                if let Some(arrival) = inbox.look().or_else(due) {
                    return Some(arrival);
                }
                shared.idle.borrow_mut().push(inbox.clone());
                Some(inbox.take().await)
            }
            Feed::Asap { next, stride } => {
                let now = shared.clock.now();
                shared.closed_model_goes_on(now).then(|| {
                    let arrival = Arrival { n: *next, at: now, stage: 0 };
                    *next += *stride;
                    (arrival, shared.in_flight.hold())
                })
            }
        }
    }
}

/// Serves arrivals until its feed ends.
pub(super) async fn run(shared: Rc<Shared>, mut feed: Feed) {
    let mut link = Link::new(shared.clone());
    let mut backoff = Backoff::default();
    while let Some((arrival, held)) = feed.next(&shared).await {
        let failed = serve(&shared, &mut link, arrival).await;
        link.hang_up().await;
        drop(held);
        if shared.in_flight.get() == 0 {
            shared.drained.notify_one();
        }
        if matches!(feed, Feed::Asap { .. }) {
            // Between two arrivals, so nothing is planned, in flight or late because of it.
            shared.closed_model_waits(backoff.after(failed)).await;
        }
    }
    shared.drained.notify_one();
}

/// One arrival; gives how it failed, if it did. A panic on its way costs that one request, counted as the generator's
/// failure, and is reported.
async fn serve(shared: &Rc<Shared>, link: &mut Link, arrival: Arrival) -> Option<ErrorClass> {
    let under_way = Cell::new(None);
    let way = AssertUnwindSafe(travel(shared, link, arrival, &under_way)).catch_unwind().await;
    if let Ok(failed) = way {
        return failed;
    }
    *link = Link::new(shared.clone());
    let mut recorder = shared.recorder.borrow_mut();
    if let Some((endpoint, planned)) = under_way.take() {
        let now = shared.clock.now();
        let outcome = Outcome::Bad(ErrorClass::Generator);
        let sample =
            Sample { endpoint, planned, sent: now, first_byte: None, done: now, connect: None, outcome };
        recorder.record(&sample, arrival.stage);
    }
    recorder.trouble(
        "a task of the load generator panicked; its request counts as failed by the generator".into(),
    );
    Some(ErrorClass::Generator)
}

/// The steps of one arrival, until the last or the first that fails, or until the load is stopped; gives how it failed.
async fn travel(
    shared: &Shared,
    link: &mut Link,
    arrival: Arrival,
    under_way: &Cell<Option<(EndpointId, Offset)>>,
) -> Option<ErrorClass> {
    let plan = &shared.plan;
    let place = plan.mix.journey(arrival.n);
    let journey = plan.journeys.get(place)?;
    let mut values = journey.values(arrival.n, plan.seed);
    let mut cookies = Cookies::default();
    let mut planned = arrival.at;
    link.renew_if_due(arrival.n);
    for (number, step) in journey.steps.iter().enumerate() {
        if number > 0 && shared.stopping.get() {
            return None;
        }
        let endpoint = plan.endpoint(place, number);
        under_way.set(Some((endpoint, planned)));
        link.begin(what_follows(&journey.steps[number..]));
        let (sample, failure) =
            attempt(shared, link, step, endpoint, planned, (&mut values, &mut cookies)).await;
        under_way.set(None);
        shared.recorder.borrow_mut().record(&sample, arrival.stage);
        if step.talks() {
            shared.recorder.borrow_mut().record_events(&sample, arrival.stage, &link.heard());
        }
        if let Some(failure) = failure {
            shared.recorder.borrow_mut().example(endpoint, failure.class, &failure.text);
            return Some(failure.class);
        }
        planned = sample.done;
        if let Some(think) = step.think {
            let spread = think.to.get().saturating_sub(think.from.get());
            planned = planned + think.from.get() + spread.mul_f64(values.random_share());
            shared.pause(planned).await;
        }
    }
    None
}

/// What follows the answer to the first of the `steps` that are left.
fn what_follows(steps: &[Step]) -> Then {
    match steps {
        [last] if last.think.is_none() && !last.follows_redirects() => Then::Rest,
        _ => Then::GoOn,
    }
}

/// One request within its timeout.
async fn attempt(
    shared: &Shared,
    link: &mut Link,
    step: &Step,
    endpoint: EndpointId,
    planned: Offset,
    (values, cookies): (&mut Values<'_>, &mut Cookies),
) -> (Sample, Option<StepFailure>) {
    let begun = Instant::now();
    let deadline = link.deadline();
    let result = if step.talks() {
        // On the heap, so that other steps need no room for it.
        Box::pin(step.talk(values, cookies, link)).await
    } else {
        let performed = deadline.within(begun, step.timeout, step.perform(values, cookies, link)).await;
        performed.unwrap_or_else(|Late| {
            let text = format!("no complete answer within {}", Span::new(step.timeout));
            Err(StepFailure { class: ErrorClass::Timeout, text, differs: None })
        })
    };
    if matches!(&result, Err(failure) if failure.class == ErrorClass::Timeout) {
        link.close();
    }
    let notes = link.notes();
    let sample = Sample {
        endpoint,
        planned,
        sent: notes.sent.unwrap_or_else(|| shared.clock.at(begun)),
        first_byte: notes.first_byte,
        // What took longer than the answer itself is our own judging, unless there was no answer.
        done: if notes.answered {
            notes.done.unwrap_or_else(|| shared.clock.now())
        } else {
            shared.clock.now()
        },
        connect: notes.connect,
        outcome: result.as_ref().map_or_else(|failure| Outcome::Bad(failure.class), |()| Outcome::Good),
    };
    (sample, result.err())
}
