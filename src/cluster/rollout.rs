//! Waiting until workloads are as their manifests wish.

use super::pod::waits_for;
use super::settled::{Progress, Settled};
use super::{Cluster, ClusterError, Manifest};
use futures_util::StreamExt as _;
use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use k8s_openapi::api::core::v1::Pod;
use kube::api::ListParams;
use kube::core::NamespaceResourceScope;
use kube::runtime::{WatchStreamExt as _, watcher};
use std::fmt::Debug;
use std::pin::pin;
use std::time::Duration;

/// A workload that is waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollout {
    /// Which kind it is of.
    pub kind: Workload,
    /// Its namespace, where its manifest names one.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
}

/// The kinds of workloads that can be waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workload {
    /// A Deployment.
    Deployment,
    /// A `StatefulSet`.
    StatefulSet,
}

impl Rollout {
    /// The workloads among manifests.
    pub fn of(manifests: &[Manifest]) -> Vec<Rollout> {
        let one = |manifest: &Manifest| {
            let kind = match manifest.object.types.as_ref()?.kind.as_str() {
                "Deployment" => Workload::Deployment,
                "StatefulSet" => Workload::StatefulSet,
                _ => return None,
            };
            let meta = &manifest.object.metadata;
            Some(Rollout { kind, namespace: meta.namespace.clone(), name: meta.name.clone()? })
        };
        manifests.iter().filter_map(one).collect()
    }
}

impl Cluster {
    /// Returns when the workload is complete: all replicas new and available. Errors: it is not within `limit`, or
    /// its progress deadline is over before.
    pub async fn complete(&self, rollout: &Rollout, limit: Duration) -> Result<(), ClusterError> {
        let there =
            rollout.namespace.as_deref().map_or_else(|| self.clone(), |name| self.with_namespace(name));
        match rollout.kind {
            Workload::Deployment => there.wait::<Deployment>("Deployment", &rollout.name, limit).await,
            Workload::StatefulSet => there.wait::<StatefulSet>("StatefulSet", &rollout.name, limit).await,
        }
    }

    async fn wait<K>(&self, kind: &str, name: &str, limit: Duration) -> Result<(), ClusterError>
    where
        K: Settled + kube::Resource<Scope = NamespaceResourceScope, DynamicType = ()>,
        K: Clone + Debug + Send + 'static + serde::de::DeserializeOwned,
    {
        let mut last = "it does not exist".to_owned();
        let config = watcher::Config::default().fields(&format!("metadata.name={name}"));
        let mut states = pin!(watcher(self.api::<K>(), config).default_backoff().applied_objects());
        let settle = async {
            while let Some(state) = states.next().await {
                match state.map(|object| object.settled()) {
                    Ok(Progress::Done) => return Ok(()),
                    Ok(Progress::Stuck(why)) => return Err(why),
                    Ok(Progress::Underway(why)) => last = why,
                    Err(error) => last = self.masked(&error.to_string()),
                }
            }
            Ok(())
        };
        let what = format!("{kind} {name}");
        match tokio::time::timeout(limit, settle).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(why)) => Err(ClusterError::Stuck { what, state: self.explained(why).await }),
            Err(_) => Err(ClusterError::NotReady { what, state: self.explained(last).await, limit }),
        }
    }

    /// With what the Pods of the namespace say.
    async fn explained(&self, state: String) -> String {
        match self.trouble_of_pods().await {
            Some(why) => format!("{state}; {why}"),
            None => state,
        }
    }

    /// What the namespace's Pods complain of, to say with what they keep waiting.
    async fn trouble_of_pods(&self) -> Option<String> {
        let pods = self.call("list the pods", self.api::<Pod>().list(&ListParams::default())).await.ok()?;
        let complaint = |pod: &Pod| {
            Some(format!("pod {}: {}", pod.metadata.name.as_deref()?, waits_for(pod)?.trim_end()))
        };
        pods.items.iter().find_map(complaint)
    }
}
