//! What was planned, and how the run ended.

use crate::event::Ending;
use crate::history::{Model, StagePlan, UsersPlan};
use crate::run::Run;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Plan<'a> {
    version: &'a str,
    hash: &'a str,
    seed: u64,
    started: &'a str,
    target: &'a str,
    tls_verified: bool,
    machine: Machine<'a>,
    model: Model,
    #[serde(skip_serializing_if = "Option::is_none")]
    caution: Option<&'static str>,
    max_in_flight: u64,
    stages: Vec<Stage<'a>>,
    ending: Option<&'static str>,
    troubles: &'a [String],
}

#[derive(Serialize)]
struct Machine<'a> {
    os: &'a str,
    cores: u32,
}

#[derive(Serialize)]
struct Stage<'a> {
    name: &'a str,
    start_s: f64,
    end_s: f64,
    from_rate: f64,
    to_rate: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    from_users: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to_users: Option<u32>,
    warmup: bool,
}

pub(super) fn of(run: &Run) -> Plan<'_> {
    let meta = &run.meta;
    Plan {
        version: &meta.version,
        hash: &meta.hash,
        seed: meta.seed,
        started: &meta.started,
        target: &meta.target,
        tls_verified: meta.tls_verified,
        machine: Machine { os: &meta.machine.os, cores: meta.machine.cores },
        model: meta.model,
        caution: meta.model.caution(),
        max_in_flight: meta.max_in_flight,
        stages: meta
            .stages
            .iter()
            .enumerate()
            .map(|(place, plan)| stage(plan, meta.users.get(place)))
            .collect(),
        ending: run.summary.ending.as_ref().map(word),
        troubles: &run.summary.troubles,
    }
}

fn stage<'a>(plan: &'a StagePlan, users: Option<&UsersPlan>) -> Stage<'a> {
    Stage {
        name: &plan.name,
        start_s: plan.start.secs_f64(),
        end_s: plan.end.secs_f64(),
        from_rate: plan.from.as_per_second(),
        to_rate: plan.to.as_per_second(),
        from_users: users.map(|users| users.from),
        to_users: users.map(|users| users.to),
        warmup: plan.warmup,
    }
}

fn word(ending: &Ending) -> &'static str {
    match ending {
        Ending::Completed => "completed",
        Ending::SmokeFailed => "smoke_failed",
        Ending::Unreachable { .. } => "unreachable",
        Ending::Interrupted => "interrupted",
        Ending::WatchFailed { .. } => "watch_failed",
        Ending::Aborted { .. } => "aborted",
    }
}
