//! What is done to connections.

use crate::units::{Bandwidth, Ratio};
use std::fmt;
use std::time::Duration;

/// Everything that is done to a connection while the fault is on. The default does nothing.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    /// Added time.
    pub latency: Option<Latency>,
    /// The most that passes, for each connection and each of the ways in `direction`.
    pub bandwidth: Option<Bandwidth>,
    /// Which way latency and bandwidth apply, and which way's bytes `Reset::AfterBytes` counts.
    pub direction: Direction,
    /// Whether connections get through at all.
    pub outage: Option<Outage>,
    /// How many of the connections are touched.
    pub share: Share,
    /// Chooses the connections and draws the jitter.
    pub seed: u64,
}

impl Faults {
    /// Whether anything is done at all.
    pub(super) fn any(&self) -> bool {
        self.latency.is_some() || self.bandwidth.is_some() || self.outage.is_some()
    }

    /// What one way, `Up` or `Down`, adds to a round trip.
    pub(super) fn latency_of(&self, way: Direction) -> Option<Latency> {
        let latency = self.latency.filter(|_| self.direction.covers(way))?;
        let ways = if self.direction == Direction::Both { 2 } else { 1 };
        Some(Latency { delay: latency.delay / ways, jitter: latency.jitter / ways })
    }

    /// The bandwidth of one way, `Up` or `Down`.
    pub(super) fn bandwidth_of(&self, way: Direction) -> Option<Bandwidth> {
        self.bandwidth.filter(|_| self.direction.covers(way))
    }

    /// How many bytes of this way may pass before the reset.
    pub(super) fn allowance_of(&self, way: Direction) -> Option<u64> {
        match self.outage {
            Some(Outage::Reset(Reset::AfterBytes(bytes))) if self.direction.covers(way) => Some(bytes),
            _ => None,
        }
    }
}

/// Added time, once for each round trip: every byte waits this long, and bytes that wait do not keep others from coming.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Latency {
    /// How long.
    pub delay: Duration,
    /// Drawn evenly from `delay ± jitter`, but bytes never overtake each other. At most `delay`.
    pub jitter: Duration,
}

/// Which way between client and upstream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// From the client: requests.
    Up,
    /// To the client: answers.
    #[default]
    Down,
    /// Both: half of the latency each way, so that a round trip still takes `latency` longer; the bandwidth each way.
    Both,
}

impl Direction {
    /// Whether a way, `Up` or `Down`, is meant.
    pub(super) fn covers(self, way: Direction) -> bool {
        self == Direction::Both || self == way
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Direction::Up => "up",
            Direction::Down => "down",
            Direction::Both => "both ways",
        })
    }
}

/// How a connection fails altogether.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outage {
    /// The port is closed: new connections are refused, existing ones reset.
    Refuse,
    /// Connections are cut with a reset.
    Reset(Reset),
    /// Nothing passes, either way. New connections are taken, but not made upstream; when the fault ends all go on and
    /// nothing is lost.
    Blackhole,
    /// The upstream's side is gone and the client does not learn of it: what it sends is lost. When the fault ends it is
    /// reset, as by a machine that has started again.
    HalfOpen,
}

/// When a connection is reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reset {
    /// As soon as it is made; those that exist, when the fault begins.
    AtOnce,
    /// This long after it was made, or after the fault began if that was later.
    After(Duration),
    /// When so many bytes have passed one of the ways in `direction` while the fault was on; not one more passes.
    AfterBytes(u64),
}

/// A share of the connections, all of them by default.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share(Ratio);

impl Default for Share {
    fn default() -> Share {
        Share(Ratio::new(1.0))
    }
}

impl From<Ratio> for Share {
    fn from(ratio: Ratio) -> Share {
        Share(ratio)
    }
}

impl Share {
    /// Between 0 and 1.
    pub(super) fn get(self) -> f64 {
        self.0.get()
    }
}
