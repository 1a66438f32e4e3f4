//! Jobs: Pods that are to come to an end.

mod controller;
mod indexes;
mod pods;
mod verdict;

pub(super) use controller::Jobs;
