//! Other numbers of replicas.

use crate::lab::{Lab, shop_as_written};
use crate::stage::*;
use k8s_openapi::api::apps::v1::Deployment;
use kube::api::{Patch, PatchParams};
use serde_json::json;
use std::io::ErrorKind::ConnectionRefused;
use tokio::net::TcpStream;

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
    assert!(
        noted["shakedown.dev/undo"].contains(lab.cx.run.as_str()),
        "the object says who did it: {noted:?}"
    );
    stage
        .until("a connection is refused", async || {
            let error = TcpStream::connect(shop.address).await.err()?;
            (error.kind() == ConnectionRefused).then_some(())
        })
        .await;
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
    let back = lab.take_back().await;
    assert!(back.left.is_empty(), "{back:?}");
    assert!(back.overtaken[0].contains("/spec/replicas is now 3"), "{back:?}");
    shop.serves(3).await;
    assert_eq!(shop_as_written(&stage).await["annotations"], json!(null), "the note is gone all the same");
    lab.end().await;
    stage.end().await;
}
