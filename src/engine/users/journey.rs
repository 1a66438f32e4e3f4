//! One journey of one user: the steps in order, with their pauses.

use super::ground::Ground;
use super::link::Link;
use super::visitor::Visit;
use crate::clock::Offset;
use crate::journey::{Cookies, Step, StepFailure, Values};
use crate::sample::{EndpointId, ErrorClass, Outcome, Sample};
use crate::scenario::KeepAlive;
use crate::transport::Client;
use crate::units::Span;
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;

/// Which journey it is.
pub(super) struct Trip {
    /// The journey's place in the plan.
    pub(super) place: usize,
    /// Its number among all journeys of the run.
    pub(super) number: u64,
    /// When the user goes.
    pub(super) until: Offset,
}

/// Goes through the journey, until its last step or the first that fails, or until the user goes; gives how it failed. The
/// pause of a step that failed is made, too: users do not hammer at what is broken.
pub(super) async fn travel(ground: &Ground, visit: &mut Visit, trip: Trip) -> Option<ErrorClass> {
    let plan = &ground.plan;
    let journey = plan.journeys.get(trip.place)?;
    let mut values = journey.values(trip.number, plan.seed);
    for (number, step) in journey.steps.iter().enumerate() {
        if number > 0 && (ground.is_over() || ground.clock.now() >= trip.until) {
            return None;
        }
        let endpoint = plan.endpoint(trip.place, number);
        let (done, failed) = request(ground, visit, step, endpoint, &mut values).await;
        if let Some(think) = step.think {
            let pause = think.length(values.random_share());
            ground.rest((done + pause).min(trip.until)).await;
        }
        if failed.is_some() {
            return failed;
        }
    }
    None
}

/// One request, recorded whatever becomes of it; gives when it was over, and how it failed.
async fn request(
    ground: &Ground,
    visit: &mut Visit,
    step: &Step,
    endpoint: EndpointId,
    values: &mut Values<'_>,
) -> (Offset, Option<ErrorClass>) {
    let _under_way = ground.in_flight.hold();
    // Nobody planned it before: it starts when the user comes to it, so there is no lag to speak of.
    let begun = ground.clock.now();
    let Visit { client, cookies, connection, .. } = visit;
    let trying = AssertUnwindSafe(attempt(ground, client, step, (values, cookies))).catch_unwind().await;
    let Tried { first_byte, done, result } = trying.unwrap_or_else(|_| {
        ground.trouble("a user's task panicked; its request counts as failed by the generator".into());
        let text = "a defect of shakedown".to_owned();
        let failure = StepFailure { class: ErrorClass::Generator, text, differs: None };
        Tried { first_byte: None, done: ground.clock.now(), result: Err(failure) }
    });
    let failed = result.as_ref().err().map(|failure| failure.class);
    ground.record(&Sample {
        endpoint,
        planned: begun,
        sent: begun,
        first_byte,
        done,
        connect: None,
        outcome: failed.map_or(Outcome::Good, Outcome::Bad),
    });
    // A complete answer leaves its connection open for the next request, whatever the answer was worth.
    let kept = failed.is_none_or(ErrorClass::was_answered);
    let keeps = kept && ground.plan.connections.keep_alive == KeepAlive::Yes;
    *connection = keeps.then(|| connection.take().unwrap_or_else(|| ground.connections.hold()));
    if let Err(failure) = &result {
        ground.example(endpoint, failure);
    }
    (done, failed)
}

/// What became of a request.
struct Tried {
    first_byte: Option<Offset>,
    done: Offset,
    result: Result<(), StepFailure>,
}

/// One request within its timeout.
async fn attempt(
    ground: &Ground,
    client: &Client,
    step: &Step,
    (values, cookies): (&mut Values<'_>, &mut Cookies),
) -> Tried {
    let mut link = Link::new(client, ground.clock);
    let performed = tokio::time::timeout(step.timeout, step.perform(values, cookies, &mut link)).await;
    let result = performed.unwrap_or_else(|_| {
        let text = format!("no complete answer within {}", Span::new(step.timeout));
        Err(StepFailure { class: ErrorClass::Timeout, text, differs: None })
    });
    // What took longer than the answer itself is our own judging, unless there was no answer.
    let done = link.answered.unwrap_or_else(|| ground.clock.now());
    Tried { first_byte: link.first_byte, done, result }
}
