//! Starting the nodes.

use crate::api::NodeAgent;
use crate::cluster::{Cluster, Writer};
use crate::home::Home;
use crate::node::agent::Agent;
use crate::node::context::Shared;
use crate::node::image::Images;
use crate::node::meter;
use crate::node::register::Register;
use crate::node::{NodeOptions, kubelet, layout, machine, reclaim, scheduler};
use crate::recorder::Recorder;
use crate::status::ApiError;
use crate::store::Expired;
use std::fmt;
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
pub struct Nodes {
    /// They follow the store, which keeps the history for them: none ends by an expired watch.
    _tasks: JoinSet<Result<(), Expired>>,
    shared: Arc<Shared>,
    _home: Home,
}

impl fmt::Debug for Nodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Nodes").field("folder", &self.shared.root).finish_non_exhaustive()
    }
}

impl Nodes {
    /// Who answers for them to the API server (`pods/log`, `pods/exec`). It keeps nothing running.
    pub fn agent(&self) -> Arc<dyn NodeAgent> {
        Arc::new(Agent { shared: Arc::clone(&self.shared) })
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
        register: Register::default(),
        meter: Arc::default(),
    };
    let shared = Arc::new(shared);
    let (meter, measurements) = (Arc::clone(&shared.meter), cluster.measurements().clone());
    let mut tasks = JoinSet::new();
    tasks.spawn(reclaim::run(cluster.clone(), home.path().to_owned()));
    tasks.spawn(async move {
        meter::run(meter, measurements).await;
        Ok(())
    });
    tasks.spawn(scheduler::run(cluster.written_by(Writer::named("kube-scheduler"))));
    tasks.spawn(kubelet::run(cluster.written_by(Writer::named("kubelet")), Arc::clone(&shared)));
    Ok(Nodes { _tasks: tasks, shared, _home: home.clone() })
}
