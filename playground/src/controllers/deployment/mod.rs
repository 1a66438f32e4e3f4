//! Deployments: ReplicaSets that follow one another.

mod controller;
mod family;
mod hash;
mod newest;
mod recreate;
mod revision;
mod rolling;
mod scale;
mod status;

pub(super) use controller::Deployments;
pub(super) use hash::template_hash;
pub(super) use rolling::{Round, share};
