//! What the containers really use: measured by the nodes, read by the API server (`metrics.k8s.io`) and the
//! autoscaler.

mod measurements;
mod usage;

pub use measurements::Measurements;
pub use usage::{ContainerUsage, PodUsage};
