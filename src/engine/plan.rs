//! What the engine needs to know, ready to run.

use super::faults::FaultsPlan;
use super::ledger::LedgerRun;
use super::users::Job;
use crate::check::Compiled;
use crate::clock::Offset;
use crate::cluster::Access;
use crate::gate::{Gate, Of, Window};
use crate::history::{EndpointPlan, WatchPlan, select};
use crate::journey::Journey;
use crate::ledger::Ids;
use crate::ledger::clients::ClientError;
use crate::load::{Crowd, Mix, Schedule};
use crate::sample::EndpointId;
use crate::scenario::{Connections, KubernetesPlan, Load, PlannedAbort, PlannedGate, Scenario};
use crate::source::{Files, Secrets};
use crate::transport::Target;
use crate::trust::Limits;
use std::sync::Arc;
use std::time::Duration;

/// How many checks are asked at once where nobody says.
const JOBS: usize = 32;

/// A whole run.
pub struct RunPlan {
    /// Where the load and the HTTP checks go; none where nothing sends any to it.
    pub target: Option<Target>,
    /// Smoke checks, before and after the load.
    pub checks: Vec<Compiled>,
    /// The watch, where the run is one.
    pub watch: Option<WatchPlan>,
    /// How many checks are asked at once.
    pub jobs: usize,
    /// The load; none for smoke alone.
    pub load: Option<Arc<LoadPlan>>,
    /// The cluster that checks ask; none where the scenario names none.
    pub cluster: Option<Access>,
    /// The faults beside the load; none where the scenario has none.
    pub faults: Option<Arc<FaultsPlan>>,
    /// The ledger beside the load; none where the scenario has none.
    pub ledger: Option<Arc<LedgerRun>>,
    /// The seed of everything random.
    pub seed: u64,
    /// What must not be said.
    pub secrets: Secrets,
    /// The scenario's files, to show its lines.
    pub files: Files,
}

/// The load of a run. Cheap to clone: its journeys are shared.
#[derive(Debug, Clone)]
pub struct LoadPlan {
    /// Where it goes.
    pub target: Target,
    /// The journeys, in the order of the scenario.
    pub journeys: Arc<[Journey]>,
    /// Their endpoints, in the order of their ids.
    pub endpoints: Vec<EndpointPlan>,
    /// Which journey an arrival takes.
    pub mix: Mix,
    /// When arrivals come.
    pub pace: Pace,
    /// How connections are kept.
    pub connections: Connections,
    /// How many arrivals may be in flight at once, over all workers.
    pub max_in_flight: u32,
    /// How many workers hand over batches: threads, or the one process that drives the users.
    pub workers: u32,
    /// The seed of values and pauses.
    pub seed: u64,
    /// Gates that end a stress profile at the first stage in which one of them fails; empty for other profiles.
    pub until_broken: Vec<(Gate, String)>,
    /// What ends the run early.
    pub abort_when: Option<PlannedAbort>,
    /// What the generator may not exceed in a second that can be trusted.
    pub limits: Limits,
    /// An answer that comes later than this is not good where recovery is measured, and there alone.
    pub within: Duration,
}

/// When arrivals come.
#[derive(Debug, Clone)]
pub enum Pace {
    /// At planned instants, whatever the target does (open model).
    Open(Schedule),
    /// Each stream of so many connections sends its next request when its last one is answered (closed model).
    Closed {
        /// How many connections.
        connections: u32,
        /// For how long.
        length: Duration,
    },
    /// Users who wait for their answers and think, in a process of their own (closed model).
    Users {
        /// How many of them are there when.
        crowd: Crowd,
        /// How many threads that process has.
        threads: u32,
        /// How it finds the same load.
        job: Job,
    },
}

impl RunPlan {
    /// The plan of a run of a scenario, whose ledger writes under `ids`.
    ///
    /// # Errors
    /// The place of the ledger cannot be understood.
    pub fn new(scenario: Scenario, seed: u64, ids: &Ids) -> Result<RunPlan, ClientError> {
        let faults = FaultsPlan::of(&scenario, seed);
        let target = scenario.target.map(|plan| plan.target);
        // Whoever has a ledger has a load, and whoever has a load has a target.
        let ledger = scenario.ledger.zip(target.as_ref());
        let ledger = ledger.map(|(ledger, target)| LedgerRun::new(ledger, ids, target, seed)).transpose()?;
        let gates = scenario.gates;
        let within = scenario.recovery.within.get();
        let job = Job { origin: scenario.origin, hash: scenario.hash, seed };
        let load = scenario.load.zip(target.as_ref()).map(|(load, target)| {
            Arc::new(LoadPlan::new(load, &gates, scenario.abort_when, within, target, job))
        });
        Ok(RunPlan {
            target,
            checks: scenario.checks,
            jobs: JOBS,
            watch: None,
            cluster: scenario.kubernetes.as_ref().map(KubernetesPlan::access),
            load,
            faults: faults.map(Arc::new),
            ledger: ledger.map(Arc::new),
            seed,
            secrets: scenario.secrets,
            files: scenario.files,
        })
    }

