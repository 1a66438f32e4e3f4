//! The kinds of faults, one file each. A new kind is its file, its `mod` line here and its line in `spec.rs`.

mod pod_kill;
mod spec;

pub use pod_kill::PodKill;
pub use spec::FaultSpec;
