//! A scenario that was checked: data only, and nothing in it can be wrong any more.

use super::build::build;
use super::origin::{Origin, Written};
use super::{KubernetesPlan, Rejected, TargetPlan};
use crate::check::Compiled;
use crate::fault::Fault;
use crate::gate::Gate;
use crate::history::RecoveryPlan;
use crate::journey::Journey;
use crate::ledger::Ledger;
use crate::load::{Arrivals, Crowd, Mix, Schedule, Stage};
use crate::source::{Environment, Files, Located, Secrets, Sources};
use crate::units::{Ratio, Span};
use crate::verdict::Severity;
use std::path::Path;

/// A checked scenario.
#[derive(Debug)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// The file's text, references to outside values unresolved and credentials in it masked.
    pub text: String,
    /// Where it was read from.
    pub origin: Origin,
    /// SHA-256 over the scenario, its includes and its data, in hexadecimal.
    pub hash: String,
    /// The values from outside and credentials written into it; every output goes through [`Secrets::redact`].
    pub secrets: Secrets,
    /// The files it was read from, to show its lines.
    pub files: Files,
    /// Where requests go; none where nothing sends any to it.
    pub target: Option<TargetPlan>,
    /// The smoke checks, in the order of the scenario.
    pub checks: Vec<Compiled>,
    /// The load, when there is any.
    pub load: Option<Load>,
    /// The ledger beside the load.
    pub ledger: Option<Ledger>,
    /// The cluster that faults may touch.
    pub kubernetes: Option<KubernetesPlan>,
    /// The faults, in the order of the scenario; some only where there is a cluster and a load.
    pub faults: Vec<Fault>,
    /// What counts as recovered after a fault.
    pub recovery: RecoveryPlan,
    /// When the run ends early.
    pub abort_when: Option<PlannedAbort>,
    /// The gates, in the order of the scenario.
    pub gates: Vec<PlannedGate>,
}

/// A checked load.
#[derive(Debug)]
pub struct Load {
    /// What arrivals do, with weights above zero.
    pub journeys: Vec<Journey>,
    /// The stages, in order of time; a warm-up comes first.
    pub stages: Vec<Stage>,
    /// How arrivals follow each other.
    pub spacing: Spacing,
    /// The number of connections of a closed model of connections; `None` for all other loads.
    pub closed_connections: Option<u32>,
    /// The users of a closed model of users; `None` for all other loads.
    pub users: Option<Crowd>,
    /// Whether the load ends at the first stage in which a gate breaks.
    pub until_broken: bool,
    /// When connections are renewed.
    pub connections: Connections,
    /// How many requests may be in flight.
    pub max_in_flight: u32,
    /// The share of the measured seconds that the generator may spoil in a run that passes all the same.
    pub untrusted: Ratio,
    /// How many worker threads drive the load; one for each core when `None`.
    pub workers: Option<u16>,
}

/// How arrivals follow each other; the seed comes with the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spacing {
    /// At equal shares.
    Even,
    /// At random.
    Poisson,
}

/// When connections are renewed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Connections {
    /// The age at which a connection is closed.
    pub max_age: Option<Span>,
    /// The share of requests that go over a connection of their own.
    pub fresh: Ratio,
    /// Whether connections are used again at all.
    pub keep_alive: KeepAlive,
    /// How many requests a connection carries at once; more than one over HTTP/2 alone.
    pub streams: u32,
}

/// Whether connections are used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeepAlive {
    /// They are.
    Yes,
    /// Each request has its own.
    No,
}

/// A gate and what it weighs.
#[derive(Debug, Clone)]
pub struct PlannedGate {
    /// The gate.
    pub gate: Gate,
    /// The gate as written, and where.
    pub text: Located<String>,
    /// What it weighs.
    pub severity: Severity,
}

/// A condition that ends a run early.
#[derive(Debug, Clone)]
pub struct PlannedAbort {
    /// The gate that breaks when it comes about.
    pub gate: Gate,
    /// The stretch of time that it looks at.
    pub last: Span,
    /// The condition as written.
    pub text: String,
}

impl Scenario {
    /// Reads and checks a scenario file with everything that it refers to.
    ///
    /// # Errors
    /// All that is wrong with it, at once.
    pub fn load(path: &Path, environment: &Environment) -> Result<Scenario, Rejected> {
        let origin = Origin { written: Written::File(path.to_owned()), environment: environment.clone() };
        Ok(Scenario { origin, ..build(Sources::read(path, environment), environment)? })
    }

    /// Reads and checks a scenario that is no file, shown as `name` in messages; its paths count from the current
    /// folder.
    ///
    /// # Errors
    /// All that is wrong with it, at once.
    pub fn parse(name: &str, text: &str, environment: &Environment) -> Result<Scenario, Rejected> {
        let written = Written::Text { name: name.to_owned(), text: text.to_owned() };
        let origin = Origin { written, environment: environment.clone() };
        Ok(Scenario { origin, ..build(Sources::of_text(name, text, environment), environment)? })
    }

    /// The same scenario without its load, its ledger, its faults and the gates that judge them.
    #[must_use]
    pub fn smoke_alone(self) -> Scenario {
        Scenario { load: None, ledger: None, faults: Vec::new(), abort_when: None, gates: Vec::new(), ..self }
    }
}

impl Spacing {
    /// The same in a run of this seed.
    pub(super) fn arrivals(self, seed: u64) -> Arrivals {
        match self {
            Spacing::Even => Arrivals::Even,
            Spacing::Poisson => Arrivals::Poisson { seed },
        }
    }
}

impl Load {
    /// When each arrival is planned, in a run of this seed.
    pub fn schedule(&self, seed: u64) -> Schedule {
        Schedule::new(self.stages.clone(), self.spacing.arrivals(seed))
    }

    /// Whether nothing is planned: how much is sent is for the target to say.
    pub fn is_closed(&self) -> bool {
        self.closed_connections.is_some() || self.users.is_some()
    }

    /// Which journey an arrival takes.
    pub fn mix(&self) -> Mix {
        Mix::new(&self.journeys.iter().map(|journey| journey.weight).collect::<Vec<_>>())
    }
}
