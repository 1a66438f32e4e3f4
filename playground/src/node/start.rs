//! Starting the nodes.

use crate::cluster::{Cluster, Writer};
use crate::node::address::Block;
use crate::node::image::Images;
use crate::node::worker::Shared;
use crate::node::{NodeOptions, kubelet, machine, scheduler};
use crate::object;
use crate::recorder::Recorder;
use crate::status::ApiError;
use crate::store::Expired;
use serde_json::Value;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::task::JoinSet;

/// Why the nodes could not start.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    /// The folder of the Pods.
    #[error("cannot make a temporary folder for the pods: {0}; set TMPDIR to a folder that can be written")]
    Folder(#[source] std::io::Error),
    /// The addresses of nodes and Pods.
    #[error(
        "cannot take a block of addresses in 127.0.0.0/8: {0}; end another playground, or check that the loopback \
         interface answers on 127.128.0.1"
    )]
    Addresses(#[source] std::io::Error),
    /// The Node objects.
    #[error("cannot register the nodes: {0}")]
    Register(#[from] ApiError),
}

/// The running nodes. Dropping it ends every process of every Pod and removes their folders.
#[derive(Debug)]
pub struct Nodes {
    /// They follow the store, which keeps the history for them: none ends by an expired watch.
    _tasks: JoinSet<Result<(), Expired>>,
    folder: TempDir,
}

impl Nodes {
    /// The file with what a container of `pod` printed (both streams) in its run `run`, which is its restart
    /// count; gone with the Pod.
    pub fn log(&self, pod: &Value, container: &str, run: u32) -> PathBuf {
        let own = self.folder.path().join("pods").join(object::uid(pod));
        own.join("logs").join(container).join(format!("{run}.log"))
    }
}

/// Registers the nodes, starts the scheduler and the kubelets. Needs a tokio runtime.
pub fn start(cluster: &Cluster, options: NodeOptions) -> Result<Nodes, NodeError> {
    let folder = tempfile::Builder::new().prefix("playground-pods-").tempdir().map_err(NodeError::Folder)?;
    let block = Block::claim().map_err(NodeError::Addresses)?;
    machine::register(&cluster.written_by(Writer::named("kubelet")), &options, &block)?;
    let shared = Shared {
        supervisor: options.supervisor,
        images: Images { host_programs: options.host_programs, sources: options.images },
        back_off: options.back_off,
        back_off_limit: options.back_off_limit,
        root: folder.path().to_owned(),
        block,
        recorder: Recorder::new(cluster, "kubelet"),
    };
    let mut tasks = JoinSet::new();
    tasks.spawn(scheduler::run(cluster.written_by(Writer::named("kube-scheduler"))));
    tasks.spawn(kubelet::run(cluster.written_by(Writer::named("kubelet")), Arc::new(shared)));
    Ok(Nodes { _tasks: tasks, folder })
}
