//! One user: it comes when the plan says, goes through one journey after the other, and goes when the plan says.

use super::super::backoff::Backoff;
use super::count::Counted;
use super::ground::Ground;
use super::journey::{Trip, travel};
use crate::journey::Cookies;
use crate::load::Presence;
use crate::transport::{Client, Failure};
use std::time::Duration;

/// How long a user waits for goose to tell it to go, once it is over.
const UNTIL_TOLD: Duration = Duration::from_millis(20);
/// How long a user waits that could not be made, before it is tried again.
const AGAIN: Duration = Duration::from_secs(1);

/// One user, whether it is there or not.
pub(super) struct Visitor {
    number: u32,
    /// How many journeys it has begun.
    journeys: u64,
    visit: Option<Visit>,
}

/// What a user has from when it comes until it goes.
pub(super) struct Visit {
    pub(super) client: Client,
    pub(super) cookies: Cookies,
    /// The connection that it keeps.
    pub(super) connection: Option<Counted>,
    /// What it waits beside its think time where nobody answers it.
    backoff: Backoff,
}

impl Visitor {
    /// A user with the next number.
    pub(super) fn new(ground: &Ground) -> Visitor {
        Visitor { number: ground.seat(), journeys: 0, visit: None }
    }

    /// Goes through one journey, or waits until it is time to come.
    pub(super) async fn turn(&mut self, ground: &Ground) {
        if ground.is_over() {
            self.visit = None;
            return tokio::time::sleep(UNTIL_TOLD).await;
        }
        match ground.presence(self.number) {
            Presence::Away { until } => {
                // Who comes again is somebody new.
                self.visit = None;
                match until {
                    Some(until) => ground.rest(until).await,
                    None => ground.until_over().await,
                }
            }
            Presence::Here { until } => {
                let visit = match &mut self.visit {
                    Some(visit) => visit,
                    none => match Visit::new(ground) {
                        Ok(visit) => none.insert(visit),
                        Err(failure) => {
                            ground.trouble(format!("no client could be made for a user: {failure}"));
                            return ground.rest(ground.clock.now() + AGAIN).await;
                        }
                    },
                };
                let trip = trip(ground, self.number, self.journeys, until);
                self.journeys += 1;
                let failed = travel(ground, visit, trip).await;
                let pause = visit.backoff.after(failed);
                if !pause.is_zero() {
                    ground.rest((ground.clock.now() + pause).min(until)).await;
                }
            }
        }
    }
}

impl Visit {
    fn new(ground: &Ground) -> Result<Visit, Failure> {
        Ok(Visit {
            client: ground.clients.one()?,
            cookies: Cookies::default(),
            connection: None,
            backoff: Backoff::default(),
        })
    }
}

/// The next journey of a user. Its number is its own among all journeys of the run; where there are as many rows of data
/// as users, each user keeps its row. Every user goes through the whole mix, each from another place of it.
fn trip(ground: &Ground, user: u32, journeys: u64, until: crate::clock::Offset) -> Trip {
    let number = journeys * u64::from(ground.users()) + u64::from(user);
    Trip { place: ground.plan.mix.journey(u64::from(user) + journeys), number, until }
}
