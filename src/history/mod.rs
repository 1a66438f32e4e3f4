//! The append-only record of a run: `run.json` (what was planned) and `events.jsonl` (what happened).

mod meta;

pub use meta::{CheckPlan, EndpointPlan, GatePlan, Machine, Meta, Model, StagePlan};
