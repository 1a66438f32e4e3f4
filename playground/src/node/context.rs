//! What is known wherever something is done for a Pod.

use crate::block::{Block, Lease};
use crate::cluster::Cluster;
use crate::node::Supervisor;
use crate::node::image::Images;
use crate::node::meter::Meter;
use crate::node::mount::Volumes;
use crate::node::register::Register;
use crate::object;
use crate::recorder::{Recorder, Tone};
use crate::resource::by_kind;
use serde_json::Value;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::watch;

/// What all Pods share.
pub(super) struct Shared {
    pub(super) supervisor: Supervisor,
    pub(super) images: Images,
    pub(super) back_off: Duration,
    pub(super) back_off_limit: Duration,
    pub(super) root: PathBuf,
    pub(super) block: Block,
    pub(super) recorder: Recorder,
    pub(super) register: Register,
    pub(super) meter: Arc<Meter>,
}

impl Shared {
    /// The folder of a Pod, gone with it.
    pub(super) fn folder(&self, uid: &str) -> PathBuf {
        self.root.join("pods").join(uid)
    }

    /// Where a container of the Pod prints to in its run `run`.
    pub(super) fn log(&self, uid: &str, container: &str, run: u32) -> PathBuf {
        self.folder(uid).join("logs").join(container).join(format!("{run}.log"))
    }
}

/// What the containers of one Pod share.
pub(super) struct Context {
    pub(super) cluster: Cluster,
    pub(super) shared: Arc<Shared>,
    pub(super) pod: Arc<Value>,
    /// The Pod as its object is now, once its status has told that this was seen.
    pub(super) spec: watch::Sender<Arc<Value>>,
    pub(super) lease: Lease,
    pub(super) folder: PathBuf,
    pub(super) host: String,
    volumes: OnceLock<Volumes>,
}

impl Context {
    pub(super) fn new(cluster: Cluster, shared: Arc<Shared>, pod: Arc<Value>, lease: Lease) -> Context {
        let folder = shared.folder(object::uid(&pod));
        let host = host(&cluster, object::text(&pod, "/spec/nodeName"));
        let spec = watch::Sender::new(Arc::clone(&pod));
        Context { cluster, shared, pod, spec, lease, folder, host, volumes: OnceLock::new() }
    }

    /// To be set once, before any container starts.
    pub(super) fn set_volumes(&self, volumes: Volumes) {
        let _ = self.volumes.set(volumes);
    }

    pub(super) fn volumes(&self) -> &Volumes {
        static NONE: Volumes = Volumes::new();
        self.volumes.get().unwrap_or(&NONE)
    }

    /// The folder of a volume that goes with the Pod.
    pub(super) fn own_volume(&self, name: &str) -> PathBuf {
        self.folder.join("volumes").join(name)
    }

    pub(super) fn event(&self, tone: Tone, reason: &str, message: &str) {
        self.shared.recorder.event(&self.pod, tone, reason, message);
    }
}

fn host(cluster: &Cluster, node: &str) -> String {
    let node = by_kind("v1", "Node").and_then(|kind| cluster.get(kind, "", node).ok());
    let address = node.and_then(|node| {
        let list = node["status"]["addresses"].as_array()?;
        list.iter().find(|one| one["type"] == "InternalIP")?["address"].as_str().map(str::to_owned)
    });
    address.unwrap_or_else(|| "127.0.0.1".to_owned())
}
