//! The generator about itself.

use serde::{Deserialize, Serialize};

/// The generator about itself during one second. What this machine does not tell is none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct GeneratorSecond {
    /// The whole second on the run's clock.
    pub second: u64,
    /// CPU time used in it, in cores.
    pub cpu: f64,
    /// Requests in flight at its end.
    pub in_flight: u64,
    /// Connections open at its end.
    pub connections: u64,
    /// The cores that its control groups let it use; none where they set no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<f64>,
    /// For how long of the second its control groups held it back (throttling), all cores together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throttled: Option<f64>,
    /// How the load thread that waited longest waited for a core.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<RunQueue>,
    /// The share of the machine's processor time that its host gave to others (steal time).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stolen: Option<f64>,
    /// Open descriptors of the process.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub descriptors: Option<Filled>,
    /// Local ports towards the target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ports: Option<Filled>,
}

/// Waiting for a core: ready to run, but others run. In a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunQueue {
    /// How long it waited, in microseconds.
    pub waited_us: u64,
    /// How long it ran, in microseconds.
    pub ran_us: u64,
    /// How often it got a core.
    pub turns: u64,
}

impl RunQueue {
    /// As much in a second as this is in so many.
    #[must_use]
    pub fn per_second(self, seconds: f64) -> RunQueue {
        let part = |count: u64| (count as f64 / seconds).round() as u64;
        RunQueue { waited_us: part(self.waited_us), ran_us: part(self.ran_us), turns: part(self.turns) }
    }

    /// The mean wait for a turn, in microseconds.
    pub fn mean_us(self) -> f64 {
        self.waited_us as f64 / self.turns.max(1) as f64
    }
}

/// How much of something that there is only so much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filled {
    /// In use.
    pub used: u64,
    /// How many there are.
    pub limit: u64,
}

impl Filled {
    /// The share in use.
    pub fn share(self) -> f64 {
        self.used as f64 / self.limit.max(1) as f64
    }
}
