//! The Pods of something that selects them.

use super::reach::list;
use crate::check::Found;
use crate::cluster::{Cluster, is_ready, waits_for};
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use kube::api::ListParams;
use kube::core::Selector;

/// The Pods that a selector selects and that are not on their way out.
///
/// # Errors
/// The finding that they cannot be read.
pub async fn selected(cluster: &Cluster, selector: &LabelSelector) -> Result<Vec<Pod>, Found> {
    let selector = Selector::try_from(selector.clone())
        .map_err(|error| Found::fail(format!("its selector is not understood: {error}")).for_good())?;
    let pods: Vec<Pod> = list(cluster, &ListParams::default().labels_from(&selector)).await?;
    Ok(pods.into_iter().filter(|pod| pod.metadata.deletion_timestamp.is_none()).collect())
}

/// A Pod's name.
pub fn name_of(pod: &Pod) -> &str {
    pod.metadata.name.as_deref().unwrap_or_default()
}

/// A line for each Pod that is not ready, with what it waits for.
pub fn unready(pods: &[Pod]) -> Vec<String> {
    let line = |pod: &Pod| {
        let phase = pod.status.as_ref().and_then(|status| status.phase.clone()).unwrap_or_default();
        let why = waits_for(pod).unwrap_or_else(|| format!("{phase}, not ready"));
        // One that has done its work is not meant to be ready.
        (phase != "Succeeded").then(|| format!("pod {}: {}", name_of(pod), why.trim_end()))
    };
    pods.iter().filter(|pod| !is_ready(pod)).filter_map(line).collect()
}
