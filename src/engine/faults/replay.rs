//! Taking back what a dead run left, from its journal or from the notes on the objects themselves.

use super::keeper::Keeper;
use crate::cluster::{
    Cluster, ClusterError, Entry, Journal, Lease, LeaseError, Note, ObjectRef, RunId, Undo,
};
use crate::fault::{FaultContext, Helpers, Left, Taken, TakenBack, take_back};
use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use k8s_openapi::api::core::v1::{Node, Pod, Service};
use kube::Api;
use kube::api::ListParams;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;
use std::time::Duration;

/// How long an undo is tried again: the server may be away for a minute.
pub(super) const PATIENCE: Duration = Duration::from_mins(2);

/// A right to take back what a dead run left: nobody else does so meanwhile, and no run begins.
#[derive(Debug)]
pub struct Turn(Keeper);

impl Turn {
    /// Takes the lease as `holder`. Errors: a run or its guard is at work.
    pub async fn take(cluster: &Cluster, holder: String) -> Result<Turn, LeaseError> {
        Ok(Turn(Keeper::start(Lease::take(cluster, &RunId::from(holder)).await?)))
    }

    /// Takes the lease from whoever holds it: somebody says that it is dead, whatever the lease says.
    pub async fn by_force(cluster: &Cluster, holder: String) -> Result<Turn, LeaseError> {
        Ok(Turn(Keeper::start(Lease::seize(cluster, &RunId::from(holder)).await?)))
    }

    /// Gives the lease back.
    pub async fn end(self) -> Result<(), ClusterError> {
        self.0.release().await
    }
}

/// Who takes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Somebody on the machine of the run.
    Hand,
    /// The guard: commands of that machine are not for it.
    Guard,
}

/// Takes back everything in a journal, the last done first. The journal itself stays: with it goes what the run has made,
/// and a guard that calls this is a part of that.
pub async fn replay(
    cluster: &Cluster,
    journal: &Journal,
    by: By,
) -> Result<(Vec<Entry>, TakenBack), ClusterError> {
    let entries = journal.entries().await?;
    let taken = entries.iter().map(|(number, entry)| Taken { number: *number, undo: entry.undo.clone() });
    let (elsewhere, here): (Vec<Taken>, Vec<Taken>) =
        taken.partition(|taken| by == By::Guard && matches!(taken.undo, Undo::Run { .. }));
    let cx = FaultContext {
        cluster: cluster.clone(),
        run: journal.run().clone(),
        fault: String::new(),
        helpers: Helpers::default(),
        seed: 0,
        lasts: None,
    };
    let mut back = take_back(&cx, journal, here, PATIENCE).await;
    back.left.extend(elsewhere.into_iter().map(|taken| {
        let error = ClusterError::Elsewhere { command: taken.undo.target() };
        Left { taken, error }
    }));
    Ok((entries.into_iter().map(|(_, entry)| entry).collect(), back))
}

/// An object that still has the note of a run that has no journal in our namespace any more.
#[derive(Debug)]
pub struct Orphan {
    /// The run.
    pub run: RunId,
    /// The namespace of the run; empty where its note does not say.
    pub home: String,
    /// The fault, and how it is taken back.
    pub entry: Entry,
}

/// Objects that say of themselves that they were changed, by runs that have no journal.
#[derive(Debug, Default)]
pub struct Orphans {
    /// By runs of our namespace, which are dead because the lease is ours, or of one that is not there any more.
    pub ours: Vec<Orphan>,
    /// Nodes, by runs of other namespaces. Those have their journals there, and may be at work.
    pub of_others: Vec<Orphan>,
    /// Kinds that our account must not list.
    pub unseen: Vec<&'static str>,
}

/// Looks for them.
pub async fn orphans(cluster: &Cluster) -> Result<Orphans, ClusterError> {
    let known: Vec<RunId> =
        Journal::all(cluster).await?.iter().map(|journal| journal.run().clone()).collect();
    let mut found = Vec::new();
    let mut all = Orphans::default();
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
            Err(ClusterError::Denied { .. }) => all.unseen.push(kind),
            Err(error) => return Err(error),
        }
    }
    found.retain(|orphan| !known.contains(&orphan.run));
    for orphan in found {
        if is_ours(cluster, &orphan).await? {
            all.ours.push(orphan);
        } else {
            all.of_others.push(orphan);
        }
    }
    Ok(all)
}

/// Whether it is of our namespace, or of one that has gone with all that could have taken it back.
async fn is_ours(cluster: &Cluster, orphan: &Orphan) -> Result<bool, ClusterError> {
    if orphan.home.is_empty() || orphan.home == cluster.namespace() {
        return Ok(true);
    }
    match cluster.with_namespace(&orphan.home).find_namespace().await {
        Ok(()) => Ok(false),
        Err(ClusterError::NoNamespace { .. }) => Ok(true),
        Err(error) => Err(error),
    }
}

async fn noted<K>(cluster: &Cluster, api: Api<K>) -> Result<Vec<Orphan>, ClusterError>
where
    K: kube::Resource<DynamicType = ()> + Clone + Debug + Serialize + DeserializeOwned,
{
    let doing = format!("list the {}", K::plural(&()));
    let all = cluster.call(&doing, api.list(&ListParams::default())).await?;
    Ok(all.items.iter().flat_map(orphans_of).collect())
}

/// What the notes on an object say, each by itself.
fn orphans_of<K>(object: &K) -> Vec<Orphan>
where
    K: kube::Resource<DynamicType = ()> + Serialize,
{
    let notes = Note::all(&serde_json::to_value(object).unwrap_or_default());
    let orphan = |(Note { run, fault, namespace: home, mut fields }, own)| {
        fields.push(own);
        let undo = Undo::Restore { object: ObjectRef::of(object), subresource: None, fields };
        Orphan { run, home, entry: Entry { fault, undo } }
    };
    notes.into_iter().map(orphan).collect()
}
