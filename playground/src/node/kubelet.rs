//! Starts a worker for every Pod that has a node, and tells it what becomes of the Pod's object.

use crate::cluster::Cluster;
use crate::node::context::Shared;
use crate::node::worker::{self, Wish};
use crate::object;
use crate::resource::by_kind;
use crate::selector::Selector;
use crate::store::{ChangeKind, Expired, From};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Runs until it is dropped, and all Pods with it.
pub(super) async fn run(cluster: Cluster, shared: Arc<Shared>) -> Result<(), Expired> {
    let Some(kind) = by_kind("v1", "Pod") else { return Ok(()) };
    let mut changes = cluster.follow(kind, None, Selector::default(), From::Present)?;
    let mut wishes: HashMap<String, watch::Sender<Wish>> = HashMap::new();
    let mut workers = JoinSet::new();
    loop {
        let sight = tokio::select! {
            sight = changes.next() => sight?,
            Some(_) = workers.join_next() => continue,
        };
        let pod = Arc::clone(&sight.change.object);
        let uid = object::uid(&pod);
        match (sight.kind, wishes.get(uid)) {
            (ChangeKind::Deleted, _) => {
                if let Some(wish) = wishes.remove(uid) {
                    wish.send_replace(Wish::Gone);
                }
            }
            (_, Some(wish)) => drop(wish.send_replace(Wish::Be(pod))),
            (_, None) if object::text(&pod, "/spec/nodeName").is_empty() => {}
            (_, None) => {
                let (sender, wish) = watch::channel(Wish::Be(Arc::clone(&pod)));
                wishes.insert(uid.to_owned(), sender);
                workers.spawn(worker::run(cluster.clone(), Arc::clone(&shared), pod, wish));
            }
        }
    }
}
