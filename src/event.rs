//! What the engine says: the only thing it tells the world, and a line of the history.

use crate::clock::Offset;
use crate::sample::{EndpointId, ErrorClass};
use crate::stats::Delta;
use crate::verdict::{Severity, Verdict};
use serde::{Deserialize, Serialize};

/// Something that happened, on the run's clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub at: Offset,
    /// What.
    pub kind: EventKind,
}

/// What can happen in a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// A smoke check ended.
    Check(CheckEnd),
    /// A stage of the load began; its place in the plan.
    StageStarted {
        /// The stage's place in the plan.
        stage: u16,
    },
    /// One endpoint during one second.
    Window(Box<Delta>),
    /// The generator about itself, once a second.
    Generator(GeneratorSecond),
    /// The first failure of its class at an endpoint, in words.
    Example {
        /// Which endpoint.
        endpoint: EndpointId,
        /// Which class.
        class: ErrorClass,
        /// What was expected and what came.
        text: String,
    },
    /// A stress profile stops: a gate broke in this stage.
    Broke {
        /// The stage's place in the plan.
        stage: u16,
        /// The gate as written.
        gate: String,
        /// Why it counts as broken.
        reason: String,
    },
    /// Something of ours went wrong; the verdict can no longer be a pass.
    Trouble {
        /// What, in one sentence.
        text: String,
    },
    /// The load is over; nothing is in flight any more. Its last planned instant was before this.
    LoadEnded,
    /// The run is over.
    Ended(Ending),
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// As planned.
    Completed,
    /// A smoke check failed before the load, so there was no load.
    SmokeFailed,
    /// The target could not be reached before the load; why.
    Unreachable {
        /// What was tried and what came of it.
        reason: String,
    },
    /// Somebody pressed Ctrl-C or sent SIGTERM.
    Interrupted,
}

/// When a check ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Before the load.
    Before,
    /// After the load.
    After,
}

/// How a smoke check ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckEnd {
    /// The check's name.
    pub name: String,
    /// Its kind, for instance `http`.
    pub kind: String,
    /// When it ran.
    pub phase: Phase,
    /// What it weighs.
    pub severity: Severity,
    /// What it found, before severity.
    pub verdict: Verdict,
    /// Whether it failed because the target could not be reached at all.
    pub unreachable: bool,
    /// Why, in words; for a pass what was seen.
    pub reason: String,
    /// How long it took.
    pub took_us: u64,
}

/// The generator about itself during one second.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GeneratorSecond {
    /// The whole second on the run's clock.
    pub second: u64,
    /// CPU time used in it, in cores.
    pub cpu: f64,
    /// Requests in flight at its end.
    pub in_flight: u64,
    /// Connections open at its end.
    pub connections: u64,
}
