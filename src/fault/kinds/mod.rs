//! The kinds of faults, one file each. A new kind is its file, its `mod` line here and its line in `spec.rs`.

mod command;
mod db_outage;
mod network;
mod partition;
mod pod_kill;
mod selector_switch;
mod service_blackhole;
mod spec;

pub use command::Command;
pub use db_outage::{By, DbOutage};
pub use network::Network;
pub use partition::Partition;
pub use pod_kill::PodKill;
pub use selector_switch::SelectorSwitch;
pub use service_blackhole::ServiceBlackhole;
pub use spec::FaultSpec;
