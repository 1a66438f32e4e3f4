//! The kinds of checks, one file each. A new kind is its file, its `mod` line here and its line in `../spec.rs`.

mod endpoints;
mod hpa;
mod http;
mod job;
mod pdb;
mod rollout;

pub use endpoints::Endpoints;
pub use hpa::Hpa;
pub use http::Http;
pub use job::Job;
pub use pdb::Pdb;
pub use rollout::Rollout;
