//! Who stands behind a Service: the best clock for what clients will feel.

use super::Effect;
use super::look::{Look, look_for};
use crate::fault::FaultContext;
use k8s_openapi::api::discovery::v1::EndpointSlice;
use kube::runtime::watcher;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// Judges the ready endpoints of a Service, whenever they change: the names of Pods, or addresses of what is no Pod.
pub(super) async fn endpoints(
    cx: &FaultContext,
    service: &str,
    within: Duration,
    mut judge: impl FnMut(&BTreeSet<String>) -> Look,
) -> Effect {
    let which = watcher::Config::default().labels(&format!("kubernetes.io/service-name={service}"));
    look_for::<EndpointSlice>(cx.cluster.api(), which, within, |slices| judge(&ready(slices))).await
}

fn ready(slices: &[Arc<EndpointSlice>]) -> BTreeSet<String> {
    let endpoints = slices.iter().flat_map(|slice| slice.endpoints.iter().flatten());
    // Not to say it means ready.
    let ready = endpoints.filter(|one| one.conditions.as_ref().is_none_or(|now| now.ready != Some(false)));
    let name = ready.filter_map(|one| {
        let pod = one.target_ref.as_ref().and_then(|target| target.name.clone());
        pod.or_else(|| one.addresses.first().cloned())
    });
    name.collect()
}

#[cfg(test)]
mod tests {
    use super::super::look::objects;
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn the_ready_ones_of_all_slices_count() {
        let slice = |endpoints: Value| json!({"metadata": {}, "addressType": "IPv4", "endpoints": endpoints});
        let pod = |name: &str, ready: Option<bool>| json!({"addresses": ["10.0.0.1"], "conditions": {"ready": ready}, "targetRef": {"name": name}});
        let slices = json!([
            slice(json!([pod("x", Some(true)), pod("y", Some(false))])),
            slice(json!([pod("z", None), {"addresses": ["192.0.2.7"]}])),
            slice(Value::Null),
        ]);
        let found: Vec<String> = ready(&objects(slices)).into_iter().collect();
        assert_eq!(found, ["192.0.2.7", "x", "z"]);
    }
}
