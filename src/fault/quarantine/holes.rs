//! What keeps a quarantine from being tight.

use super::Direction;
use crate::fault::{FaultContext, Refusal};
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::api::networking::v1::NetworkPolicy;
use kube::ResourceExt as _;
use kube::api::ListParams;
use kube::core::{Selector, SelectorExt as _};

/// Warnings for these Pods: other policies that allow them something, and Pods that policies do not reach.
pub async fn holes(cx: &FaultContext, pods: &[Pod], way: Direction) -> Result<Vec<String>, Refusal> {
    let policies = cx.cluster.api::<NetworkPolicy>();
    let policies =
        cx.cluster.call("list the network policies", policies.list(&ListParams::default())).await?;
    let open = policies.items.iter().filter(|policy| pods.iter().any(|pod| allows(policy, pod, way)));
    let mut warnings: Vec<String> = open
        .map(|policy| {
            format!(
                "NetworkPolicy/{} is for these Pods too, and policies add up: what it allows stays open",
                policy.name_any()
            )
        })
        .collect();
    let of_the_node = |pod: &&Pod| pod.spec.as_ref().is_some_and(|spec| spec.host_network == Some(true));
    warnings.extend(pods.iter().filter(of_the_node).map(|pod| {
        format!("Pod/{} uses the network of its node, which policies hardly reach", pod.name_any())
    }));
    Ok(warnings)
}

/// Whether a policy selects the Pod and allows something this way.
fn allows(policy: &NetworkPolicy, pod: &Pod, way: Direction) -> bool {
    let Some(spec) = &policy.spec else { return false };
    let selector = spec.pod_selector.clone().unwrap_or_default();
    // One that is not understood may select everything.
    let selects = Selector::try_from(selector).map_or(true, |selector| selector.matches(pod.labels()));
    let ingress = spec.ingress.as_ref().is_some_and(|rules| !rules.is_empty());
    let egress = spec.egress.as_ref().is_some_and(|rules| !rules.is_empty());
    selects
        && match way {
            Direction::Ingress => ingress,
            Direction::Egress => egress,
            Direction::Both => ingress || egress,
        }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_policy_matters_when_it_selects_the_pod_and_allows_that_way() {
        let pod: Pod = serde_json::from_value(json!({"metadata": {"labels": {"app": "api"}}})).unwrap();
        let api = json!({"matchLabels": {"app": "api"}});
        let other = json!({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["api"]}]});
        for (spec, way, expected) in [
            (json!({"podSelector": api, "ingress": [{}]}), Direction::Ingress, true),
            (json!({"podSelector": {}, "ingress": [{}]}), Direction::Both, true),
            (json!({"podSelector": api, "ingress": [{}]}), Direction::Egress, false),
            (json!({"podSelector": api, "ingress": []}), Direction::Ingress, false),
            (json!({"podSelector": other, "ingress": [{}]}), Direction::Ingress, false),
        ] {
            let policy = serde_json::from_value(json!({"spec": spec})).unwrap();
            assert_eq!(allows(&policy, &pod, way), expected, "{spec} {way:?}");
        }
    }
}
