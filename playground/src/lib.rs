//! A Kubernetes small enough to live in a binary: for trying, for demos and for tests.

pub mod cluster;
pub mod object;
pub mod patch;
pub mod resource;
pub mod selector;
pub mod status;
pub mod store;
