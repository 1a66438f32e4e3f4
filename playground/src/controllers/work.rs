//! The loop of every controller.

use crate::cluster::Cluster;
use crate::controllers::queue::Queue;
use crate::resource::Kind;
use crate::status::ApiError;
use crate::store::{Change, From};
use std::hash::Hash;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// What is to happen with a key after a round that succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing until something changes.
    Rest,
    /// Another look after this time, if nothing changes before.
    After(Duration),
}

impl Next {
    /// The earlier of two.
    pub(super) fn or(self, other: Next) -> Next {
        match (self, other) {
            (Next::After(one), Next::After(two)) => Next::After(one.min(two)),
            (Next::Rest, other) | (other, Next::Rest) => other,
        }
    }
}

impl std::convert::From<Option<Duration>> for Next {
    fn from(pause: Option<Duration>) -> Next {
        pause.map_or(Next::Rest, Next::After)
    }
}

/// A controller: what wakes it, and one round of its work.
pub(super) trait Controller: Send + Sync + 'static {
    /// What one round is about.
    type Key: Clone + Eq + Hash + Send + 'static;

    /// The kinds whose changes matter.
    fn kinds(&self) -> Vec<&'static Kind>;

    /// What has to be looked at because of a change. A change may wake too much, never too little.
    fn wake(&self, kind: &'static Kind, change: &Change) -> Vec<Self::Key>;

    /// One round: brings what `key` is about closer to what is wished for. An error brings another round soon.
    fn reconcile(&self, key: &Self::Key) -> Result<Next, ApiError>;
}

/// Runs a controller until the tasks are aborted.
pub(super) fn run<C: Controller>(tasks: &mut JoinSet<()>, cluster: &Cluster, controller: C) {
    let controller = Arc::new(controller);
    let queue = Arc::new(Queue::new());
    for kind in controller.kinds() {
        let (cluster, controller, queue) = (cluster.clone(), Arc::clone(&controller), Arc::clone(&queue));
        tasks.spawn(async move { feed(&cluster, kind, &*controller, &queue).await });
    }
    tasks.spawn(async move { work(&*controller, &queue).await });
}

async fn feed<C: Controller>(cluster: &Cluster, kind: &'static Kind, controller: &C, queue: &Queue<C::Key>) {
    // A follower's history is kept for it, so `Expired` cannot come; if it did, everything is looked at anew.
    while let Ok(mut watch) = cluster.store().follow(kind.id, From::Present) {
        while let Ok(change) = watch.next().await {
            for key in controller.wake(kind, &change) {
                queue.add(key, Duration::ZERO);
            }
        }
    }
}

async fn work<C: Controller>(controller: &C, queue: &Queue<C::Key>) {
    loop {
        let key = queue.next().await;
        // A round that panics is a round that failed: the others go on.
        match catch_unwind(AssertUnwindSafe(|| controller.reconcile(&key))) {
            Ok(Ok(next)) => {
                queue.forget(&key);
                if let Next::After(pause) = next {
                    queue.add(key, pause);
                }
            }
            Ok(Err(_)) | Err(_) => queue.fail(key),
        }
        tokio::task::yield_now().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;
    use std::sync::atomic::{AtomicU32, Ordering};
    use tokio::sync::mpsc;

    struct Moody {
        rounds: AtomicU32,
        done: mpsc::UnboundedSender<u32>,
    }

    impl Controller for Moody {
        type Key = ();

        fn kinds(&self) -> Vec<&'static Kind> {
            crate::resource::by_kind("v1", "Namespace").into_iter().collect()
        }

        fn wake(&self, _: &'static Kind, _: &Change) -> Vec<()> {
            vec![()]
        }

        fn reconcile(&self, (): &()) -> Result<Next, ApiError> {
            match self.rounds.fetch_add(1, Ordering::SeqCst) {
                0 => panic!("a round that panics, as this test wants"),
                1 => Err(ApiError::bad_request("not yet")),
                round => {
                    self.done.send(round).unwrap();
                    Ok(Next::Rest)
                }
            }
        }
    }

    #[tokio::test]
    async fn a_round_that_panics_or_fails_is_tried_again() {
        let cluster = Cluster::new(Store::new(1024));
        let (done, mut rounds) = mpsc::unbounded_channel();
        let mut tasks = JoinSet::new();
        run(&mut tasks, &cluster, Moody { rounds: AtomicU32::new(0), done });
        let kind = crate::resource::by_kind("v1", "Namespace").unwrap();
        let namespace = serde_json::json!({"metadata": {"name": "a"}});
        cluster.create(kind, "", namespace, crate::store::Write::Commit).unwrap();
        let round = tokio::time::timeout(Duration::from_secs(20), rounds.recv()).await.unwrap();
        assert_eq!(round, Some(2));
    }
}
