//! The proxy between a Service and its Pods, as manifests: the twin Service, which selects what the Service selected, and
//! the Pod of our own program, which the Service selects instead and which passes on to the twin.

mod pod;
mod route;
mod twin;

pub use pod::{Family, proxy_pod};
pub use route::{Route, routes};
pub use twin::twin_service;
