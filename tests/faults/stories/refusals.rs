//! What is not done, and the words that say why.

use crate::lab::{Lab, fault};
use crate::stage::*;
use k8s_openapi::api::apps::v1::StatefulSet;
use k8s_openapi::api::core::v1::Pod;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_hit_that_is_not_there_or_could_not_come_back() {
    let stage = Stage::new("refused").await;
    let shop = Shop::new(&stage, 1).await;
    let bare =
        json!({"name": "bare", "image": image(), "imagePullPolicy": "IfNotPresent", "args": ["--version"]});
    stage
        .create::<Pod>(
            &json!({"metadata": {"name": "bare", "labels": {"app": "bare"}}, "spec": {"containers": [bare]}}),
        )
        .await;
    let template: Value = json!({"metadata": {"labels": {"app": "store"}}, "spec": {"containers": [bare]}});
    stage
        .create::<StatefulSet>(
            &json!({"metadata": {"name": "store"}, "spec": {"replicas": 0, "serviceName": "store",
            "selector": {"matchLabels": {"app": "store"}}, "template": template,
            "persistentVolumeClaimRetentionPolicy": {"whenScaled": "Delete", "whenDeleted": "Retain"}}}),
        )
        .await;
    let lab = Lab::new(&stage).await;
    for (text, part) in [
        ("evict: { pods: app=none }", "nothing to hit: no Pods with app=none"),
        ("pod_kill: { pods: app=bare }", "Pod/bare is not touched: no controller would make it again"),
        ("evict: { pods: app=bare }", "Pod/bare is not touched"),
        ("evict: { pods: app=shop, leave: 1 }", "are to be left alone"),
        ("{ cpu_stress: { pods: app=none }, for: 10s }", "nothing to hit"),
        ("cpu_limit: { pods: app=shop, limit: 50m }", "has no CPU limit"),
        ("cordon: { nodes: { names: [no-such-node] } }", "nothing to hit: no nodes named no-such-node"),
        ("drain: { nodes: pool=none }", "nothing to hit: no nodes with pool=none"),
        ("zone_outage: { zone: nowhere }", "nothing to hit: no nodes in nowhere"),
        ("scale: { deployment: none, replicas: 0 }", "nothing to hit: no Deployment/none"),
        ("scale: { deployment: shop, replicas: 1 }", "has 1 replicas already"),
        ("scale: { statefulset: store, replicas: 1 }", "whenScaled: Retain"),
        ("rollout_restart: { statefulset: store }", "has no replica"),
        ("bad_rollout: { deployment: shop, container: db, failing_readiness: true }", "no container `db`"),
        ("rollback: { deployment: shop }", "has no earlier revision"),
    ] {
        let error = lab.plan(&fault(text)).await.expect_err(text).to_string();
        assert!(error.contains(part), "{text}: {error}");
    }
    let plan = lab.plan(&fault("pod_kill: { pods: app=shop }")).await.unwrap();
    assert!(plan.warnings[0].contains("the only ready Pod of ReplicaSet/shop-"), "{:?}", plan.warnings);
    shop.serves(1).await;
    lab.end().await;
    stage.end().await;
}
