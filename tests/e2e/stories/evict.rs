//! Evictions, with a budget and without.

use crate::stage::*;
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use kube::api::PostParams;
use serde_json::{Value, json};

/// Not `Api::evict`: the name it gives the delete options is not that of the API, which drops them.
async fn evict(stage: &Stage, name: &str, params: &PostParams) -> Result<Value, kube::Error> {
    let eviction = json!({"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name},
        "deleteOptions": {"gracePeriodSeconds": 0}});
    stage.api::<Pod>().create_subresource("eviction", name, params, &eviction).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_budget_protects_and_without_one_a_pod_goes() {
    let stage = Stage::new("evict").await;
    let shop = Shop::new(&stage, 2).await;
    let before = shop.names().await;
    let pods = Timeline::<Pod>::from_now(&stage).await;

    let dry = PostParams { dry_run: true, ..PostParams::default() };
    assert_eq!(evict(&stage, &before[0], &dry).await.unwrap()["status"], "Success");
    assert!(pods.so_far().is_empty(), "nothing was done");

    assert_eq!(evict(&stage, &before[0], &PostParams::default()).await.unwrap()["code"], 201);
    let gone = |change: &Change<Pod>| {
        change.is_deleted() && change.object().metadata.name.as_ref() == Some(&before[0])
    };
    pods.until("it is gone", gone).await;
    shop.replacement(&pods, &before).await;
    shop.serves(2).await;

    let budget = json!({"metadata": {"name": "shop"},
        "spec": {"minAvailable": 2, "selector": {"matchLabels": {"app": "shop"}}}});
    stage.create::<PodDisruptionBudget>(&budget).await;
    stage
        .until("the budget has counted", async || {
            let status = stage.api::<PodDisruptionBudget>().get_status("shop").await.unwrap().status;
            status.filter(|status| status.current_healthy == Some(2))
        })
        .await;
    let name = shop.names().await.remove(0);
    let status = refused(evict(&stage, &name, &PostParams::default()).await);
    wants(&status, 429, "TooManyRequests", &["would violate the pod's disruption budget"]);
    let cause = &status.details.as_ref().unwrap().causes[0];
    assert_eq!(cause.reason, "DisruptionBudget");
    assert!(cause.message.contains("needs 2 healthy pods and has 2 currently"), "{cause:?}");

    let status = refused(evict(&stage, "no-such", &PostParams::default()).await);
    wants(&status, 404, "NotFound", &["pods \"no-such\" not found"]);
    stage.end().await;
}
