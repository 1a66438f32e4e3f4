//! To no replica and back.

use crate::stage::*;
use k8s_openapi::api::apps::v1::Deployment;
use kube::api::{Patch, PatchParams};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn without_replicas_connections_are_refused_until_they_are_back() {
    let stage = Stage::new("scale").await;
    let shop = Shop::new(&stage, 2).await;
    let scale = async |replicas: i32| {
        let patch = Patch::Merge(json!({"spec": {"replicas": replicas}}));
        let answer =
            stage.api::<Deployment>().patch_scale("shop", &PatchParams::default(), &patch).await.unwrap();
        assert_eq!(answer.spec.unwrap().replicas.unwrap_or(0), replicas);
    };
    scale(0).await;
    shop.serves(0).await;
    shop.refuses().await;
    scale(2).await;
    shop.serves(2).await;
    shop.connection().await;
    stage.end().await;
}
