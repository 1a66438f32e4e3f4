//! The controllers: each makes the cluster what its objects wish for, one object at a time, from whatever state it
//! finds (level-triggered), through the same code that the API server uses.

mod autoscaler;
mod budget;
mod claim;
mod collect;
mod condition;
mod deployment;
mod desk;
mod endpoints;
mod event;
mod event_keeper;
mod job;
mod mirror;
mod namespace;
mod pods;
mod protection;
mod queue;
mod replica_set;
mod start;
mod stateful_set;
mod work;

pub use start::{Controllers, start};
