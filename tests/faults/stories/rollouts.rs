//! Revisions: the same again, a bad one, the one before.

use crate::lab::{Lab, shop_as_written};
use crate::stage::*;
use k8s_openapi::api::apps::v1::Deployment;
use kube::api::{Patch, PatchParams};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_replaces_all_pods_fails_no_request_and_stays() {
    let stage = Stage::new("restarted").await;
    let shop = Shop::new(&stage, 2).await;
    let before = shop.names().await;
    let prober = Prober::start(shop.address, 50);
    let mut lab = Lab::new(&stage).await;
    lab.act("rollout_restart: { deployment: shop }").await;
    shop.serves(2).await;
    let now = shop.names().await;
    assert!(now.iter().all(|name| !before.contains(name)), "{before:?} {now:?}");
    let answers = prober.end().await;
    assert!(answers.bad == 0 && answers.good > 0, "{answers:?}");
    lab.undo().await;
    shop.serves(2).await;
    assert_eq!(shop.names().await, now, "there is nothing to take back");
    lab.end().await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_revision_stops_the_rollout_and_old_pods_serve_until_it_is_taken_back() {
    let stage = Stage::new("bad").await;
    let shop = Shop::new(&stage, 2).await;
    let (before, names) = (shop_as_written(&stage).await, shop.names().await);
    let prober = Prober::start(shop.address, 50);
    let mut lab = Lab::new(&stage).await;
    for (text, part) in [
        ("bad_rollout: { deployment: shop, image: shakedown.invalid/no-such:1 }", "ImagePull"),
        ("bad_rollout: { deployment: shop, failing_readiness: true }", "its readiness probe fails"),
    ] {
        let (_, seen) = lab.act(text).await;
        assert!(seen.contains(part) && seen.ends_with("2 old ones are"), "{seen}");
        lab.undo().await;
        assert_eq!(shop_as_written(&stage).await, before);
        shop.serves(2).await;
        assert_eq!(shop.names().await, names, "the old Pods never went");
    }
    let answers = prober.end().await;
    assert!(answers.bad == 0 && answers.good > 0, "{answers:?}");
    lab.end().await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_brings_the_previous_template_back_and_stays() {
    let stage = Stage::new("back").await;
    let shop = Shop::new(&stage, 2).await;
    let first = shop_as_written(&stage).await;
    let environment = json!([{"name": "shop", "env": [{"name": "NEW", "value": "1"}]}]);
    let patch = Patch::Strategic(json!({"spec": {"template": {"spec": {"containers": environment}}}}));
    let mut lab = Lab::new(&stage).await;
    stage.api::<Deployment>().patch("shop", &PatchParams::default(), &patch).await.unwrap();
    lab.act("rollout_restart: { deployment: shop }").await;
    // Two revisions are newer than the first: one step leads to the second, not to the first.
    lab.act("rollback: { deployment: shop }").await;
    let now = shop_as_written(&stage).await;
    let environment = now.pointer("/spec/template/spec/containers/0/env").unwrap().to_string();
    assert!(environment.contains("NEW") && now != first, "{now}");
    assert!(
        now.pointer("/spec/template/metadata/annotations")
            .is_none_or(|map| map.as_object().is_none_or(serde_json::Map::is_empty))
    );
    shop.serves(2).await;
    shop.connection().await;
    lab.undo().await;
    assert_eq!(shop_as_written(&stage).await, now, "it stays");
    lab.end().await;
    stage.end().await;
}
