//! What a load will need: connections and memory.

use crate::scenario::Load;
use crate::units::{Bytes, Rate, grouped};
use std::fmt;
use std::time::Duration;

/// What a run takes before its first connection; measured in `docs/decisions/0005-load-engine.md`.
const AT_REST: u64 = 28 << 20;
/// A connection's buffers and a lane's state: 50 KiB were measured with TLS, which needs the most; without it 10 KiB, in
/// `docs/decisions/0006-http1-by-hand.md`.
const PER_CONNECTION: u64 = 50 << 10;
/// What the process that drives users takes before its first user.
const USERS_AT_REST: u64 = 32 << 20;
/// A user with its task, client and connection: measured in `docs/profiles.md`.
const PER_USER: u64 = 64 << 10;
/// Five histograms of an endpoint's open windows and tallies at their largest.
const PER_ENDPOINT: u64 = 2 << 20;

/// What a load needs.
#[derive(Debug)]
pub(super) struct Footprint {
    /// Arrivals a second at the highest rate.
    peak: f64,
    /// Requests and seconds of thinking of an average arrival.
    requests: f64,
    thinking: f64,
    /// The longest time that an average arrival can take.
    longest: f64,
    limit: u64,
    /// Requests in flight of the closed model.
    closed: Option<u64>,
    /// Requests at once over one connection.
    streams: u64,
    users: Option<u64>,
    endpoints: u64,
}

impl Footprint {
    /// The footprint of a load.
    pub(super) fn of(load: &Load) -> Footprint {
        let mix = load.mix();
        let average = |of: &dyn Fn(&crate::journey::Step) -> f64| -> f64 {
            let journeys = load.journeys.iter().enumerate();
            journeys
                .map(|(place, journey)| mix.share(place) * journey.steps.iter().map(of).sum::<f64>())
                .sum()
        };
        let think = |step: &crate::journey::Step| {
            step.think
                .map_or((0.0, 0.0), |think| (think.from.get().as_secs_f64(), think.to.get().as_secs_f64()))
        };
        Footprint {
            peak: load.stages.iter().map(|stage| stage.highest().as_per_second()).fold(0.0, f64::max),
            requests: average(&|_| 1.0),
            thinking: average(&|step| f64::midpoint(think(step).0, think(step).1)),
            longest: average(&|step| step.timeout.as_secs_f64() + think(step).1),
            limit: load.max_in_flight.into(),
            closed: load
                .closed_connections
                .map(|connections| u64::from(connections) * u64::from(load.connections.streams)),
            streams: load.connections.streams.into(),
            users: load.users.as_ref().map(|crowd| crowd.most().into()),
            endpoints: load.journeys.iter().map(|journey| journey.steps.len() as u64).sum(),
        }
    }

    /// Connections when every answer takes this long (Little's law): each arrival keeps one, or a stream of one, until
    /// its last step.
    fn connections(&self, answer: Duration) -> u64 {
        self.held(self.requests * answer.as_secs_f64() + self.thinking).div_ceil(self.streams)
    }

    /// Arrivals under way when every answer takes its whole timeout.
    fn most(&self) -> u64 {
        self.closed.unwrap_or_else(|| self.held(self.longest))
    }

    fn held(&self, seconds: f64) -> u64 {
        ((self.peak * seconds).ceil() as u64).clamp(1, self.limit)
    }

    /// Our memory at its most.
    pub(super) fn memory(&self) -> Bytes {
        let driven = match self.users {
            // Both processes count.
            Some(users) => USERS_AT_REST + self.endpoints * PER_ENDPOINT + users * PER_USER,
            None => self.most() * PER_CONNECTION,
        };
        let bytes = AT_REST + self.endpoints * PER_ENDPOINT + driven;
        Bytes::new(bytes.div_ceil(1 << 20) << 20)
    }
}

impl fmt::Display for Footprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |millis| grouped(self.connections(Duration::from_millis(millis)));
        writeln!(
            f,
            "connections at {}: about {} when answers take 10ms, {} at 100ms; at most {} (every answer takes its \
             timeout)",
            Rate::per_second(self.peak),
            of(10),
            of(100),
            grouped(self.most().div_ceil(self.streams))
        )?;
        writeln!(f, "memory: about {} at most", self.memory())
    }
}
