//! The life of one Pod on its node.

use crate::cluster::{Cluster, DeleteOptions, Part};
use crate::node::board::{Board, List, Report, Slot};
use crate::node::container::{Keeper, Restart};
use crate::node::context::{Context, Shared};
use crate::node::mount;
use crate::node::status;
use crate::node::token;
use crate::object;
use crate::recorder::Tone;
use crate::resource::by_kind;
use crate::store::Write;
use serde_json::Value;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

/// How long the object of a Pod that is to go stays after its containers have ended. A real kubelet takes 0.37 to 0.76 s
/// for it; without, a Pod of a StatefulSet is gone and made anew before a `kubectl delete` has looked whether it is gone:
/// it takes the new one for the old and waits forever.
const LETTING_GO: Duration = Duration::from_millis(400);

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
    let Some(lease) = shared.block.lease() else {
        shared.recorder.event(
            &pod,
            Tone::Warning,
            "FailedCreatePodSandBox",
            "all addresses for pods are taken",
        );
        return;
    };
    let board = watch::Sender::default();
    let _entry = shared.register.enter(object::uid(&pod), board.subscribe());
    let life = Life {
        context: Arc::new(Context::new(cluster, shared.clone(), pod, lease)),
        board,
        stop: watch::Sender::default(),
        wish,
    };
    let folder = life.context.folder.clone();
    life.run().await;
    let _ = tokio::task::spawn_blocking(move || std::fs::remove_dir_all(folder)).await;
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
            let context = Arc::clone(&self.context);
            let mut renewal = pin!(token::renew(&context));
            loop {
                tokio::select! {
                    () = &mut containers => break,
                    never = &mut renewal => match never {},
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
        self.board.send_modify(Board::end);
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
        if gone || timeout(LETTING_GO, self.wish.wait_for(|wish| matches!(wish, Wish::Gone))).await.is_ok() {
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
                context.set_volumes(volumes);
                return stop.borrow().is_none();
            }
            Err(why) => context.event(Tone::Warning, "FailedMount", &why),
        }
        let pause = context.shared.back_off.min(Duration::from_secs(1));
        if timeout(pause, stop.wait_for(Option::is_some)).await.is_ok() {
            return false;
        }
    }
}
