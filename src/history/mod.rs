//! The append-only record of a run: `run.json` (what was planned) and `events.jsonl` (what happened).
//!
//! A run is written while it happens and judged afterwards, so a run that was killed can still be judged up to its
//! last second, and any run can be judged again with other gates.

mod ahead;
mod bare;
mod meta;
mod pacing;
mod read;
#[cfg(test)]
mod round_trip;
pub mod runs;
mod select;
mod write;

pub use ahead::Ahead;
pub use meta::{
    CheckPlan, ClusterPlan, EndpointPlan, FaultPlan, GatePlan, LedgerPlan, Machine, Meta, Model,
    RecoveryPlan, StagePlan, UsersPlan, WatchPlan, per_second,
};
pub use pacing::Pacing;
pub use read::{Events, ReadError, Reader, Torn};
pub use select::{SelectError, select};
pub use write::{WriteError, Writer};

/// The version of the format that this build writes and reads.
pub const SCHEMA: u32 = 1;

/// The file that says what was planned.
pub const RUN_FILE: &str = "run.json";

/// The file that says what happened, one event a line.
pub const EVENTS_FILE: &str = "events.jsonl";
