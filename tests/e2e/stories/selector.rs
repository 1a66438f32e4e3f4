//! A Service that points somewhere else.

use crate::stage::*;
use k8s_openapi::api::core::v1::Service;
use kube::api::{Patch, PatchParams};
use serde_json::{Value, json};
use tokio::net::TcpStream;

#[tokio::test(flavor = "multi_thread")]
async fn fresh_connections_follow_the_selector_and_held_ones_stay() {
    let stage = Stage::new("selector").await;
    let shop = Shop::new(&stage, 2).await;
    let services = stage.api::<Service>();
    let mut held = shop.connection().await;

    // A merge patch keeps the keys that it does not name: those of before must be nulled.
    let nowhere = json!({"spec": {"selector": {"app": null, "shakedown.dev/blackhole": "yes"}}});
    services.patch("shop", &PatchParams::default(), &Patch::Merge(nowhere)).await.unwrap();
    shop.serves(0).await;
    stage.until("a fresh connection fails", async || TcpStream::connect(shop.address).await.err()).await;
    assert_eq!(request(&mut held).await.unwrap(), 200, "the held one goes on");

    let test = |expected: Value| {
        let operations = json!([
            {"op": "test", "path": "/spec/selector", "value": expected},
            {"op": "replace", "path": "/spec/selector", "value": {"app": "shop"}},
        ]);
        Patch::<Value>::Json(serde_json::from_value(operations).unwrap())
    };
    let wrong = services.patch("shop", &PatchParams::default(), &test(json!({"app": "other"}))).await;
    wants(
        &refused(wrong),
        422,
        "Invalid",
        &["the server rejected our request due to an error in our request"],
    );
    let held_now = json!({"shakedown.dev/blackhole": "yes"});
    services.patch("shop", &PatchParams::default(), &test(held_now)).await.unwrap();
    shop.serves(2).await;
    shop.connection().await;
    stage.end().await;
}
