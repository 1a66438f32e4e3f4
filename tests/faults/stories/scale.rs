//! Other numbers of replicas.

use crate::lab::{Lab, fault, shop_as_written, written};
use crate::stage::*;
use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use k8s_openapi::api::core::v1::Pod;
use kube::api::{Patch, PatchParams};
use serde_json::json;
use shakedown::cluster::UNDO_PREFIX;

#[tokio::test(flavor = "multi_thread")]
async fn without_replicas_connections_are_refused_until_it_is_taken_back() {
    let stage = Stage::new("scaled").await;
    let shop = Shop::new(&stage, 2).await;
    let before = shop_as_written(&stage).await;
    let mut lab = Lab::new(&stage).await;
    let (plan, seen) = lab.act("scale: { deployment: shop, replicas: 0 }").await;
    assert_eq!(
        (plan.victims[0].detail.as_str(), seen.as_str()),
        ("2 replicas, 0 meanwhile", "Deployment/shop has 0 replicas")
    );
    let noted = stage.api::<Deployment>().get("shop").await.unwrap().metadata.annotations.unwrap();
    let note = noted.iter().find(|(key, _)| key.starts_with(UNDO_PREFIX)).unwrap().1;
    assert!(note.contains(lab.cx.run.as_str()), "the object says who did it: {noted:?}");
    shop.refuses().await;
    lab.undo().await;
    assert_eq!(shop_as_written(&stage).await, before);
    shop.serves(2).await;
    shop.connection().await;
    lab.end().await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_has_scaled_meanwhile_is_left_as_it_is() {
    let stage = Stage::new("foreign").await;
    let shop = Shop::new(&stage, 2).await;
    let mut lab = Lab::new(&stage).await;
    lab.act("scale: { deployment: shop, replicas: 1 }").await;
    let patch = Patch::Merge(json!({"spec": {"replicas": 3}}));
    stage.api::<Deployment>().patch("shop", &PatchParams::default(), &patch).await.unwrap();
    let again = lab.plan(&fault("scale: { deployment: shop, replicas: 0 }")).await.unwrap_err().to_string();
    assert!(again.contains("has changed /spec/replicas and is not over"), "{again}");
    let back = lab.take_back().await;
    assert!(back.left.is_empty(), "{back:?}");
    assert!(back.overtaken[0].contains("/spec/replicas is now 3"), "{back:?}");
    shop.serves(3).await;
    assert_eq!(shop_as_written(&stage).await["annotations"], json!(null), "the note is gone all the same");
    lab.end().await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stateful_set_is_scaled_and_restarted_too() {
    let stage = Stage::new("stateful").await;
    let container = json!({"name": "shop", "image": image(), "imagePullPolicy": "IfNotPresent",
        "args": ["shop", "--listen", "$(POD_IP):8080"],
        "env": [{"name": "POD_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}]});
    let template = json!({"metadata": {"labels": {"app": "store"}},
        "spec": {"containers": [container], "terminationGracePeriodSeconds": 1}});
    let set = json!({"metadata": {"name": "store"}, "spec": {"replicas": 1, "serviceName": "store",
        "selector": {"matchLabels": {"app": "store"}}, "template": template}});
    stage.create::<StatefulSet>(&set).await;
    let sets = stage.api::<StatefulSet>();
    let ready = async || {
        let status = sets.get("store").await.unwrap().status?;
        (status.ready_replicas == Some(1)).then_some(())
    };
    stage.until("it is ready", ready).await;
    let before = written(&sets.get("store").await.unwrap());
    let mut lab = Lab::new(&stage).await;
    let (_, seen) = lab.act("scale: { statefulset: store, replicas: 0 }").await;
    assert_eq!(seen, "StatefulSet/store has 0 replicas");
    lab.undo().await;
    assert_eq!(written(&sets.get("store").await.unwrap()), before);
    stage.until("it is ready again", ready).await;
    let uid = async || stage.api::<Pod>().get("store-0").await.unwrap().metadata.uid.unwrap();
    let old = uid().await;
    lab.act("rollout_restart: { statefulset: store }").await;
    assert_ne!(uid().await, old, "the same name, another Pod");
    lab.end().await;
    stage.end().await;
}
