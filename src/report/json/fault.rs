//! What was broken on purpose, and where.

use super::recovery::{Cost, Felt, length, millis};
use crate::event::FaultPhase;
use crate::history::ClusterPlan;
use crate::run::{Bounds, FaultResult, FaultStatus, Injection, Measures};
use crate::verdict::Verdict;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Cluster<'a> {
    context: &'a str,
    namespace: &'a str,
}

#[derive(Serialize)]
pub(super) struct Fault<'a> {
    name: &'a str,
    kind: &'a str,
    status: FaultStatus,
    verdict: Verdict,
    victims: Vec<&'a str>,
    planned_ms: f64,
    until_ms: Option<f64>,
    injected_ms: Option<f64>,
    effect_ms: Option<f64>,
    undone_ms: Option<f64>,
    detection_ms: Option<f64>,
    failover_ms: Option<f64>,
    rto_ms: Option<f64>,
    steady_ms: Option<f64>,
    downtime_ms: Option<f64>,
    longest_gap_ms: Option<f64>,
    lost_requests: Option<u64>,
    resolution_ms: Option<f64>,
    rpo_ms: Option<f64>,
    lost: Option<u64>,
    recovery: Option<Felt<'a>>,
    data: Option<Cost<'a>>,
    seen: Option<&'a str>,
    left: Vec<&'a str>,
    count: u64,
    injections: Vec<Once<'a>>,
}

/// One injection.
#[derive(Serialize)]
struct Once<'a> {
    number: u32,
    status: FaultStatus,
    victims: &'a [String],
    injected_ms: Option<f64>,
    effect_ms: Option<f64>,
    undone_ms: Option<f64>,
    seen: Option<&'a str>,
}

impl<'a> From<&'a ClusterPlan> for Cluster<'a> {
    fn from(plan: &'a ClusterPlan) -> Cluster<'a> {
        Cluster { context: &plan.context, namespace: &plan.namespace }
    }
}

impl<'a> From<&'a FaultResult> for Fault<'a> {
    fn from(fault: &'a FaultResult) -> Fault<'a> {
        let felt = fault.recovery.as_ref();
        let measured = felt.filter(|recovery| recovery.doubt.is_none()).map(|recovery| &recovery.overall);
        let value = |figure: fn(&Measures) -> Option<Bounds>| {
            measured.and_then(figure).map(|bounds| length(bounds.value))
        };
        let known = fault.data.as_ref().filter(|data| data.doubt.is_none());
        Fault {
            name: &fault.plan.name,
            kind: &fault.plan.kind,
            status: fault.status,
            verdict: fault.verdict,
            victims: fault.victims(),
            planned_ms: millis(fault.plan.at),
            until_ms: fault.plan.until.map(millis),
            injected_ms: fault.injected().map(millis),
            effect_ms: fault.effect().map(millis),
            undone_ms: fault.undone().map(millis),
            detection_ms: value(|all| all.detection),
            failover_ms: value(|all| all.failover),
            rto_ms: value(|all| all.rto),
            steady_ms: value(|all| all.steady),
            downtime_ms: value(|all| all.downtime),
            longest_gap_ms: value(|all| all.longest_gap),
            lost_requests: measured.map(|all| all.lost_requests),
            resolution_ms: measured.map(|all| length(all.resolution)),
            rpo_ms: known.and_then(|data| data.rpo).map(|bounds| length(bounds.value)),
            lost: known.map(|data| data.lost),
            recovery: felt.map(Felt::from),
            data: fault.data.as_ref().map(Cost::from),
            seen: fault.seen(),
            left: fault.left(),
            count: fault.count,
            injections: fault.injections.iter().map(Once::from).collect(),
        }
    }
}

impl<'a> From<&'a Injection> for Once<'a> {
    fn from(one: &'a Injection) -> Once<'a> {
        Once {
            number: one.number,
            status: one.status(),
            victims: one.objects(FaultPhase::Injected),
            injected_ms: one.injected().map(millis),
            effect_ms: one.at(FaultPhase::Proven).map(millis),
            undone_ms: one.at(FaultPhase::Undone).map(millis),
            seen: one.seen(),
        }
    }
}
