//! Disruption budgets, which may refuse an eviction.

use crate::cluster::{ClusterError, Right};
use crate::fault::{FaultContext, rights};
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use kube::api::ListParams;
use kube::core::{Selector, SelectorExt as _};
use std::collections::BTreeMap;

/// The rights that [`budgets`] needs.
pub fn budget_rights(namespace: &str) -> Vec<Right> {
    rights(namespace, "policy", "poddisruptionbudgets", &["list"])
}

/// The budgets over `chosen`, and how many disruptions each allows now.
pub async fn budgets(cx: &FaultContext, chosen: &[Pod]) -> Result<Vec<String>, ClusterError> {
    let budgets = cx.cluster.api::<PodDisruptionBudget>();
    let all = cx.cluster.call("list the disruption budgets", budgets.list(&ListParams::default())).await?;
    Ok(all.items.iter().filter_map(|budget| caution(budget, chosen)).collect())
}

fn caution(budget: &PodDisruptionBudget, chosen: &[Pod]) -> Option<String> {
    let selector = budget.spec.as_ref()?.selector.clone()?;
    let wanted = chosen.iter().filter(|pod| selects(&selector, pod)).count();
    let allowed = budget.status.as_ref().and_then(|status| status.disruptions_allowed).unwrap_or(0);
    let name = budget.metadata.name.as_deref().unwrap_or_default();
    let end = if usize::try_from(allowed).unwrap_or(0) < wanted { ": it will refuse the rest" } else { "" };
    (wanted > 0)
        .then(|| format!("PodDisruptionBudget/{name} allows {allowed} of the {wanted} evictions now{end}"))
}

/// Whether a selector means a Pod. An empty one means all.
fn selects(selector: &LabelSelector, pod: &Pod) -> bool {
    let labels: BTreeMap<String, String> = pod.metadata.labels.clone().unwrap_or_default();
    // One that cannot be read is named rather than hidden.
    Selector::try_from(selector.clone()).map_or(true, |selector| selector.matches(&labels))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn budgets_over_the_chosen_say_what_they_allow() {
        let pod: Pod =
            serde_json::from_value(json!({"metadata": {"name": "a", "labels": {"app": "api"}}})).unwrap();
        let budget = |selector: Value, allowed: i32| -> PodDisruptionBudget {
            serde_json::from_value(json!({"metadata": {"name": "b"}, "spec": {"selector": selector},
                "status": {"currentHealthy": 0, "desiredHealthy": 0, "expectedPods": 0, "disruptionsAllowed": allowed}}))
            .unwrap()
        };
        let among = |values: &[&str]| json!({"matchExpressions": [{"key": "app", "operator": "In", "values": values}]});
        for (selector, allowed, expected) in [
            (
                json!({"matchLabels": {"app": "api"}}),
                0,
                Some("allows 0 of the 1 evictions now: it will refuse"),
            ),
            (json!({"matchLabels": {"app": "api"}}), 1, Some("allows 1 of the 1 evictions now")),
            (json!({"matchLabels": {"app": "store"}}), 0, None),
            (among(&["api", "web"]), 0, Some("allows 0")),
            (among(&["web"]), 0, None),
            (json!({}), 0, Some("allows 0")),
        ] {
            let said = caution(&budget(selector.clone(), allowed), std::slice::from_ref(&pod));
            assert_eq!(said.is_some(), expected.is_some(), "{selector}: {said:?}");
            assert!(expected.is_none_or(|part| said.as_ref().unwrap().contains(part)), "{said:?}");
        }
    }
}
