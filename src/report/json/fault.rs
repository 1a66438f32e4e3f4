//! What was broken on purpose, and where.

use crate::clock::Offset;
use crate::event::FaultPhase;
use crate::history::ClusterPlan;
use crate::run::{FaultResult, FaultStatus, Injection};
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

fn millis(at: Offset) -> f64 {
    at.micros() as f64 / 1_000.0
}
