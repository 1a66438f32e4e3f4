//! A helper put into a Pod that runs.

use crate::stage::*;
use k8s_openapi::api::core::v1::{ContainerStateTerminated, Pod};
use kube::api::{LogParams, Patch, PatchParams};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn an_ephemeral_container_runs_beside_the_others_and_ends_by_itself() {
    let stage = Stage::new("ephemeral").await;
    let shop = Shop::new(&stage, 1).await;
    let name = shop.names().await.remove(0);
    let pods = stage.api::<Pod>();
    let helper =
        json!({"name": "helper", "image": image(), "imagePullPolicy": "IfNotPresent", "args": ["--version"]});
    let patch = Patch::Strategic(json!({"spec": {"ephemeralContainers": [helper]}}));
    pods.patch_ephemeral_containers(&name, &PatchParams::default(), &patch).await.unwrap();
    let ended = stage.until("the helper has ended", async || ended(&pods.get(&name).await.unwrap())).await;
    assert_eq!((ended.exit_code, ended.reason.as_deref()), (0, Some("Completed")));
    let params = LogParams { container: Some("helper".to_owned()), ..LogParams::default() };
    let said = pods.logs(&name, &params).await.unwrap();
    assert_eq!(said.trim(), format!("shakedown {}", env!("CARGO_PKG_VERSION")));
    assert_eq!(shop.names().await, [name], "the Pod is the same");
    shop.serves(1).await;
    stage.end().await;
}

fn ended(pod: &Pod) -> Option<ContainerStateTerminated> {
    pod.status.as_ref()?.ephemeral_container_statuses.as_ref()?.first()?.state.clone()?.terminated
}
