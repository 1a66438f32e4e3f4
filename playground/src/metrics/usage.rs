//! One measurement.

use jiff::Timestamp;
use std::time::Duration;

/// What a container uses: all processes of it together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerUsage {
    /// Its name.
    pub name: String,
    /// CPU in millicores (a thousandth of one CPU), the mean over the window of the measurement.
    pub millicores: u64,
    /// Memory in bytes, at the end of the window.
    pub memory: u64,
}

/// What a Pod uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodUsage {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The node it is on.
    pub node: String,
    /// The end of the measurement.
    pub at: Timestamp,
    /// Its length.
    pub window: Duration,
    /// Its running containers.
    pub containers: Vec<ContainerUsage>,
}
