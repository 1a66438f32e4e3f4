//! The life of one Pod on its node.

use crate::block::{Block, Lease};
use crate::cluster::{Cluster, DeleteOptions, Part};
use crate::node::Supervisor;
use crate::node::board::{Board, List, Report, Slot};
use crate::node::container::{Keeper, Restart};
use crate::node::image::Images;
use crate::node::meter::Meter;
use crate::node::mount::{self, Volumes};
use crate::node::status;
use crate::object;
use crate::recorder::{Recorder, Tone};
use crate::resource::by_kind;
use crate::store::Write;
use serde_json::Value;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// What all Pods share.
pub(super) struct Shared {
    pub(super) supervisor: Supervisor,
    pub(super) images: Images,
    pub(super) back_off: Duration,
    pub(super) back_off_limit: Duration,
    pub(super) root: PathBuf,
    pub(super) block: Block,
    pub(super) recorder: Recorder,
    pub(super) meter: Arc<Meter>,
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
    pub(super) fn volumes(&self) -> &Volumes {
        static NONE: Volumes = Volumes::new();
        self.volumes.get().unwrap_or(&NONE)
    }

    pub(super) fn event(&self, tone: Tone, reason: &str, message: &str) {
        self.shared.recorder.event(&self.pod, tone, reason, message);
    }
}

/// The Pod as its object is now.
#[derive(Debug, Clone)]
pub(super) enum Wish {
    /// It is to be so.
    Be(Arc<Value>),
    /// Its object is gone.
    Gone,
}

/// Runs a Pod from its binding until nothing of it is left.
pub(super) async fn run(cluster: Cluster, shared: Arc<Shared>, pod: Arc<Value>, wish: watch::Receiver<Wish>) {
    if matches!(object::text(&pod, "/status/phase"), "Succeeded" | "Failed") {
        return;
    }
    let folder = shared.root.join("pods").join(object::uid(&pod));
    let Some(lease) = shared.block.lease() else {
        shared.recorder.event(
            &pod,
            Tone::Warning,
            "FailedCreatePodSandBox",
            "all addresses for pods are taken",
        );
        return;
    };
    let host = host(&cluster, object::text(&pod, "/spec/nodeName"));
    let spec = watch::Sender::new(Arc::clone(&pod));
    let context = Context { cluster, shared, pod, spec, lease, folder, host, volumes: OnceLock::new() };
    let life = Life {
        context: Arc::new(context),
        board: watch::Sender::default(),
        stop: watch::Sender::default(),
        wish,
    };
    let folder = life.context.folder.clone();
    life.run().await;
    let _ = tokio::task::spawn_blocking(move || std::fs::remove_dir_all(folder)).await;
}

fn host(cluster: &Cluster, node: &str) -> String {
    let node = by_kind("v1", "Node").and_then(|kind| cluster.get(kind, "", node).ok());
    let address = node.and_then(|node| {
        let list = node["status"]["addresses"].as_array()?;
        list.iter().find(|one| one["type"] == "InternalIP")?["address"].as_str().map(str::to_owned)
    });
    address.unwrap_or_else(|| "127.0.0.1".to_owned())
}

struct Life {
    context: Arc<Context>,
    board: watch::Sender<Board>,
    stop: watch::Sender<Option<Instant>>,
    wish: watch::Receiver<Wish>,
}

impl Life {
    async fn run(mut self) {
        let spec = &self.context.pod["spec"];
        let count = |list: &str| spec[list].as_array().map_or(0, Vec::len);
        let creating = if count("initContainers") == 0 { "ContainerCreating" } else { "PodInitializing" };
        self.board.send_replace(Board {
            sandbox: false,
            init: vec![Report::waiting("PodInitializing"); count("initContainers")],
            main: vec![Report::waiting(creating); count("containers")],
            ephemeral: Vec::new(),
        });
        let mut changes = self.board.subscribe();
        changes.mark_unchanged();
        self.obey();
        self.write();
        let mut extra = JoinSet::new();
        {
            let mut containers =
                pin!(containers(Arc::clone(&self.context), self.board.clone(), self.stop.subscribe()));
            loop {
                tokio::select! {
                    () = &mut containers => break,
                    // The senders are in this very struct and in the kubelet, which drops this task first.
                    _ = changes.changed() => self.write(),
                    _ = self.wish.changed() => {
                        self.obey();
                        self.add_ephemeral(&mut extra);
                        self.write();
                        if let Wish::Be(pod) = &*self.wish.borrow() {
                            self.context.spec.send_replace(Arc::clone(pod));
                        }
                    }
                }
            }
        }
        extra.shutdown().await;
        self.write();
        self.leave().await;
    }

    /// Sets the time by which the Pod must have ended, once its object says that it must.
    fn obey(&mut self) {
        let deadline = match &*self.wish.borrow_and_update() {
            Wish::Gone => Instant::now(),
            Wish::Be(pod) if object::is_terminating(pod) => {
                let grace = pod["metadata"]["deletionGracePeriodSeconds"].as_u64().unwrap_or(0);
                Instant::now() + Duration::from_secs(grace)
            }
            Wish::Be(_) => return,
        };
        self.stop.send_if_modified(|stop| {
            let sooner = stop.is_none_or(|old| deadline < old);
            if sooner {
                *stop = Some(deadline);
            }
            sooner
        });
    }

