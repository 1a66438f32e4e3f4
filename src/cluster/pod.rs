//! One Pod of the namespace.

use super::{Cluster, ClusterError, is_denied};
use futures_util::StreamExt as _;
use k8s_openapi::api::core::v1::Pod;
use kube::runtime::{WatchStreamExt as _, watcher};
use std::pin::pin;
use std::time::Duration;

/// Whether a Pod is ready to serve: its condition says so, and it is not on its way out. `Running` alone is not.
pub fn is_ready(pod: &Pod) -> bool {
    let status = pod.status.as_ref();
    let mut conditions = status.and_then(|status| status.conditions.as_ref()).into_iter().flatten();
    pod.metadata.deletion_timestamp.is_none()
        && conditions.any(|one| one.type_ == "Ready" && one.status == "True")
}

/// Why a Pod does not run: what its first waiting container waits for, in the words of the cluster.
pub fn waits_for(pod: &Pod) -> Option<String> {
    let status = pod.status.as_ref()?;
    let waiting = status.container_statuses.iter().flatten().find_map(|container| {
        let waiting = container.state.as_ref()?.waiting.as_ref()?;
        Some(format!("{} {}", waiting.reason.as_deref()?, waiting.message.as_deref().unwrap_or_default()))
    });
    let unscheduled = status.conditions.iter().flatten();
    let mut unscheduled = unscheduled.filter(|one| one.type_ == "PodScheduled" && one.status == "False");
    waiting.or_else(|| unscheduled.next()?.message.clone())
}

impl Cluster {
    /// Returns when a Pod of the namespace is ready. Errors: it is not within `limit`; why, as far as it tells. Or it
    /// may not be watched, which is said at once.
    pub async fn pod_ready(&self, name: &str, limit: Duration) -> Result<(), ClusterError> {
        let mut state = "it does not exist".to_owned();
        let config = watcher::Config::default().fields(&format!("metadata.name={name}"));
        let mut pods = pin!(watcher(self.api::<Pod>(), config).default_backoff().applied_objects());
        let ready = async {
            while let Some(pod) = pods.next().await {
                match pod {
                    Ok(pod) if is_ready(&pod) => return Ok(()),
                    Ok(pod) => {
                        state = waits_for(&pod).unwrap_or_else(|| "it runs and is not ready".to_owned());
                    }
                    Err(error) if is_denied(&error) => {
                        let doing = format!("wait for Pod/{name}");
                        let message = self.masked(&error.to_string());
                        return Err(ClusterError::Denied { doing, message });
                    }
                    Err(error) => state = self.masked(&error.to_string()),
                }
            }
            // It never ends by itself.
            std::future::pending().await
        };
        match tokio::time::timeout(limit, ready).await {
            Ok(ready) => ready,
            Err(_) => Err(ClusterError::NotReady { what: format!("Pod/{name}"), state, limit }),
        }
    }
}
