//! Asks the smoke checks side by side, each after those that it depends on, and tells how they ended in the order of
//! the scenario. When the run is stopped, those that have no answer yet are told as not done.

use super::{Control, RunPlan};
use crate::check::{Answered, CheckCluster, CheckContext, Compiled, Effort, Found, Places};
use crate::event::{Asked, CheckDetail, CheckEnd, Phase};
use crate::transport::{Client, Failure};
use crate::verdict::Verdict;
use futures_util::FutureExt;
use futures_util::stream::{FuturesUnordered, StreamExt};
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// One round of all checks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Round {
    /// When it is.
    pub(super) phase: Phase,
    /// How much is done for each.
    pub(super) effort: Effort,
}

/// Whether others that wait for a check may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Holds,
    Fails,
    /// It was not asked either; its condition did not hold.
    Excluded,
}

/// Asks all checks and tells each end as soon as it and all before it are known; a check that panics has failed. None when
/// somebody asked to stop before all had their answer: then those that have it are told, and all others as not done.
pub(super) async fn run(
    plan: &RunPlan,
    round: Round,
    control: &Control,
    tell: &mut dyn FnMut(CheckEnd),
) -> Option<()> {
    let cx = match context(plan) {
        Ok(cx) => cx,
        Err(failure) => {
            let found = Found::fail(format!("no client could be made: {failure}"));
            let ends = plan.checks.iter().map(|check| end(plan, check, round, (&found, Asked::Times(1))));
            ends.for_each(tell);
            return Some(());
        }
    };
    let places = Places::new(plan.jobs);
    let standings: Vec<watch::Sender<Option<Standing>>> =
        plan.checks.iter().map(|_| watch::Sender::new(None)).collect();
    let asking = plan.checks.iter().zip(&standings).enumerate().map(async |(place, (check, standing))| {
        let held = held_back(plan, check, &standings).await;
        let begun = Instant::now();
        let (found, asked) = match held {
            Some(held) => held,
            None => answer(check, &cx, round.effort, &places).await,
        };
        standing.send_replace(Some(match (asked, found.verdict) {
            (Asked::Excluded, _) => Standing::Excluded,
            (Asked::Times(_), Verdict::Pass) => Standing::Holds,
            _ => Standing::Fails,
        }));
        let took_us = if asked.at_all() { begun.elapsed().as_micros() } else { 0 };
        let took_us = u64::try_from(took_us).unwrap_or(u64::MAX);
        (place, CheckEnd { took_us, ..end(plan, check, round, (&found, asked)) })
    });
    let mut asking: FuturesUnordered<_> = asking.collect();
    let mut waiting: Vec<Option<CheckEnd>> = plan.checks.iter().map(|_| None).collect();
    let mut told = 0;
    while let Some(next) = control.unless_stopped(asking.next()).await {
        let Some((place, end)) = next else { return Some(()) };
        if let Some(waits) = waiting.get_mut(place) {
            *waits = Some(end);
        }
        while let Some(end) = waiting.get_mut(told).and_then(Option::take) {
            tell(end);
            told += 1;
        }
    }
    // Before anything is told: nothing is asked any more.
    drop(asking);
    for (check, end) in plan.checks.iter().zip(waiting).skip(told) {
        tell(end.unwrap_or_else(|| not_done(plan, check, round)));
    }
    None
}

fn not_done(plan: &RunPlan, check: &Compiled, round: Round) -> CheckEnd {
    let reason = "not done: the run was stopped before it had an answer";
    let found = Found { verdict: Verdict::Inconclusive, ..Found::fail(reason) };
    end(plan, check, round, (&found, Asked::Unanswered))
}

fn context(plan: &RunPlan) -> Result<CheckContext, Failure> {
    Ok(CheckContext {
        target: plan.target.clone(),
        client: plan.target.as_ref().map(Client::new).transpose()?,
        limit: Duration::MAX,
        seed: plan.seed,
        cluster: CheckCluster::new(plan.cluster.clone()),
    })
}

async fn answer(check: &Compiled, cx: &CheckContext, effort: Effort, places: &Places) -> (Found, Asked) {
    let asked = AssertUnwindSafe(check.ask(cx, effort, places)).catch_unwind().await;
    match asked {
        Ok(Answered { found, times }) => (found, Asked::Times(times)),
        Err(_) => (Found::fail("the check itself panicked; this is a defect of shakedown"), Asked::Times(1)),
    }
}

/// Why a check is not asked, once it is known how those ended that it depends on.
async fn held_back(
    plan: &RunPlan,
    check: &Compiled,
    standings: &[watch::Sender<Option<Standing>>],
) -> Option<(Found, Asked)> {
    let not_asked = |reason: String, asked| {
        Some((Found { verdict: Verdict::Inconclusive, ..Found::fail(reason) }, asked))
    };
    if let Some(reason) = &check.excluded {
        return not_asked(reason.clone(), Asked::Excluded);
    }
    for place in &check.depends_on {
        let (Some(other), Some(standing)) = (plan.checks.get(*place), standings.get(*place)) else {
            continue;
        };
        let mut standing = standing.subscribe();
        // The senders live as long as the round, and circles were refused with the scenario.
        let known = standing.wait_for(Option::is_some).await.ok().and_then(|standing| *standing);
        match known {
            Some(Standing::Holds) => {}
            Some(Standing::Excluded) => {
                return not_asked(format!("not asked: `{}` was not asked", other.name), Asked::Excluded);
            }
            Some(Standing::Fails) | None => {
                return not_asked(format!("not asked: `{}` failed", other.name), Asked::Blocked);
            }
        }
    }
    None
}

fn end(plan: &RunPlan, check: &Compiled, round: Round, (found, asked): (&Found, Asked)) -> CheckEnd {
    let Found { verdict, reason, unreachable, mark, detail, .. } = found.clone().masked(&plan.secrets);
    let place = mark.and_then(|mark| plan.files.place(mark));
    CheckEnd {
        name: check.name.clone(),
        kind: check.kind.to_owned(),
        phase: round.phase,
        severity: check.severity,
        verdict,
        unreachable,
        reason,
        took_us: 0,
        asked,
        detail: CheckDetail { place, ..*detail },
    }
}
