//! The stories, one file for each thing that is done to the cluster.

mod access;
mod create;
mod delete;
mod drain;
mod ephemeral;
mod evict;
mod job;
mod killed;
mod lease;
mod rollout;
mod scale;
mod selector;
