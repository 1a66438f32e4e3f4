//! The kinds of faults, one file each. A new kind is its file, its `mod` line here and its line in `spec.rs`.

mod bad_rollout;
mod cordon;
mod cpu_limit;
mod cpu_stress;
mod drain;
mod evict;
mod memory_pressure;
mod pod_kill;
mod rollback;
mod rollout_restart;
mod scale;
mod spec;
mod zone_outage;

pub use bad_rollout::BadRollout;
pub use cordon::Cordon;
pub use cpu_limit::CpuLimit;
pub use cpu_stress::CpuStress;
pub use drain::Drain;
pub use evict::Evict;
pub use memory_pressure::MemoryPressure;
pub use pod_kill::PodKill;
pub use rollback::Rollback;
pub use rollout_restart::RolloutRestart;
pub use scale::Scale;
pub use spec::FaultSpec;
pub use zone_outage::{ZoneMode, ZoneOutage};
