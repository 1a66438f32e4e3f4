//! The kinds of checks, one file each. A new kind is its file, its `mod` line here and its line in `../spec.rs`.

mod command;
mod endpoints;
mod events;
mod hpa;
mod http;
mod ingress;
mod job;
mod pdb;
mod rollout;

pub use command::Command;
pub use endpoints::Endpoints;
pub use events::Events;
pub use hpa::Hpa;
pub use http::Http;
pub use ingress::Ingress;
pub use job::Job;
pub use pdb::Pdb;
pub use rollout::Rollout;
