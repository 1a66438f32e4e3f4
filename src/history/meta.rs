//! `run.json`: all that judging needs to know of the plan, so that a run can be judged again without its scenario.

use super::Pacing;
use crate::clock::Offset;
use crate::source::Place;
use crate::units::{Rate, Ratio, Span};
use crate::verdict::Severity;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What was planned, written before the first event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    /// The version of this format; 1.
    pub schema: u32,
    /// The version of shakedown that made the run.
    pub version: String,
    /// The scenario's name.
    pub scenario: String,
    /// The scenario file's text, references to secrets unresolved and credentials in it masked.
    pub text: String,
    /// SHA-256 of the scenario and everything it includes, in hexadecimal.
    pub hash: String,
    /// The seed of everything random in the run.
    pub seed: u64,
    /// The wall clock's time at the run's start, RFC 3339 in UTC.
    pub started: String,
    /// Where the load goes, as written.
    pub target: String,
    /// Whether certificates were verified; every report says so when they were not.
    pub tls_verified: bool,
    /// The machine that drove the load.
    pub machine: Machine,
    /// Open or closed model.
    pub model: Model,
    /// How its requests follow each other; none where there is no load, and in histories of versions that did not keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pacing: Option<Pacing>,
    /// The users of each stage, where the load is one of users; empty in all other models.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<UsersPlan>,
    /// The limit on requests in flight.
    pub max_in_flight: u64,
    /// The share of the measured seconds that may be untrusted in a run that passes all the same.
    #[serde(default, skip_serializing_if = "is_none")]
    pub untrusted: Ratio,
    /// The endpoints, in the order of their ids.
    pub endpoints: Vec<EndpointPlan>,
    /// The stages of the load, in order of time; empty when the scenario has no load.
    pub stages: Vec<StagePlan>,
    /// The gates, in the order of the scenario.
    pub gates: Vec<GatePlan>,
    /// The smoke checks, in the order of the scenario.
    pub checks: Vec<CheckPlan>,
    /// The faults, in the order of the scenario.
    #[serde(default)]
    pub faults: Vec<FaultPlan>,
    /// The cluster that faults touch.
    #[serde(default)]
    pub cluster: Option<ClusterPlan>,
    /// What counts as recovered.
    #[serde(default)]
    pub recovery: RecoveryPlan,
    /// The ledger of acknowledged writes, where the scenario has one.
    #[serde(default)]
    pub ledger: Option<LedgerPlan>,
    /// The watch, where the run is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watch: Option<WatchPlan>,
}

/// A watch: the checks again and again.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct WatchPlan {
    /// For how long.
    pub length: Span,
    /// From one round to the next.
    pub every: Span,
    /// So many failures of a check in a row are tolerated; one more ends the watch.
    pub tolerate: u32,
    /// The share of its rounds in which a check has to hold; none where nobody asks for one.
    pub availability: Option<Ratio>,
}

/// What counts as recovered after a fault.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RecoveryPlan {
    /// Good again means: good for so long.
    pub stable_for: Span,
    /// The share of arrivals that have to be good.
    pub good: Ratio,
    /// An answer that comes later than this is not good, here alone.
    pub within: Span,
    /// Steady again means: the 95th percentile is at most so much above the one before the fault.
    pub steady: Ratio,
}

impl Default for RecoveryPlan {
    /// 99 % good within a second for five seconds; steady within 20 %.
    fn default() -> RecoveryPlan {
        RecoveryPlan {
            stable_for: Span::new(Duration::from_secs(5)),
            good: Ratio::new(0.99),
            within: Span::new(Duration::from_secs(1)),
            steady: Ratio::new(0.2),
        }
    }
}

/// The ledger of the plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LedgerPlan {
    /// Its client: `http`, `postgres` or `redis`.
    pub kind: String,
    /// What all ids of this run begin with; the write's number follows.
    pub prefix: String,
    /// Writes a second.
    #[serde(with = "per_second")]
    pub rate: Rate,
}

/// The machine that drove the load.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Operating system and architecture.
    pub os: String,
    /// Cores that the process may use.
    pub cores: u32,
}

/// How arrivals come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Model {
    /// Arrivals at planned instants, whatever the target does.
    Open,
    /// A number of connections or users, each of which waits for its answer.
    Closed,
}

impl Model {
    /// What its latencies must not be taken for; none where they are what customers would have felt.
    pub fn caution(self) -> Option<&'static str> {
        match self {
            Model::Open => None,
            Model::Closed => Some(
                "closed model: each request waits for the answer before it, so a slow target is asked less and looks \
                 better than it is (coordinated omission); compare these times with no run of planned arrivals",
            ),
        }
    }
}

/// How many users there are in one stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsersPlan {
    /// How many at its beginning.
    pub from: u32,
    /// How many at its end; in between they come or go one after the other.
    pub to: u32,
}

impl Meta {
    /// Whether the load goes as fast as the generator can: nothing is planned and nobody thinks.
    pub fn flat_out(&self) -> bool {
        self.model == Model::Closed && self.users.is_empty()
    }

    /// The most users at once, where the load is one of users.
    pub fn most_users(&self) -> Option<u32> {
        self.users.iter().map(|stage| stage.from.max(stage.to)).max()
    }
}

/// One endpoint of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointPlan {
    /// Its name, `journey/step`.
    pub name: String,
    /// The journey that it belongs to.
    pub journey: String,
}

/// One stage of the plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StagePlan {
    /// Its name.
    pub name: String,
    /// When it begins.
    pub start: Offset,
    /// When it ends.
    pub end: Offset,
    /// The rate at its beginning.
    #[serde(with = "per_second")]
    pub from: Rate,
    /// The rate at its end; in between it changes evenly.
    #[serde(with = "per_second")]
    pub to: Rate,
    /// Whether its requests are kept out of gates and totals.
    pub warmup: bool,
}

/// One gate of the plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GatePlan {
    /// The gate as written.
    pub gate: String,
    /// What it weighs.
    pub severity: Severity,
}

/// One smoke check of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckPlan {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// Where it stands in the scenario.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// One fault of the plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FaultPlan {
    /// Its name, by which gates know it.
    pub name: String,
    /// Its kind, as in the scenario.
    pub kind: String,
    /// When it is injected.
    pub at: Offset,
    /// When it is taken back; none where there is nothing to take back.
    pub until: Option<Offset>,
}

/// The cluster of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterPlan {
    /// The context of the kubeconfig.
    pub context: String,
    /// The namespace that may be touched.
    pub namespace: String,
}

impl StagePlan {
    /// How long the stage lasts.
    pub fn length(&self) -> Span {
        Span::new(self.end.since(self.start))
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_none(share: &Ratio) -> bool {
    *share == Ratio::default()
}

/// A rate as a number of events a second, exactly: how histories hold it.
pub mod per_second {
    use crate::units::Rate;
    use serde::{Deserialize, Deserializer, Serializer};

    /// Writes it.
    pub fn serialize<S: Serializer>(rate: &Rate, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f64(rate.as_per_second())
    }

    /// Reads it.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Rate, D::Error> {
        f64::deserialize(from).map(Rate::per_second)
    }
}
