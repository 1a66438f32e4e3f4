//! Autoscalers that set the number of replicas too.

use crate::cluster::{ClusterError, ObjectRef, Right};
use crate::fault::{FaultContext, rights};
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use kube::api::ListParams;

/// The rights that [`autoscalers`] needs.
pub fn autoscaler_rights(namespace: &str) -> Vec<Right> {
    rights(namespace, "autoscaling", "horizontalpodautoscalers", &["list"])
}

/// The autoscalers of a workload that gets `replicas`.
pub async fn autoscalers(
    cx: &FaultContext,
    workload: &ObjectRef,
    replicas: u32,
) -> Result<Vec<String>, ClusterError> {
    let autoscalers = cx.cluster.api::<HorizontalPodAutoscaler>();
    let all = cx.cluster.call("list the autoscalers", autoscalers.list(&ListParams::default())).await?;
    Ok(all.items.iter().filter_map(|one| caution(one, workload, replicas)).collect())
}

fn caution(autoscaler: &HorizontalPodAutoscaler, workload: &ObjectRef, replicas: u32) -> Option<String> {
    let target = &autoscaler.spec.scale_target_ref;
    let name = autoscaler.metadata.name.as_deref().unwrap_or_default();
    if target.kind != workload.kind || target.name != workload.name {
        return None;
    }
    Some(if replicas == 0 {
        format!(
            "HorizontalPodAutoscaler/{name} rests while {workload} has no replica, and goes on after that"
        )
    } else {
        format!("HorizontalPodAutoscaler/{name} scales {workload} too and will change its replicas again")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_the_autoscaler_of_the_workload_is_named() {
        let workload = |name: &str| ObjectRef {
            api_version: "apps/v1".to_owned(),
            kind: "Deployment".to_owned(),
            namespace: None,
            name: name.to_owned(),
            uid: None,
        };
        let autoscaler: HorizontalPodAutoscaler = serde_json::from_value(json!({"metadata": {"name": "web"},
            "spec": {"maxReplicas": 5, "scaleTargetRef": {"kind": "Deployment", "name": "api"}}}))
        .unwrap();
        let said = |name: &str, replicas| caution(&autoscaler, &workload(name), replicas).unwrap_or_default();
        assert!(said("api", 0).contains("rests"));
        assert!(said("api", 2).contains("will change its replicas again"));
        assert_eq!(said("store", 2), "");
    }
}
