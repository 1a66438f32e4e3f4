//! What has to hold before anything is done. Nothing is changed here.

use super::{FaultsPlan, Refused, needs};
use crate::cluster::{Cluster, Consent, Right, RunId};
use crate::fault::{Deed, Fault, Plan, Refusal, clash, dry_run};
use crate::scenario::GuardPlan;
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use std::ops::RangeInclusive;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

/// Variables of the Kubernetes client that send requests elsewhere, or as somebody else.
const DEBUG: &str = "KUBE_RS_DEBUG_";

/// What a fault would do, asked now.
#[derive(Debug)]
pub struct Preview {
    /// The fault's place in the plan.
    pub place: usize,
    /// What it would do.
    pub plan: Plan,
    /// What people should know before it is done.
    pub warnings: Vec<String>,
}

/// The cluster that the scenario names.
///
/// # Errors
/// There is no such context, or the environment would lead requests elsewhere.
pub async fn connect(plan: &FaultsPlan) -> Result<Cluster, Refused> {
    let mut names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    if let Some(name) = names.find(|name| name.starts_with(DEBUG)) {
        return Err(Refused::Debug { name });
    }
    Ok(Cluster::connect(&plan.kubernetes.access()).await?)
}

/// Plans every fault and asks the server whether it would take each of its deeds.
///
/// # Errors
/// One of them cannot or must not be injected.
pub async fn preview(cluster: &Cluster, plan: &FaultsPlan, run: &RunId) -> Result<Vec<Preview>, Refused> {
    let mut previews = Vec::new();
    for (place, fault) in plan.faults.iter().enumerate() {
        let refused = |refusal: Refusal| Refused::Fault { fault: fault.name.clone(), refusal };
        let cx = plan.context(cluster, run, place, 0);
        let planned = AssertUnwindSafe(fault.kind.plan(&cx)).catch_unwind().await;
        let panicked = |_| Refusal::Unfit("planning it panicked; this is a defect of shakedown".to_owned());
        let planned = planned.map_err(panicked).flatten().map_err(refused)?;
        let mut warnings = planned.warnings.clone();
        warnings.extend(unguarded(plan, &planned));
        warnings.extend(dry_run(&planned, &cx).await.map_err(refused)?);
        previews.push(Preview { place, plan: planned, warnings });
    }
    disjoint(plan, &previews)?;
    Ok(previews)
}

/// What of it the guard cannot take back.
fn unguarded<'p>(plan: &FaultsPlan, planned: &'p Plan) -> impl Iterator<Item = String> + 'p {
    let is_guarded = plan.kubernetes.guard != GuardPlan::Off;
    planned.deeds.iter().filter(move |_| is_guarded).filter_map(|deed| match deed {
        Deed::Run { undo: Some(undo), .. } => Some(format!(
            "the guard cannot run its undo `{}`, a command of this machine: when the run is killed, `shakedown recover` \
             has to be run here",
            undo.join(" ")
        )),
        _ => None,
    })
}

/// No two faults change the same field at the same time.
fn disjoint(plan: &FaultsPlan, previews: &[Preview]) -> Result<(), Refused> {
    for (index, second) in previews.iter().enumerate() {
        for first in &previews[..index] {
            let (one, other) = (&plan.faults[first.place], &plan.faults[second.place]);
            let Some((object, path)) = clash::between(&first.plan, &second.plan) else { continue };
            if span(one).start() <= span(other).end() && span(other).start() <= span(one).end() {
                let faults = [one.name.clone(), other.name.clone()];
                return Err(Refused::Clash { faults, object: Box::new(object), path });
            }
        }
    }
    Ok(())
}

/// From when to when a fault's changes stand. What ends by itself is taken back once it is proven.
fn span(fault: &Fault) -> RangeInclusive<Duration> {
    fault.at..=fault.at + fault.lasts.unwrap_or(fault.within)
}

/// The namespace consents and the account has every right.
pub(super) async fn permitted(cluster: &Cluster, plan: &FaultsPlan, given: Consent) -> Result<(), Refused> {
    if let Some(why) = cluster.consent().await?.objection(cluster.namespace(), given) {
        return Err(Refused::NoConsent(why));
    }
    let rights = needs(plan);
    let answers = join_all(rights.iter().map(|right| cluster.may(right))).await;
    let mut missing: Vec<Right> = Vec::new();
    for (right, answer) in rights.into_iter().zip(answers) {
        if !answer? {
            missing.push(right);
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(Refused::NoRights { context: cluster.context().to_owned(), missing })
}
