//! What the cluster does meanwhile: every change of the namespace's workloads, and of the nodes where we may see them.

use super::states::{self, State};
use super::teller::Teller;
use crate::cluster::{Cluster, Right};
use crate::event::{Changed, ClusterChange, EventKind};
use futures_util::StreamExt as _;
use k8s_openapi::api::core::v1::Node;
use kube::Api;
use kube::runtime::watcher::Event;
use kube::runtime::{WatchStreamExt as _, watcher};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};

/// So many changes are told of one run; a cluster that is more restless than that tells no more by telling more.
const MOST: u32 = 50_000;

/// Tells every change for as long as it is let.
pub(super) async fn follow(cluster: &Cluster, teller: &Teller) {
    let told = AtomicU32::new(0);
    let all = Watching { teller, told: &told };
    let nodes = async {
        let may = async |verb| {
            let right = Right { group: String::new(), resource: "nodes".to_owned(), verb, namespace: None };
            matches!(cluster.may(&right).await, Ok(true))
        };
        // Who may not see the nodes does without.
        if may("list".into()).await && may("watch".into()).await {
            all.one("Node", cluster.api_all::<Node>(), states::node).await;
        }
    };
    tokio::join!(
        all.one("Pod", cluster.api(), states::pod),
        all.one("EndpointSlice", cluster.api(), states::endpoint_slice),
        all.one("Deployment", cluster.api(), states::deployment),
        all.one("StatefulSet", cluster.api(), states::stateful_set),
        all.one("Event", cluster.api(), states::event),
        nodes,
    );
    std::future::pending::<()>().await;
}

#[derive(Clone, Copy)]
struct Watching<'a> {
    teller: &'a Teller,
    told: &'a AtomicU32,
}

impl Watching<'_> {
    /// Follows the objects of one kind. What is there at first is learnt and not told.
    async fn one<K>(self, kind: &'static str, api: Api<K>, state: fn(&K) -> State)
    where
        K: kube::Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Send + 'static,
    {
        let mut known: BTreeMap<String, State> = BTreeMap::new();
        let mut listed: BTreeMap<String, State> = BTreeMap::new();
        let mut begun = false;
        let mut events = pin!(watcher(api, watcher::Config::default()).default_backoff());
        while let Some(event) = events.next().await {
            match event {
                Ok(Event::Init) => listed.clear(),
                Ok(Event::InitApply(object)) => drop(listed.insert(name(&object), state(&object))),
                Ok(Event::InitDone) => {
                    let now = std::mem::take(&mut listed);
                    if std::mem::replace(&mut begun, true) {
                        self.compare(kind, &known, &now);
                    }
                    known = now;
                }
                Ok(Event::Apply(object)) => {
                    let (name, now) = (name(&object), state(&object));
                    let before = known.insert(name, now.clone());
                    self.differs(kind, before.as_ref(), Some(&now));
                }
                Ok(Event::Delete(object)) => {
                    let before = known.remove(&name(&object)).unwrap_or_else(|| state(&object));
                    self.differs(kind, Some(&before), None);
                }
                // It goes on by itself; what was missed comes with the next list.
                Err(_) => {}
            }
        }
    }

    /// Tells what a new list shows that was missed.
    fn compare(self, kind: &'static str, known: &BTreeMap<String, State>, now: &BTreeMap<String, State>) {
        for (name, before) in known {
            self.differs(kind, Some(before), now.get(name));
        }
        for (_, state) in now.iter().filter(|(name, _)| !known.contains_key(*name)) {
            self.differs(kind, None, Some(state));
        }
    }

    fn differs(self, kind: &'static str, before: Option<&State>, now: Option<&State>) {
        let (change, state) = match (before, now) {
            (None, Some(now)) => (Changed::Added, now),
            (Some(before), Some(now)) if before != now => (Changed::Modified, now),
            (Some(before), None) => (Changed::Deleted, before),
            (None, None) | (Some(_), Some(_)) => return,
        };
        if self.told.fetch_add(1, Ordering::Relaxed) >= MOST {
            return;
        }
        let State { name, words, ready } = state.clone();
        let ready = if change == Changed::Deleted { ready.map(|_| 0) } else { ready };
        self.teller.say(EventKind::Cluster(ClusterChange {
            kind: kind.to_owned(),
            name,
            change,
            state: words,
            ready,
        }));
    }
}

fn name<K: kube::Resource<DynamicType = ()>>(object: &K) -> String {
    object.meta().name.clone().unwrap_or_default()
}
