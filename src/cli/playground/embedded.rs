//! A playground beside the rest of the program, on threads of its own.

use super::image::OwnImage;
use super::supervisor::supervisor;
use crate::cli::Failure;
use crate::cluster::{Access, Cluster, Manifest, Rollout};
use ::playground::images::{Postgres, Redis};
use ::playground::node::{HostPrograms, NodeOptions};
use ::playground::service::HostsError;
use ::playground::{Options, Playground, Upkeep};
use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// How long workloads may take until they are ready.
const READY: Duration = Duration::from_mins(1);

/// How long its processes may take to be gone after it, and how often it is looked.
const LEAVE: Duration = Duration::from_secs(2);
const LOOK: Duration = Duration::from_millis(5);

/// What a playground may be and do.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct Size {
    /// How many nodes.
    pub(in crate::cli) nodes: usize,
    /// Whether Pods may run any program of this machine.
    pub(in crate::cli) host_programs: HostPrograms,
}

impl Default for Size {
    fn default() -> Size {
        Size { nodes: 3, host_programs: HostPrograms::Refused }
    }
}

/// A running playground. Dropping it ends it with everything in it.
pub(in crate::cli) struct Embedded {
    playground: Playground,
    // After the playground: its tasks end while their runtime still lives.
    runtime: Runtime,
}

impl Embedded {
    /// Starts a playground that knows this program as image.
    pub(in crate::cli) fn start(size: Size) -> Result<Embedded, Failure> {
        let system = |what| move |source| Failure::System { what, source };
        let supervisor = supervisor().map_err(system("find this program's own file"))?;
        let mut nodes = NodeOptions::new(supervisor);
        nodes.nodes = size.nodes;
        nodes.host_programs = size.host_programs;
        nodes.images = vec![
            Arc::new(OwnImage { program: nodes.supervisor.program.clone() }),
            Arc::new(Postgres::new()),
            Arc::new(Redis::new()),
        ];
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.map_err(system("start the runtime of the playground"))?;
        let options = Options { upkeep: Upkeep::Whole(nodes), ..Options::default() };
        let playground = runtime.block_on(Playground::start(options))?;
        Ok(Embedded { playground, runtime })
    }

    /// The kubeconfig by which it is known.
    pub(in crate::cli) fn kubeconfig(&self) -> &Path {
        self.playground.kubeconfig_path()
    }

    /// The connection that anybody with the kubeconfig has.
    pub(in crate::cli) async fn connect(&self, namespace: &str) -> Result<Cluster, Failure> {
        let kubeconfig = Some(self.kubeconfig().to_owned());
        Ok(Cluster::connect(&Access { kubeconfig, context: None, namespace: Some(namespace.to_owned()) })
            .await?)
    }

    /// Runs something on the playground's threads.
    pub(in crate::cli) fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Keeps the names of the Services in a file, for as long as it is let. Errors: the file cannot be written.
    pub(in crate::cli) async fn keep_hosts(&self, path: &Path) -> Result<(), Failure> {
        match ::playground::service::keep_hosts(self.playground.cluster(), path).await {
            Err(HostsError::File(source)) => Err(Failure::Report { path: path.to_owned(), source }),
            // It follows the store, which keeps the history for it.
            Err(HostsError::Follow(_)) | Ok(()) => Ok(()),
        }
    }

    /// Ends it: when this returns its processes, ports and folders are gone.
    pub(in crate::cli) fn stop(self) {
        let Embedded { playground, runtime } = self;
        // Removed when nobody is left who could write there.
        let home = playground.home().clone();
        runtime.block_on(playground.stop());
        runtime.shutdown_timeout(LEAVE);
        let begun = Instant::now();
        // One that does not end now ends with this process, whose end it notices.
        while has_children() && begun.elapsed() < LEAVE {
            std::thread::sleep(LOOK);
        }
        drop(home);
    }
}

/// Whether a child of this process still runs: all are the playground's, which end moments after it.
fn has_children() -> bool {
    let read = |path: &Path| std::fs::read_to_string(path).unwrap_or_default();
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let lists: Vec<String> = threads.map(|thread| read(&thread.path().join("children"))).collect();
    lists.iter().flat_map(|list| list.split_whitespace()).any(|pid| {
        let stat = read(&Path::new("/proc").join(pid).join("stat"));
        // Behind the name comes the state; what is a zombie has ended.
        stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
    })
}

/// Applies manifests and waits until the workloads among them are complete.
pub(in crate::cli) async fn deploy(cluster: &Cluster, manifests: &[Manifest]) -> Result<(), Failure> {
    cluster.apply(manifests).await?;
    for rollout in Rollout::of(manifests) {
        cluster.complete(&rollout, READY).await?;
    }
    Ok(())
}
