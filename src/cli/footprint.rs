//! What a load will need: connections, descriptors and memory.

use super::sockets::{Opened, Sockets};
use crate::journey::Step;
use crate::scenario::{KeepAlive, Load};
use crate::units::{Bytes, Rate, grouped};
use std::collections::BTreeSet;
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

/// Answers that are neither quick nor slow.
const USUAL_ANSWER: Duration = Duration::from_millis(100);

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
    /// How many of an average arrival have a connection, and sockets of their own beside it.
    connected: f64,
    beside: f64,
    /// The connections that an average arrival opens although it had one.
    opening: f64,
    /// When a connection is too old.
    max_age: Option<Duration>,
    users: Option<u64>,
    endpoints: u64,
}

impl Footprint {
    /// The footprint of a load.
    pub(super) fn of(load: &Load) -> Footprint {
        let mix = load.mix();
        let of_journeys = |of: &dyn Fn(&[Step]) -> f64| -> f64 {
            let journeys = load.journeys.iter().enumerate();
            journeys.map(|(place, journey)| mix.share(place) * of(&journey.steps)).sum()
        };
        let average = |of: &dyn Fn(&Step) -> f64| of_journeys(&|steps| steps.iter().map(of).sum());
        let sockets = |steps: &[Step]| steps.iter().filter_map(Step::socket).collect::<BTreeSet<_>>().len();
        let connected =
            |steps: &[Step]| f64::from(u8::from(steps.iter().any(|step| step.socket().is_none())));
        let connections = &load.connections;
        let think = |step: &Step| {
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
            streams: connections.streams.into(),
            connected: of_journeys(&connected),
            beside: of_journeys(&|steps| sockets(steps) as f64),
            opening: match connections.keep_alive {
                KeepAlive::No => average(&|step| f64::from(u8::from(step.socket().is_none()))),
                KeepAlive::Yes => connections.fresh.get(),
            },
            max_age: connections.max_age.map(crate::units::Span::get),
            users: load.users.as_ref().map(|crowd| crowd.most().into()),
            endpoints: load.journeys.iter().map(|journey| journey.steps.len() as u64).sum(),
        }
    }

    /// Connections when every answer takes this long (Little's law): each arrival keeps one, or a stream of one, until
    /// its last step.
    fn connections(&self, answer: Duration) -> u64 {
        self.of_arrivals(self.held(self.requests * answer.as_secs_f64() + self.thinking))
    }

    /// The connections and sockets of so many arrivals at once.
    fn of_arrivals(&self, arrivals: u64) -> u64 {
        let arrivals = arrivals as f64;
        ((arrivals * self.connected / self.streams as f64).ceil() + (arrivals * self.beside).ceil()) as u64
    }

    /// The sockets that it has open and opens.
    pub(super) fn sockets(&self) -> Sockets {
        let most = self.users.unwrap_or_else(|| self.of_arrivals(self.most()));
        let closed = self.users.is_some() || self.closed.is_some();
        let usual = if closed { most } else { self.connections(USUAL_ANSWER) };
        let aged = self.max_age.map_or(0.0, |age| usual as f64 / age.as_secs_f64());
        let opened = match self.users {
            _ if self.opening + aged <= 0.0 => Opened::Kept,
            // A user who thinks asks at most so often; whoever does not asks as often as it is answered.
            Some(users) if self.thinking > 0.0 => {
                Opened::ASecond(users as f64 * self.opening / self.thinking)
            }
            _ if closed => Opened::AsAnswered,
            _ => Opened::ASecond(self.peak * self.opening + aged),
        };
        Sockets { usual, most, opened, closed }
    }

    /// Arrivals under way when every answer takes its whole timeout.
    fn most(&self) -> u64 {
        self.closed.unwrap_or_else(|| self.held(self.longest))
    }

    fn held(&self, seconds: f64) -> u64 {
        ((self.peak * seconds).ceil() as u64).clamp(1, self.limit)
    }

    /// Our memory at its most.
    fn memory(&self) -> Bytes {
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
        let sockets = self.sockets();
        if !sockets.closed {
            writeln!(
                f,
                "connections at {}: about {} when answers take 10ms, {} at 100ms; at most {} (every answer takes its \
                 timeout)",
                Rate::per_second(self.peak),
                grouped(self.connections(Duration::from_millis(10))),
                grouped(sockets.usual),
                grouped(sockets.most)
            )?;
        }
        writeln!(f, "descriptors: about {} at most", grouped(sockets.descriptors()))?;
        writeln!(f, "memory: about {} at most", self.memory())
    }
}
