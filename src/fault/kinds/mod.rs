//! The kinds of faults, one file each. A new kind is its file, its `mod` line here and its line in `spec.rs`.

mod network;
mod pod_kill;
mod selector_switch;
mod service_blackhole;
mod spec;

pub use network::Network;
pub use pod_kill::PodKill;
pub use selector_switch::SelectorSwitch;
pub use service_blackhole::ServiceBlackhole;
pub use spec::FaultSpec;
