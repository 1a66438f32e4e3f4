//! Runs the smoke checks side by side and reports them in the order of the scenario.

use super::RunPlan;
use crate::check::{CheckCluster, CheckContext, Compiled, Found};
use crate::event::{Asked, CheckDetail, CheckEnd, Phase};
use crate::transport::Client;
use futures_util::FutureExt;
use futures_util::future::join_all;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

/// Runs all checks; a check that panics has failed.
pub(super) async fn run(plan: &RunPlan, phase: Phase) -> Vec<CheckEnd> {
    let client = match plan.target.as_ref().map(Client::new).transpose() {
        Ok(client) => client,
        Err(failure) => {
            let found = Found::fail(format!("no client could be made: {failure}"));
            return plan.checks.iter().map(|check| end(plan, check, phase, &found, Instant::now())).collect();
        }
    };
    let cx = CheckContext {
        target: plan.target.clone(),
        client,
        seed: plan.seed,
        cluster: CheckCluster::new(plan.cluster.clone()),
    };
    let probes = plan.checks.iter().map(async |check| {
        let begun = Instant::now();
        let probed = AssertUnwindSafe(check.probe(&cx)).catch_unwind().await;
        let found = probed
            .unwrap_or_else(|_| Found::fail("the check itself panicked; this is a defect of shakedown"));
        end(plan, check, phase, &found, begun)
    });
    join_all(probes).await
}

fn end(plan: &RunPlan, check: &Compiled, phase: Phase, found: &Found, begun: Instant) -> CheckEnd {
    CheckEnd {
        name: check.name.clone(),
        kind: check.kind.to_owned(),
        phase,
        severity: check.severity,
        verdict: found.verdict,
        unreachable: found.unreachable,
        reason: plan.secrets.redact(&found.reason),
        took_us: u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX),
        asked: Asked::Times(1),
        detail: detail(plan, found),
    }
}

/// What helps to understand it, without what must not be said.
fn detail(plan: &RunPlan, found: &Found) -> CheckDetail {
    let masked = |text: &String| plan.secrets.redact(text);
    let mut place = found.mark.and_then(|mark| plan.files.place(mark));
    if let Some(place) = &mut place {
        place.text = masked(&place.text);
    }
    let detail = &found.detail;
    CheckDetail {
        place,
        phases: detail.phases.clone(),
        expected: detail.expected.as_ref().map(masked),
        actual: detail.actual.as_ref().map(masked),
        reproduce: detail.reproduce.as_ref().map(masked),
        evidence: detail.evidence.iter().map(masked).collect(),
    }
}
