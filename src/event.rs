//! What the engine says: the only thing it tells the world, and a line of the history.

mod counted;
mod generator;

use crate::clock::Offset;
use crate::sample::{EndpointId, ErrorClass};
use crate::source::Place;
use crate::stats::Delta;
use crate::verdict::{Severity, Verdict};
use serde::{Deserialize, Serialize};

pub use counted::Counted;
pub use generator::{Filled, GeneratorSecond, RunQueue};

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
    /// A fault went a step further.
    Fault(FaultStep),
    /// Something of the target's namespace, or one of its nodes, changed; stamped when we were told.
    Cluster(ClusterChange),
    /// Writes of the ledger that ended since the last time, in no order.
    Writes(Vec<Write>),
    /// The ledger was read back once more.
    ReadBack(ReadBack),
    /// Something of ours went wrong; the verdict can no longer be a pass.
    Trouble {
        /// What, in one sentence.
        text: String,
    },
    /// The load is over; nothing is in flight any more. Its last planned instant was before this.
    LoadEnded,
    /// How much was told before this; only the end follows. Histories of versions that did not count have none.
    Counted(Counted),
    /// The run is over.
    Ended(Ending),
}

/// One step of one fault.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FaultStep {
    /// The fault's place in the plan.
    pub fault: u16,
    /// Which of its injections, counted from 0: a fault with `every` has several.
    pub injection: u32,
    /// What came about.
    pub phase: FaultPhase,
    /// In one sentence without a full stop: what was done, seen, or why it could not be.
    pub text: String,
    /// Who it is about, as `Kind/name`; with an injection its victims, with a failed undo what is left changed.
    pub objects: Vec<String>,
}

/// What can come about in the life of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultPhase {
    /// It is about to be injected: its undo is in the journal.
    Planned,
    /// The API server has taken it.
    Injected,
    /// A budget or a rule of the cluster kept it from happening: a result, not a failure of ours.
    Protected,
    /// It could not be injected.
    Failed,
    /// Its effect was seen from outside.
    Proven,
    /// Its effect was not seen in time.
    Unproven,
    /// It is being taken back.
    Undoing,
    /// Everything is as it was before.
    Undone,
    /// Somebody else changed meanwhile what it had changed; that is left as it is.
    Overtaken,
    /// It could not be taken back.
    UndoFailed,
}

/// A change of an object that the platform's own view of a fault can be read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterChange {
    /// Its kind: `Pod`, `EndpointSlice`, `Deployment`, `StatefulSet`, `Node` or `Event`.
    pub kind: String,
    /// Its name; of an `EndpointSlice` the Service's, of an `Event` that of the object it is about.
    pub name: String,
    /// What came about.
    pub change: Changed,
    /// How it is now, in few words: `Running`, `2 of 3 ready`, `Killing: Stopping container api`.
    pub state: String,
    /// How many ready Pods, endpoints or replicas it stands for now; none where that means nothing.
    pub ready: Option<u32>,
}

/// What can come about with an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Changed {
    /// It is new.
    Added,
    /// It is another than before.
    Modified,
    /// It is gone.
    Deleted,
}

/// One write of the ledger and how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Write {
    /// Its number, counted from 0 in the order of the plan; its id is made of it.
    pub seq: u64,
    /// When it was planned.
    pub planned: Offset,
    /// When it was known how it ended: for one that was acknowledged, when the acknowledgement came.
    pub ended: Offset,
    /// How it ended.
    pub outcome: WriteOutcome,
}

/// How a write of the ledger ended, as far as its client can know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WriteOutcome {
    /// The target said that it has it. If it is gone afterwards, it is lost.
    Acknowledged,
    /// It certainly did not happen: refused before it was sent, or rejected.
    Failed,
    /// It may or may not have happened: a timeout, a reset or an error of the target after it was sent.
    Unknown,
    /// It was never sent, because too many were in flight.
    Dropped,
}

/// One reading of everything that the ledger wrote. The event's own time is its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadBack {
    /// Counted from 1.
    pub round: u32,
    /// When it began.
    pub began: Offset,
    /// Why not everything could be read; none when it was.
    pub failed: Option<String>,
    /// The numbers of the writes that are there: first and last of each unbroken row, in order.
    pub found: Vec<(u64, u64)>,
    /// Those that are there more than once, and how often.
    pub duplicated: Vec<(u64, u32)>,
    /// Those that are there with another content than was written.
    pub corrupted: Vec<u64>,
    /// How many entries are there that nobody wrote, where the target can list them.
    pub unexpected: u64,
    /// The ids of some of them, at most 20.
    pub strangers: Vec<String>,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// As planned.
    Completed,
    /// A smoke check failed before the load, so there was no load.
    SmokeFailed,
    /// A check kept failing during a watch, so the watch ended early.
    WatchFailed {
        /// Its name.
        check: String,
    },
    /// The target could not be reached before the load; why.
    Unreachable {
        /// What was tried and what came of it.
        reason: String,
    },
    /// Somebody pressed Ctrl-C or sent SIGTERM.
    Interrupted,
    /// It was ended early: its lease was deleted, or what `abort_when` says came about.
    Aborted {
        /// Which of them.
        reason: String,
    },
}

/// When a check ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Before the load.
    Before,
    /// After the load.
    After,
    /// In a round of a watch.
    Watch,
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
    /// How long it took, all attempts together.
    pub took_us: u64,
    /// Whether it was asked at all.
    #[serde(default)]
    pub asked: Asked,
    /// What helps to understand a failure.
    #[serde(default, skip_serializing_if = "CheckDetail::is_empty")]
    pub detail: CheckDetail,
}

/// Whether a check was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// So many times; what counts is the last.
    Times(u32),
    /// Not at all: what it depends on did not hold. Its verdict is inconclusive.
    Blocked,
    /// Not at all: its condition does not hold. That is no pass, and speaks against none.
    Excluded,
    /// The run was stopped before it had an answer. Its verdict is inconclusive.
    Unanswered,
}

impl Asked {
    /// Whether it was asked, and had an answer.
    pub const fn at_all(self) -> bool {
        matches!(self, Asked::Times(_))
    }
}

impl Default for Asked {
    fn default() -> Asked {
        Asked::Times(1)
    }
}

/// What helps to understand what a check found. The same in every report.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CheckDetail {
    /// Where in the scenario stands what does not hold, when that is known better than the check itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The parts of the request in their order and how long each took, in microseconds.
    pub phases: Vec<(String, u64)>,
    /// What was expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual: Option<String>,
    /// A command that does the same by hand, without secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reproduce: Option<String>,
    /// A diff, the last lines of a log: at most a few dozen lines.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
}

impl CheckDetail {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        *self == CheckDetail::default()
    }
}
