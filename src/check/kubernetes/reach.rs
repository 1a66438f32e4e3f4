//! Asking the cluster: what it does not answer is a finding.

use crate::check::{CheckContext, Found};
use crate::cluster::{Cluster, ClusterError};
use kube::api::{Api, ListParams};
use kube::core::NamespaceResourceScope;
use serde::de::DeserializeOwned;
use std::fmt::Debug;

/// Commands of kubectl for the context and the namespace of a check.
#[derive(Debug, Clone)]
pub struct Kubectl(String);

impl Kubectl {
    /// For this cluster.
    pub fn of(cluster: &Cluster) -> Kubectl {
        let context = match cluster.context() {
            // A Pod's own account has no context.
            "" | "in-cluster" => String::new(),
            context => format!(" --context {context}"),
        };
        Kubectl(format!("kubectl{context} -n {}", cluster.namespace()))
    }

    /// The whole command with these words.
    pub fn with(&self, words: &str) -> String {
        format!("{} {words}", self.0)
    }
}

/// The cluster of the scenario.
///
/// # Errors
/// The finding that there is none.
pub async fn reach(cx: &CheckContext) -> Result<&Cluster, Found> {
    cx.cluster.reach().await.map_err(|why| Found::unreachable(why).for_good())
}

/// The finding that a request to the cluster failed.
pub fn refused(error: &ClusterError) -> Found {
    match error {
        ClusterError::Unreachable { .. } | ClusterError::Silent { .. } => {
            Found::unreachable(error.to_string())
        }
        ClusterError::Denied { doing, message } => Found::fail(format!(
            "cannot {doing}: {message}; give the account a role that allows it: `shakedown rbac SCENARIO` prints one"
        ))
        .for_good(),
        other => Found::fail(other.to_string()),
    }
}

/// An object of the namespace by its name.
///
/// # Errors
/// The finding that it is not there, or that it cannot be read.
pub async fn read<K>(cluster: &Cluster, name: &str) -> Result<K, Found>
where
    K: kube::Resource<Scope = NamespaceResourceScope, DynamicType = ()> + Clone + Debug + DeserializeOwned,
{
    let (kind, plural) = (K::kind(&()), K::plural(&()));
    let api: Api<K> = cluster.api();
    let found = cluster.call(&format!("read {kind} {name}"), api.get_opt(name)).await;
    let found = found.map_err(|error| {
        refused(&error).reproduce(Kubectl::of(cluster).with(&format!("get {plural} {name}")))
    })?;
    found.ok_or_else(|| {
        Found::fail(format!(
            "there is no {kind} {name} in namespace {}; correct the name, or deploy it",
            cluster.namespace()
        ))
        .expected(format!("{kind} {name}"), "nothing of that name")
        .reproduce(Kubectl::of(cluster).with(&format!("get {plural}")))
    })
}

/// Objects of the namespace.
///
/// # Errors
/// The finding that they cannot be read.
pub async fn list<K>(cluster: &Cluster, params: &ListParams) -> Result<Vec<K>, Found>
where
    K: kube::Resource<Scope = NamespaceResourceScope, DynamicType = ()> + Clone + Debug + DeserializeOwned,
{
    let (api, plural): (Api<K>, _) = (cluster.api(), K::plural(&()));
    let found = cluster.call(&format!("list the {plural}"), api.list(params)).await;
    found
        .map(|list| list.items)
        .map_err(|error| refused(&error).reproduce(Kubectl::of(cluster).with(&format!("get {plural}"))))
}
