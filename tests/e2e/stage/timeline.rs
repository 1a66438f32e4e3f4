//! Everything that happens to the objects of one kind in a namespace, in the order in which it is told.

use super::{PATIENCE, Stage};
use futures_util::StreamExt as _;
use kube::api::{ListParams, WatchParams};
use kube::core::{NamespaceResourceScope, WatchEvent};
use serde::de::DeserializeOwned;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// One change.
#[derive(Debug, Clone)]
pub enum Change<K> {
    Added(K),
    Modified(K),
    Deleted(K),
}

impl<K> Change<K> {
    pub fn object(&self) -> &K {
        match self {
            Change::Added(object) | Change::Modified(object) | Change::Deleted(object) => object,
        }
    }

    pub fn is_deleted(&self) -> bool {
        matches!(self, Change::Deleted(_))
    }
}

/// The changes of one kind since it was made. What was there before is not in it.
pub struct Timeline<K> {
    seen: Arc<(Mutex<Vec<Change<K>>>, Notify)>,
    task: JoinHandle<()>,
}

impl<K> Timeline<K>
where
    K: kube::Resource<Scope = NamespaceResourceScope, DynamicType = ()>,
    K: Clone + Debug + DeserializeOwned + Send + 'static,
{
    /// From now on: every change after the state that a list gives.
    pub async fn from_now(stage: &Stage) -> Timeline<K> {
        let api = stage.api::<K>();
        let version = api.list(&ListParams::default()).await.unwrap().metadata.resource_version.unwrap();
        let seen = Arc::new((Mutex::new(Vec::new()), Notify::new()));
        let writer = Arc::clone(&seen);
        let mut events = Box::pin(api.watch(&WatchParams::default().timeout(290), &version).await.unwrap());
        let task = tokio::spawn(async move {
            while let Some(event) = events.next().await {
                let change = match event {
                    Ok(WatchEvent::Added(object)) => Change::Added(object),
                    Ok(WatchEvent::Modified(object)) => Change::Modified(object),
                    Ok(WatchEvent::Deleted(object)) => Change::Deleted(object),
                    Ok(WatchEvent::Bookmark(_)) => continue,
                    // What waits for more will say that it waited in vain.
                    Ok(WatchEvent::Error(_)) | Err(_) => return,
                };
                writer.0.lock().unwrap().push(change);
                writer.1.notify_waiters();
            }
        });
        Timeline { seen, task }
    }

    /// What was seen so far.
    pub fn so_far(&self) -> Vec<Change<K>> {
        self.seen.0.lock().unwrap().clone()
    }

    /// Waits for the first change that is `wanted`; gives all up to it, it being the last.
    pub async fn until(&self, what: &str, wanted: impl Fn(&Change<K>) -> bool) -> Vec<Change<K>> {
        let search = async {
            loop {
                let more = self.seen.1.notified();
                let mut more = std::pin::pin!(more);
                more.as_mut().enable();
                let seen = self.so_far();
                if let Some(index) = seen.iter().position(&wanted) {
                    return seen.into_iter().take(index + 1).collect();
                }
                more.await;
            }
        };
        let seen = tokio::time::timeout(PATIENCE, search).await;
        seen.unwrap_or_else(|_| panic!("not within {PATIENCE:?}: {what}; seen: {:#?}", self.so_far()))
    }
}

impl<K> Drop for Timeline<K> {
    fn drop(&mut self) {
        self.task.abort();
    }
}
