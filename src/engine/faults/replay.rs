//! Taking back what a dead run left, from its journal or from the notes on the objects themselves.

use super::keeper::Keeper;
use crate::cluster::{
    Cluster, ClusterError, Entry, FieldChange, Journal, Lease, LeaseError, ObjectRef, RunId, UNDO_ANNOTATION,
    Undo, escaped,
};
use crate::fault::{FaultContext, Helpers, Taken, TakenBack, take_back};
use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use k8s_openapi::api::core::v1::{Node, Pod, Service};
use kube::Api;
use kube::api::ListParams;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fmt::Debug;
use std::time::Duration;

/// How long an undo is tried again: the server may be away for a minute.
pub(super) const PATIENCE: Duration = Duration::from_mins(2);

/// A right to take back what a dead run left: nobody else does so meanwhile, and no run begins.
#[derive(Debug)]
pub struct Turn(Option<Keeper>);

impl Turn {
    /// Takes the lease as `holder`. Errors: a run or its guard is at work.
    pub async fn take(cluster: &Cluster, holder: String) -> Result<Turn, LeaseError> {
        let lease = Lease::take(cluster, &RunId::from(holder)).await?;
        Ok(Turn(Some(Keeper::start(lease))))
    }

    /// Goes without: somebody says that no one is at work, whatever the lease says.
    pub fn by_force() -> Turn {
        Turn(None)
    }

    /// Gives the lease back.
    pub async fn end(self) -> Result<(), ClusterError> {
        match self.0 {
            Some(keeper) => keeper.release().await,
            None => Ok(()),
        }
    }
}

/// Takes back everything in a journal, the last done first. The journal itself stays; it is to be ended when nothing is
/// left.
pub async fn replay(cluster: &Cluster, journal: &Journal) -> Result<(Vec<Entry>, TakenBack), ClusterError> {
    let entries = journal.entries().await?;
    let taken = entries.iter().map(|(number, entry)| Taken { number: *number, undo: entry.undo.clone() });
    let cx = FaultContext {
        cluster: cluster.clone(),
        run: journal.run().clone(),
        fault: String::new(),
        helpers: Helpers::default(),
        seed: 0,
        lasts: None,
    };
    let back = take_back(&cx, journal, taken.collect(), PATIENCE).await;
    Ok((entries.into_iter().map(|(_, entry)| entry).collect(), back))
}

/// What an object says of itself when its journal is gone.
#[derive(Debug, Deserialize)]
struct Note {
    run: RunId,
    fault: String,
    fields: Vec<FieldChange>,
}

/// An object that still has the note of a run that has no journal any more.
#[derive(Debug)]
pub struct Orphan {
    /// The run.
    pub run: RunId,
    /// The fault, and how it is taken back.
    pub entry: Entry,
}

/// Objects that say of themselves that they were changed, by runs that have no journal. Kinds that our account must
/// not list are left out; their names are given.
pub async fn orphans(cluster: &Cluster) -> Result<(Vec<Orphan>, Vec<&'static str>), ClusterError> {
    let known: Vec<RunId> =
        Journal::all(cluster).await?.iter().map(|journal| journal.run().clone()).collect();
    let mut found = Vec::new();
    let mut unseen = Vec::new();
    let lists = [
        ("services", noted(cluster, cluster.api::<Service>()).await),
        ("deployments", noted(cluster, cluster.api::<Deployment>()).await),
        ("statefulsets", noted(cluster, cluster.api::<StatefulSet>()).await),
        ("pods", noted(cluster, cluster.api::<Pod>()).await),
        ("nodes", noted(cluster, cluster.api_all::<Node>()).await),
    ];
    for (kind, list) in lists {
        match list {
            Ok(list) => found.extend(list),
            Err(ClusterError::Denied { .. }) => unseen.push(kind),
            Err(error) => return Err(error),
        }
    }
    found.retain(|orphan| !known.contains(&orphan.run));
    Ok((found, unseen))
}

async fn noted<K>(cluster: &Cluster, api: Api<K>) -> Result<Vec<Orphan>, ClusterError>
where
    K: kube::Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned,
{
    let doing = format!("list the {}", K::plural(&()));
    let all = cluster.call(&doing, api.list(&ListParams::default())).await?;
    Ok(all.items.iter().filter_map(orphan).collect())
}

fn orphan<K: kube::Resource<DynamicType = ()>>(object: &K) -> Option<Orphan> {
    let text = object.meta().annotations.as_ref()?.get(UNDO_ANNOTATION)?;
    let Note { run, fault, mut fields } = serde_json::from_str(text).ok()?;
    fields.push(FieldChange {
        path: format!("/metadata/annotations/{}", escaped(UNDO_ANNOTATION)),
        before: None,
        after: Some(Value::from(text.as_str())),
    });
    let undo = Undo::Restore { object: ObjectRef::of(object), subresource: None, fields };
    Some(Orphan { run, entry: Entry { fault, undo } })
}
