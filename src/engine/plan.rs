//! What the engine needs to know, ready to run.

use super::Mix;
use crate::check::Compiled;
use crate::gate::Gate;
use crate::history::{EndpointPlan, select};
use crate::journey::Journey;
use crate::load::Schedule;
use crate::sample::EndpointId;
use crate::source::Secrets;
use crate::transport::Target;
use std::sync::Arc;
use std::time::Duration;

/// A whole run.
pub struct RunPlan {
    /// Where the load and the HTTP checks go.
    pub target: Target,
    /// Smoke checks, before and after the load.
    pub checks: Vec<Compiled>,
    /// The load; none for smoke alone.
    pub load: Option<Arc<LoadPlan>>,
    /// The seed of everything random.
    pub seed: u64,
    /// What must not be said.
    pub secrets: Secrets,
}

/// The load of a run.
#[derive(Debug)]
pub struct LoadPlan {
    /// Where it goes.
    pub target: Target,
    /// The journeys, in the order of the scenario.
    pub journeys: Vec<Journey>,
    /// Their endpoints, in the order of their ids.
    pub endpoints: Vec<EndpointPlan>,
    /// Which journey an arrival takes.
    pub mix: Mix,
    /// When arrivals come.
    pub pace: Pace,
    /// How connections are kept.
    pub connections: ConnectionPolicy,
    /// How many arrivals may be in flight at once, over all workers.
    pub max_in_flight: u32,
    /// How many worker threads.
    pub workers: u32,
    /// The seed of values and pauses.
    pub seed: u64,
    /// Gates that end a stress profile at the first stage in which one of them fails; empty for other profiles.
    pub until_broken: Vec<(Gate, String)>,
}

/// When arrivals come.
#[derive(Debug, Clone)]
pub enum Pace {
    /// At planned instants, whatever the target does (open model).
    Open(Schedule),
    /// Each of so many connections sends its next request when its last one is answered (closed model).
    Closed {
        /// How many connections.
        connections: u32,
        /// For how long.
        length: Duration,
    },
}

impl Pace {
    /// How long the load lasts.
    pub fn length(&self) -> Duration {
        match self {
            Pace::Open(schedule) => schedule.end().since(crate::clock::Offset::ZERO),
            Pace::Closed { length, .. } => *length,
        }
    }
}

/// How connections are kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConnectionPolicy {
    /// Whether a connection serves more than one request.
    pub keep_alive: KeepAlive,
    /// A connection older than this is closed before its next request.
    pub max_age: Option<Duration>,
    /// This share of arrivals starts on a new connection.
    pub fresh: f64,
}

/// Whether a connection serves more than one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeepAlive {
    /// It does.
    On,
    /// Each request has its own.
    Off,
}

impl Default for ConnectionPolicy {
    fn default() -> Self {
        ConnectionPolicy { keep_alive: KeepAlive::On, max_age: None, fresh: 0.0 }
    }
}

impl LoadPlan {
    /// The endpoint of a journey's step: endpoints are numbered journey by journey, step by step.
    pub fn endpoint(&self, journey: usize, step: usize) -> EndpointId {
        let before: usize = self.journeys[..journey].iter().map(|journey| journey.steps.len()).sum();
        EndpointId(u16::try_from(before + step).unwrap_or(u16::MAX))
    }

    /// Whether a gate speaks of this endpoint.
    pub fn gate_covers(&self, gate: &Gate, endpoint: EndpointId) -> bool {
        gate.on.as_ref().is_none_or(|name| select(name, &self.endpoints).is_ok_and(|named| named.contains(&endpoint)))
    }
}
