//! What a run's history keeps of its scenario.

use super::{Load, Scenario, Spacing};
use crate::clock::Offset;
use crate::fault::Fault;
use crate::history::{
    CheckPlan, ClusterPlan, EndpointPlan, FaultPlan, GatePlan, LedgerPlan, Machine, Meta, Model, Pacing,
    SCHEMA, StagePlan, UsersPlan,
};
use crate::journey::Journey;
use crate::ledger::Ids;
use crate::load::{Arrivals, Crowd, Schedule, Stage};
use crate::transport::Verify;

impl Scenario {
    /// The plan of a run that starts at `started` (RFC 3339 in UTC) on `machine`, with values from outside masked.
    pub fn meta(&self, seed: u64, started: String, machine: Machine) -> Meta {
        let ledger = self.ledger_plan(seed, &started);
        Meta {
            schema: SCHEMA,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            scenario: self.name.clone(),
            text: self.text.clone(),
            hash: self.hash.clone(),
            seed,
            started,
            target: self.secrets.redact(&self.goes_to()),
            tls_verified: self.target.as_ref().is_none_or(|target| target.target.verify == Verify::Yes),
            machine,
            model: self.model(),
            pacing: self.load.as_ref().map(Load::pacing),
            users: self.load.as_ref().map(users_plans).unwrap_or_default(),
            max_in_flight: self.load.as_ref().map_or(0, |load| load.max_in_flight.into()),
            untrusted: self.load.as_ref().map(|load| load.untrusted).unwrap_or_default(),
            endpoints: self.load.as_ref().map(Load::endpoints).unwrap_or_default(),
            stages: self.load.as_ref().map(|load| stage_plans(&load.stages)).unwrap_or_default(),
            gates: self.gate_plans(),
            checks: self.check_plans(),
            faults: self.fault_plans(),
            cluster: self.cluster_plan(),
            recovery: self.recovery,
            ledger,
            watch: None,
        }
    }

    /// Where it goes: the target of HTTP, or the cluster where there is none.
    fn goes_to(&self) -> String {
        match (&self.target, &self.kubernetes) {
            (Some(target), _) => target.url.clone(),
            (None, Some(cluster)) => format!("{}/{}", cluster.context, cluster.namespace),
            (None, None) => String::new(),
        }
    }

    fn fault_plans(&self) -> Vec<FaultPlan> {
        let plan = |fault: &Fault| FaultPlan {
            name: fault.name.clone(),
            kind: fault.kind.name().to_owned(),
            at: Offset::ZERO + fault.at,
            until: fault.lasts.map(|lasts| Offset::ZERO + fault.at + lasts),
        };
        self.faults.iter().map(plan).collect()
    }

    fn ledger_plan(&self, seed: u64, started: &str) -> Option<LedgerPlan> {
        let ledger = self.ledger.as_ref()?;
        let prefix = Ids::of_run(seed, started).prefix().to_owned();
        Some(LedgerPlan { kind: ledger.kind.name().to_owned(), prefix, rate: ledger.rate })
    }

    fn cluster_plan(&self) -> Option<ClusterPlan> {
        let cluster = self.kubernetes.as_ref().filter(|_| !self.faults.is_empty())?;
        let masked = |text: &str| self.secrets.redact(text);
        Some(ClusterPlan { context: masked(&cluster.context), namespace: masked(&cluster.namespace) })
    }

    fn model(&self) -> Model {
        if self.load.as_ref().is_some_and(Load::is_closed) { Model::Closed } else { Model::Open }
    }

    fn gate_plans(&self) -> Vec<GatePlan> {
        let plan =
            |gate: &super::PlannedGate| GatePlan { gate: gate.text.value.clone(), severity: gate.severity };
        self.gates.iter().map(plan).collect()
    }

    fn check_plans(&self) -> Vec<CheckPlan> {
        let plan = |check: &crate::check::Compiled| CheckPlan {
            name: check.name.clone(),
            kind: check.kind.to_owned(),
            place: self.files.place(check.mark),
        };
        self.checks.iter().map(plan).collect()
    }
}

impl Load {
    /// How its requests follow each other.
    fn pacing(&self) -> Pacing {
        match self.spacing {
            _ if self.is_closed() => Pacing::Answers,
            Spacing::Even => Pacing::Even,
            Spacing::Poisson => Pacing::Poisson,
        }
    }

    /// The endpoints in the order of their ids: the steps of the first journey, then those of the next.
    pub fn endpoints(&self) -> Vec<EndpointPlan> {
        endpoint_plans(&self.journeys)
    }
}

/// The endpoints of journeys, in the order of their ids.
pub(super) fn endpoint_plans(journeys: &[Journey]) -> Vec<EndpointPlan> {
    let of = |journey: &Journey| {
        let name = journey.name.clone();
        let plan = move |endpoint: &String| EndpointPlan { name: endpoint.clone(), journey: name.clone() };
        journey.steps.iter().map(|step| plan(&step.endpoint)).collect::<Vec<_>>()
    };
    journeys.iter().flat_map(of).collect()
}

/// The users of each stage, where the load is one of users.
fn users_plans(load: &Load) -> Vec<UsersPlan> {
    let stages = load.users.iter().flat_map(Crowd::stages);
    stages.map(|(from, to)| UsersPlan { from, to }).collect()
}

/// The stages laid out on the run's clock.
pub(super) fn stage_plans(stages: &[Stage]) -> Vec<StagePlan> {
    let schedule = Schedule::new(stages.to_vec(), Arrivals::Even);
    let plan = |planned: &crate::load::Planned| StagePlan {
        name: planned.stage.name.clone(),
        start: planned.start,
        end: planned.end,
        from: planned.stage.from,
        to: planned.stage.to,
        warmup: planned.stage.warmup,
    };
    schedule.stages().iter().map(plan).collect()
}
