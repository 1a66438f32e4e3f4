//! A Kubernetes small enough to live in a binary: for trying, for demos and for tests.

pub mod api;
mod bootstrap;
pub mod cluster;
pub mod controllers;
mod kubeconfig;
pub mod object;
pub mod patch;
mod playground;
pub mod resource;
pub mod selector;
pub mod status;
pub mod store;

pub use playground::{Options, Playground, PlaygroundError};
