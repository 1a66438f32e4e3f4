//! The scenario: one YAML file with its includes, checked as a whole before anything runs.
//!
//! `file`, `target`, `load` and `recovery` are the written form, `build` makes a [`Scenario`] of it, and `validate` finds what
//! can never work. All mistakes come at once, as a [`Rejected`].

mod build;
mod data;
mod file;
mod kubernetes;
mod literals;
mod load;
mod masked;
mod meta;
mod origin;
mod recovery;
mod rejected;
mod schema;
mod steady;
mod target;
mod validate;
mod validated;

pub use file::ScenarioFile;
pub use kubernetes::{GuardPlan, GuardSpec, KubernetesPlan, KubernetesSpec, OwnPodsSpec};
pub use load::{ConnectionsSpec, LoadSpec};
pub use origin::Origin;
pub use recovery::RecoverySpec;
pub use rejected::Rejected;
pub use schema::schema;
pub use steady::{Shape, Steady};
pub use target::{GrpcSpec, TargetPlan, TargetSpec, TlsSpec};
pub use validated::{Connections, KeepAlive, Load, PlannedAbort, PlannedGate, Scenario, Spacing};