    fn add_ephemeral(&self, running: &mut JoinSet<()>) {
        let Wish::Be(pod) = self.wish.borrow().clone() else { return };
        let known = self.board.borrow().ephemeral.len();
        let list = pod["spec"]["ephemeralContainers"].as_array().cloned().unwrap_or_default();
        for (index, container) in list.into_iter().enumerate().skip(known) {
            self.board.send_modify(|board| board.ephemeral.push(Report::waiting("ContainerCreating")));
            let slot = Slot { board: self.board.clone(), list: List::Ephemeral, index };
            let keeper = Keeper {
                context: Arc::clone(&self.context),
                container,
                slot,
                restart: Restart::Never,
                stop: self.stop.subscribe(),
            };
            running.spawn(keeper.run());
        }
    }

    /// Writes the status. An error means that the object is gone, which the wish will tell.
    fn write(&self) {
        let Some(kind) = by_kind("v1", "Pod") else { return };
        let pod = &self.context.pod;
        let board = self.board.borrow().clone();
        let at = (object::namespace(pod), object::name(pod));
        let _ = self.context.cluster.modify(kind, at, Part::Status, Write::Commit, |present| {
            if object::uid(present) == object::uid(pod) {
                present["status"] =
                    status::render(present, &board, &self.context.host, self.context.lease.address());
            }
            Ok(())
        });
    }

    /// Waits for the order to go, if the Pod has ended by itself, and lets its object go.
    async fn leave(mut self) {
        let Some(kind) = by_kind("v1", "Pod") else { return };
        let going = |wish: &Wish| match wish {
            Wish::Gone => true,
            Wish::Be(pod) => object::is_terminating(pod),
        };
        let gone = match self.wish.wait_for(going).await {
            Ok(wish) => matches!(*wish, Wish::Gone),
            Err(_) => true,
        };
        if gone {
            return;
        }
        let pod = &self.context.pod;
        let options = DeleteOptions {
            grace_period_seconds: Some(0),
            uid: Some(object::uid(pod).to_owned()),
            ..DeleteOptions::default()
        };
        let _ = self.context.cluster.delete(
            kind,
            (object::namespace(pod), object::name(pod)),
            &options,
            Write::Commit,
        );
    }
}

/// Folders, init containers in their order, then the containers, to their end.
async fn containers(
    context: Arc<Context>,
    board: watch::Sender<Board>,
    stop: watch::Receiver<Option<Instant>>,
) {
    if !volumes(&context, stop.clone()).await {
        board.send_modify(|board| board.main.iter_mut().for_each(|report| report.over = true));
        return;
    }
    board.send_modify(|board| board.sandbox = true);
    let policy = match object::text(&context.pod, "/spec/restartPolicy") {
        "Never" => Restart::Never,
        "OnFailure" => Restart::OnFailure,
        _ => Restart::Always,
    };
    let keeper = |list: List, index: usize, container: &Value, restart: Restart| Keeper {
        context: Arc::clone(&context),
        container: container.clone(),
        slot: Slot { board: board.clone(), list, index },
        restart,
        stop: stop.clone(),
    };
    let mut sidecars = JoinSet::new();
    let init_policy = if policy == Restart::Never { Restart::Never } else { Restart::OnFailure };
    for (index, container) in
        context.pod["spec"]["initContainers"].as_array().into_iter().flatten().enumerate()
    {
        if container["restartPolicy"] == "Always" {
            let keeper = keeper(List::Init, index, container, Restart::Always);
            let (slot, mut stop) = (keeper.slot.clone(), stop.clone());
            sidecars.spawn(keeper.run());
            tokio::select! {
                () = slot.started() => {}
                _ = stop.wait_for(Option::is_some) => {}
            }
        } else {
            keeper(List::Init, index, container, init_policy).run().await;
            if !board.borrow().init.get(index).is_some_and(Report::is_completed) {
                board.send_modify(|board| board.main.iter_mut().for_each(|report| report.over = true));
                return;
            }
        }
    }
    let mut main = JoinSet::new();
    for (index, container) in context.pod["spec"]["containers"].as_array().into_iter().flatten().enumerate() {
        main.spawn(keeper(List::Main, index, container, policy).run());
    }
    while main.join_next().await.is_some() {}
    sidecars.shutdown().await;
}

/// Makes the volumes, trying until what they need is there; false when the Pod was told to stop before.
async fn volumes(context: &Context, mut stop: watch::Receiver<Option<Instant>>) -> bool {
    loop {
        let made = std::fs::create_dir_all(&context.folder).map_err(|error| error.to_string());
        match made.and_then(|()| mount::prepare(context)) {
            Ok(volumes) => {
                let _ = context.volumes.set(volumes);
                return stop.borrow().is_none();
            }
            Err(why) => context.event(Tone::Warning, "FailedMount", &why),
        }
        let pause = context.shared.back_off.min(Duration::from_secs(1));
        if tokio::time::timeout(pause, stop.wait_for(Option::is_some)).await.is_ok() {
            return false;
        }
    }
}
