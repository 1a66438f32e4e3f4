//! A Kubernetes small enough to live in a binary: for trying, for demos and for tests.

pub mod api;
mod bootstrap;
pub mod cluster;
mod kubeconfig;
pub mod node;
pub mod object;
pub mod patch;
mod playground;
mod recorder;
pub mod resource;
pub mod selector;
pub mod service;
pub mod status;
pub mod store;
mod supervise;

pub use playground::{Options, Playground, PlaygroundError};
pub use supervise::supervise;