    /// A run of this load and nothing else against the same target, with other random values.
    #[must_use]
    pub fn with_load_alone(&self, load: LoadPlan) -> RunPlan {
        RunPlan {
            target: self.target.clone(),
            checks: Vec::new(),
            watch: None,
            jobs: self.jobs,
            cluster: None,
            seed: load.seed,
            load: Some(Arc::new(load)),
            faults: None,
            ledger: None,
            secrets: self.secrets.clone(),
            files: self.files.clone(),
        }
    }
}

impl LoadPlan {
    fn new(
        load: Load,
        gates: &[PlannedGate],
        abort_when: Option<PlannedAbort>,
        within: Duration,
        target: &Target,
        job: Job,
    ) -> LoadPlan {
        let seed = job.seed;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = load.workers.map_or_else(|| u32::try_from(cores).unwrap_or(1), u32::from);
        let pace = match (load.closed_connections, load.users.clone()) {
            (_, Some(crowd)) => Pace::Users { crowd, threads, job },
            (Some(connections), None) => {
                Pace::Closed { connections, length: load.schedule(seed).end().since(Offset::ZERO) }
            }
            (None, None) => Pace::Open(load.schedule(seed)),
        };
        let goes_flat_out = matches!(pace, Pace::Closed { .. });
        let limits =
            Limits::new(gates.iter().map(|planned| &planned.gate), (!goes_flat_out).then_some(cores as f64));
        // A gate on a window of its own or on a fault is judged at the end; only one on all requests can break in a
        // stage.
        let breaks = |gate: &Gate| gate.window == Window::WholeRun && gate.metric.of() == Of::Requests;
        let whole = gates.iter().filter(|planned| load.until_broken && breaks(&planned.gate));
        // A worker without a share of the connections could send nothing, and would wait for an end that never comes.
        let most = load.closed_connections.unwrap_or(load.max_in_flight).max(1);
        let workers = if load.users.is_some() { 1 } else { threads.min(most) };
        LoadPlan {
            target: target.clone(),
            until_broken: whole.map(|planned| (planned.gate.clone(), planned.text.value.clone())).collect(),
            abort_when,
            limits,
            within,
            endpoints: load.endpoints(),
            mix: load.mix(),
            pace,
            connections: load.connections,
            max_in_flight: load.max_in_flight,
            workers,
            seed,
            journeys: load.journeys.into(),
        }
    }

    /// The same load at planned instants of another schedule, with other values and pauses.
    #[must_use]
    pub fn at(&self, schedule: Schedule, seed: u64) -> LoadPlan {
        LoadPlan { pace: Pace::Open(schedule), seed, ..self.clone() }
    }

    /// The load of a scenario alone, for the process that drives its users; none where it has no load.
    pub(super) fn of(scenario: Scenario, seed: u64) -> Option<LoadPlan> {
        let target = scenario.target.map(|plan| plan.target)?;
        let job = Job { origin: scenario.origin, hash: scenario.hash, seed };
        let within = scenario.recovery.within.get();
        Some(LoadPlan::new(scenario.load?, &scenario.gates, scenario.abort_when, within, &target, job))
    }

    /// Whether something that is seen of it can end it before its time.
    pub(super) fn may_end_early(&self) -> bool {
        self.abort_when.is_some() || !self.until_broken.is_empty()
    }

    /// The endpoint of a journey's step: endpoints are numbered journey by journey, step by step.
    pub fn endpoint(&self, journey: usize, step: usize) -> EndpointId {
        let before: usize = self.journeys[..journey].iter().map(|journey| journey.steps.len()).sum();
        EndpointId(u16::try_from(before + step).unwrap_or(u16::MAX))
    }

    /// Whether a gate speaks of this endpoint.
    pub fn gate_covers(&self, gate: &Gate, endpoint: EndpointId) -> bool {
        gate.on
            .as_ref()
            .is_none_or(|name| select(name, &self.endpoints).is_ok_and(|named| named.contains(&endpoint)))
    }
}
