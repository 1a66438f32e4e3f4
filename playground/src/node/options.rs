//! How many nodes there are and how they behave.

use crate::node::ImageSource;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The program that is started between the playground and each container; its `main` calls
/// [`crate::supervise`] when it sees `args`.
#[derive(Debug, Clone)]
pub struct Supervisor {
    /// The embedding binary.
    pub program: PathBuf,
    /// The hidden argument by which it knows what is asked of it.
    pub args: Vec<OsString>,
}

/// Whether Pods may run any program of the machine (`process:/path/to/program`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HostPrograms {
    /// Such an image is answered with `ErrImagePull`.
    #[default]
    Refused,
    /// It runs, with the rights of the user who started the playground.
    Allowed,
}

/// How to start the nodes.
#[derive(Clone)]
pub struct NodeOptions {
    /// How many nodes, at most 200; they are named `node-a`, `node-b`, … and spread over the zones in turn.
    pub nodes: usize,
    /// The zones.
    pub zones: Vec<String>,
    /// What each node offers, as quantities: `cpu`, `memory`, `pods`.
    pub capacity: Vec<(String, String)>,
    /// Who watches over the processes.
    pub supervisor: Supervisor,
    /// `process:` images.
    pub host_programs: HostPrograms,
    /// The other images.
    pub images: Vec<Arc<dyn ImageSource>>,
    /// The wait before a crashed container starts again and before an image is tried again: the first one; it
    /// doubles up to `back_off_limit`. A real kubelet takes 10 s and 5 min.
    pub back_off: Duration,
    /// The longest wait.
    pub back_off_limit: Duration,
}

impl NodeOptions {
    /// Three nodes in three zones, no host programs, no images, the back-off of a real kubelet divided by ten.
    pub fn new(supervisor: Supervisor) -> NodeOptions {
        let capacity = [("cpu", "64"), ("memory", "256Gi"), ("pods", "110")];
        NodeOptions {
            nodes: 3,
            zones: ["zone-a", "zone-b", "zone-c"].map(str::to_owned).to_vec(),
            capacity: capacity.map(|(name, amount)| (name.to_owned(), amount.to_owned())).to_vec(),
            supervisor,
            host_programs: HostPrograms::Refused,
            images: Vec::new(),
            back_off: Duration::from_secs(1),
            back_off_limit: Duration::from_secs(30),
        }
    }
}
