//! Starting the nodes.

use crate::cluster::{Cluster, Writer};
use crate::home::Home;
use crate::node::image::Images;
use crate::node::meter;
use crate::node::worker::Shared;
use crate::node::{NodeOptions, kubelet, layout, machine, reclaim, scheduler};
use crate::object;
use crate::recorder::Recorder;
use crate::status::ApiError;
use crate::store::Expired;
use serde_json::Value;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::task::JoinSet;

/// Why the nodes could not start.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    /// The addresses of nodes and Pods.
    #[error(
        "cannot take a block of addresses in 127.0.0.0/8: {0}; all 127 are taken: end another playground"
    )]
    Addresses(#[source] std::io::Error),
    /// The program that watches over containers, where it has to be put within everybody's reach.
    #[error(
        "cannot put the supervisor into the playground's folder: {0}; set TMPDIR to a folder with some space"
    )]
    Folder(#[source] std::io::Error),
    /// The Node objects.
    #[error("cannot register the nodes: {0}")]
    Register(#[from] ApiError),
}

/// The running nodes. Dropping it ends every process of every Pod and removes their folders.
#[derive(Debug)]
pub struct Nodes {
    /// They follow the store, which keeps the history for them: none ends by an expired watch.
    _tasks: JoinSet<Result<(), Expired>>,
    home: Home,
}

impl Nodes {
    /// The file with what a container of `pod` printed (both streams) in its run `run`, which is its restart
    /// count; gone with the Pod.
    pub fn log(&self, pod: &Value, container: &str, run: u32) -> PathBuf {
        let own = self.home.path().join("pods").join(object::uid(pod));
        own.join("logs").join(container).join(format!("{run}.log"))
    }
}

/// Registers the nodes, starts the scheduler and the kubelets, whose Pods have their folders in `home`. Needs a
/// tokio runtime.
pub fn start(cluster: &Cluster, home: &Home, options: NodeOptions) -> Result<Nodes, NodeError> {
    let block = cluster.block().map_err(NodeError::Addresses)?;
    machine::register(&cluster.written_by(Writer::named("kubelet")), &options, &block)?;
    let supervisor = layout::for_everybody(options.supervisor, home.path()).map_err(NodeError::Folder)?;
    let shared = Shared {
        supervisor,
        images: Images { host_programs: options.host_programs, sources: options.images },
        back_off: options.back_off,
        back_off_limit: options.back_off_limit,
        root: home.path().to_owned(),
        block,
        recorder: Recorder::new(cluster, "kubelet"),
        meter: Arc::default(),
    };
    let (meter, measurements) = (Arc::clone(&shared.meter), cluster.measurements().clone());
    let mut tasks = JoinSet::new();
    tasks.spawn(reclaim::run(cluster.clone(), home.path().to_owned()));
    tasks.spawn(async move {
        meter::run(meter, measurements).await;
        Ok(())
    });
    tasks.spawn(scheduler::run(cluster.written_by(Writer::named("kube-scheduler"))));
    tasks.spawn(kubelet::run(cluster.written_by(Writer::named("kubelet")), Arc::new(shared)));
    Ok(Nodes { _tasks: tasks, home: home.clone() })
}
