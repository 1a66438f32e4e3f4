//! Keeps the open ports in step with Services and `EndpointSlices`.

use crate::cluster::Cluster;
use crate::recorder::{Recorder, Tone};
use crate::resource::{Kind, by_kind};
use crate::selector::Selector;
use crate::service::backends::Backends;
use crate::service::plan::{Target, plan};
use crate::service::proxy::{self, Taken};
use crate::store::{Expired, From};
use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};

/// How long to wait before a port that is taken is tried again.
const RETRY: Duration = Duration::from_millis(500);

/// The running proxies. Dropping it closes their ports and connections.
#[derive(Debug)]
pub struct Services {
    /// It follows the store, which keeps the history for it: it does not end by an expired watch.
    _tasks: JoinSet<Result<(), Expired>>,
}

/// Starts the proxies. Needs a tokio runtime.
pub fn start(cluster: &Cluster) -> Services {
    let mut tasks = JoinSet::new();
    tasks.spawn(run(cluster.clone()));
    Services { _tasks: tasks }
}

async fn run(cluster: Cluster) -> Result<(), Expired> {
    let Some(kinds) = Kinds::new() else { return Ok(()) };
    let mut service_changes = cluster.follow(kinds.services, None, Selector::default(), From::Present)?;
    let mut slice_changes = cluster.follow(kinds.slices, None, Selector::default(), From::Present)?;
    let (sender, mut taken) = mpsc::unbounded_channel();
    let mut ports = Ports {
        recorder: Recorder::new(&cluster, "kube-proxy"),
        open: HashMap::new(),
        shut: HashSet::new(),
        listening: JoinSet::new(),
        taken: sender,
    };
    let mut connections = JoinSet::new();
    let mut failed = false;
    loop {
        tokio::select! {
            change = service_changes.next() => drop(change?),
            change = slice_changes.next() => drop(change?),
            () = tokio::time::sleep(RETRY), if failed => {}
            Some(one) = taken.recv() => {
                connections.spawn(proxy::pass(one));
                continue;
            }
            Some(_) = connections.join_next() => continue,
            Some(_) = ports.listening.join_next() => continue,
        }
        while service_changes.try_next()?.is_some() || slice_changes.try_next()?.is_some() {}
        failed = !ports.follow(&cluster, &kinds).await;
    }
}

struct Kinds {
    services: &'static Kind,
    slices: &'static Kind,
    nodes: &'static Kind,
}

impl Kinds {
    fn new() -> Option<Kinds> {
        let slices = by_kind("discovery.k8s.io/v1", "EndpointSlice")?;
        Some(Kinds { services: by_kind("v1", "Service")?, slices, nodes: by_kind("v1", "Node")? })
    }
}

/// The open ports.
struct Ports {
    recorder: Recorder,
    open: HashMap<SocketAddr, (Arc<Backends>, AbortHandle)>,
    /// Those that could not be opened, which an event has told of.
    shut: HashSet<SocketAddr>,
    listening: JoinSet<()>,
    taken: mpsc::UnboundedSender<Taken>,
}

impl Ports {
    /// Opens and closes what has changed; false when a port could not be opened.
    async fn follow(&mut self, cluster: &Cluster, kinds: &Kinds) -> bool {
        let everything = |kind: &Kind| cluster.list(kind, None, &Selector::default());
        let wanted = plan(&everything(kinds.services), &everything(kinds.slices), &everything(kinds.nodes));
        self.open.retain(|address, (_, listener)| {
            let stays = wanted.contains_key(address);
            if !stays {
                listener.abort();
            }
            stays
        });
        self.shut.retain(|address| wanted.contains_key(address));
        for (address, target) in wanted {
            if let Some((backends, _)) = self.open.get(&address) {
                backends.set(target);
                continue;
            }
            match self.listen(address, target.clone()).await {
                Ok(()) => drop(self.shut.remove(&address)),
                Err(error) => {
                    if self.shut.insert(address) {
                        self.complain(cluster, kinds.services, address, &target, &error);
                    }
                }
            }
        }
        self.shut.is_empty()
    }

    async fn listen(&mut self, address: SocketAddr, target: Target) -> std::io::Result<()> {
        let listener = TcpListener::bind(address).await?;
        let backends = Arc::new(Backends::new(target));
        let task = self.listening.spawn(proxy::accept(listener, Arc::clone(&backends), self.taken.clone()));
        self.open.insert(address, (backends, task));
        Ok(())
    }

    fn complain(
        &self,
        cluster: &Cluster,
        services: &Kind,
        address: SocketAddr,
        target: &Target,
        error: &std::io::Error,
    ) {
        let Ok(service) = cluster.get(services, &target.service.0, &target.service.1) else { return };
        let next = match error.kind() {
            std::io::ErrorKind::PermissionDenied => "ports below 1024 need a privilege; use a higher one",
            _ => "another program has it; end it or use another port",
        };
        let message = format!("cannot listen on {address}: {error}; {next}");
        self.recorder.event(&service, Tone::Warning, "FailedToListen", &message);
    }
}
