//! Pods that are killed or evicted.

use crate::lab::{Lab, fault, shop_as_written};
use crate::relay::Relay;
use crate::stage::*;
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use serde_json::json;
use shakedown::fault::Injected;

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_pod_and_an_evicted_one_are_replaced_and_their_neighbours_stay() {
    let stage = Stage::new("hit").await;
    let shop = Shop::new(&stage, 3).await;
    let before = shop_as_written(&stage).await;
    let mut lab = Lab::new(&stage).await;
    for text in ["pod_kill: { pods: app=shop, count: 1 }", "evict: { pods: app=shop, count: 1, grace: 1s }"] {
        let names = shop.names().await;
        let prober = Prober::start(shop.address, 50);
        let (plan, seen) = lab.act(text).await;
        let [victim] = plan.victims.as_slice() else { panic!("{plan:?}") };
        assert!(names.contains(&victim.object.name) && victim.detail.starts_with("on "), "{victim:?}");
        assert!(plan.warnings.is_empty(), "two are left: {:?}", plan.warnings);
        assert_eq!(seen, "1 gone, and as many others are ready");
        shop.serves(3).await;
        let now = shop.names().await;
        let stayed = names.iter().filter(|name| now.contains(name)).count();
        assert!(stayed == 2 && !now.contains(&victim.object.name), "{names:?} {now:?}");
        shop.connection().await;
        let answers = prober.end().await;
        assert!(answers.good > 0, "{answers:?}");
    }
    assert_eq!(shop_as_written(&stage).await, before);
    lab.end().await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_budget_that_refuses_an_eviction_is_a_finding_and_foretold() {
    let stage = Stage::new("protected").await;
    let shop = Shop::new(&stage, 2).await;
    let budget = json!({"metadata": {"name": "shop"},
        "spec": {"minAvailable": 2, "selector": {"matchLabels": {"app": "shop"}}}});
    stage.create::<PodDisruptionBudget>(&budget).await;
    stage
        .until("the budget has counted", async || {
            let status = stage.api::<PodDisruptionBudget>().get_status("shop").await.unwrap().status;
            status.filter(|status| status.current_healthy == Some(2))
        })
        .await;
    let names = shop.names().await;
    let relay = Relay::start(&stage);
    let mut lab = Lab::of(&stage, relay.kubeconfig.path()).await;
    let plan = lab.plan(&fault("evict: { pods: app=shop, count: 1 }")).await.unwrap();
    let expected = "PodDisruptionBudget/shop allows 0 of the 1 evictions now";
    assert!(plan.warnings.iter().any(|warning| warning.starts_with(expected)), "{:?}", plan.warnings);
    let before = relay.asked().len();
    match lab.inject(&plan).await.unwrap() {
        Injected::Protected { why } => assert!(why.contains("disruption budget"), "{why}"),
        Injected::Done => panic!("the budget protects nothing"),
    }
    let asked = relay.asked().split_off(before);
    let eviction = format!("/pods/{}/eviction?", plan.victims[0].object.name);
    let is_it = |line: &String| line.starts_with("POST ") && line.contains(&eviction);
    assert!(asked.len() == 1 && is_it(&asked[0]), "it is told at once, and nobody asks again: {asked:?}");
    assert_eq!(shop.names().await, names, "nobody went");
    lab.end().await;
    stage.end().await;
}
