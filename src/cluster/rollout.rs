//! Waiting until workloads are as their manifests wish.

use super::settled::Settled;
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
pub enum Rollout {
    /// A Deployment by its name.
    Deployment(String),
    /// A `StatefulSet` by its name.
    StatefulSet(String),
}

impl Rollout {
    /// The workloads among manifests.
    pub fn of(manifests: &[Manifest]) -> Vec<Rollout> {
        let one = |manifest: &Manifest| {
            let name = manifest.object.metadata.name.clone()?;
            match manifest.object.types.as_ref()?.kind.as_str() {
                "Deployment" => Some(Rollout::Deployment(name)),
                "StatefulSet" => Some(Rollout::StatefulSet(name)),
                _ => None,
            }
        };
        manifests.iter().filter_map(one).collect()
    }
}

impl Cluster {
    /// Returns when the workload is complete: all replicas new and available. Errors: it is not within `limit`.
    pub async fn complete(&self, rollout: &Rollout, limit: Duration) -> Result<(), ClusterError> {
        match rollout {
            Rollout::Deployment(name) => self.wait::<Deployment>("Deployment", name, limit).await,
            Rollout::StatefulSet(name) => self.wait::<StatefulSet>("StatefulSet", name, limit).await,
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
                match state {
                    Ok(object) => match object.settled() {
                        Ok(()) => return,
                        Err(why) => last = why,
                    },
                    Err(error) => last = error.to_string(),
                }
            }
        };
        if tokio::time::timeout(limit, settle).await.is_ok() {
            return Ok(());
        }
        if let Some(why) = self.trouble_of_pods().await {
            last = format!("{last}; {why}");
        }
        Err(ClusterError::NotReady { what: format!("{kind} {name}"), state: last, limit })
    }

    /// What the namespace's Pods complain of, to say with what they keep waiting.
    async fn trouble_of_pods(&self) -> Option<String> {
        let pods = self.call("list the pods", self.api::<Pod>().list(&ListParams::default())).await.ok()?;
        pods.items.iter().find_map(|pod| {
            let name = pod.metadata.name.as_deref()?;
            let status = pod.status.as_ref()?;
            let waiting = status.container_statuses.iter().flatten().find_map(|container| {
                let waiting = container.state.as_ref()?.waiting.as_ref()?;
                Some((waiting.reason.clone()?, waiting.message.clone().unwrap_or_default()))
            });
            let unscheduled = status
                .conditions
                .iter()
                .flatten()
                .find(|one| one.type_ == "PodScheduled" && one.status == "False");
            match (waiting, unscheduled) {
                (Some((reason, message)), _) => Some(format!("pod {name}: {reason} {message}")),
                (None, Some(condition)) => {
                    Some(format!("pod {name}: {}", condition.message.as_deref().unwrap_or("not scheduled")))
                }
                (None, None) => None,
            }
        })
    }
}
