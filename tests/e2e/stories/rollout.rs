//! New revisions: a good one, a bad one, and the way back.

use crate::stage::*;
use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet};
use kube::api::{ListParams, Patch, PatchParams};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_rolling_restart_fails_no_request() {
    let stage = Stage::new("restart").await;
    let shop = Shop::new(&stage, 3).await;
    let before = shop.names().await;
    let prober = Prober::start(shop.address, 50);
    stage.api::<Deployment>().restart("shop").await.unwrap();
    stage
        .until("all pods are new", async || {
            let now = shop.names().await;
            (now.len() == 3 && now.iter().all(|name| !before.contains(name))).then_some(())
        })
        .await;
    shop.serves(3).await;
    let answers = prober.end().await;
    assert!(answers.bad == 0 && answers.good > 50, "{answers:?}");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_image_stops_the_rollout_and_undo_brings_the_old_one_back() {
    let stage = Stage::new("rollout").await;
    let shop = Shop::new(&stage, 3).await;
    let before = shop.names().await;
    let deployments = Timeline::<Deployment>::from_now(&stage).await;
    set_image(&stage, "shakedown.invalid/no-such-image:1").await;

    let seen = deployments
        .until("the deadline is over", |change| {
            condition(change.object(), "Progressing") == ["False", "ProgressDeadlineExceeded"]
        })
        .await;
    let last = seen.last().unwrap().object();
    assert_eq!(condition(last, "Available"), ["True", "MinimumReplicasAvailable"]);
    let status = last.status.clone().unwrap();
    let counts = (status.replicas, status.updated_replicas, status.available_replicas);
    assert_eq!(counts, (Some(4), Some(1), Some(3)), "one surplus pod, and the old ones serve");
    let waiting = stage
        .until("the image cannot be pulled", async || {
            let pods = shop.pods().await;
            let mut waiting = pods.iter().filter(|pod| !before.contains(pod.metadata.name.as_ref().unwrap()));
            let status = waiting.next()?.status.clone()?.container_statuses?.first()?.state.clone()?;
            status.waiting?.reason.filter(|reason| reason != "ContainerCreating")
        })
        .await;
    assert!(["ErrImagePull", "ImagePullBackOff"].contains(&waiting.as_str()), "{waiting}");

    set_image(&stage, &image()).await;
    stage
        .until("it is complete again", async || {
            let now = stage.api::<Deployment>().get("shop").await.unwrap();
            (condition(&now, "Progressing") == ["True", "NewReplicaSetAvailable"]
                && now.status.clone()?.observed_generation == now.metadata.generation
                && now.status?.replicas == Some(3))
            .then_some(())
        })
        .await;
    assert_eq!(shop.names().await, before, "the old pods never went");
    let sets = stage.api::<ReplicaSet>().list(&ListParams::default()).await.unwrap().items;
    assert_eq!(sets.len(), 2, "the old revision is used again, no third is made");
    stage.end().await;
}

async fn set_image(stage: &Stage, image: &str) {
    let patch: Value =
        json!({"spec": {"template": {"spec": {"containers": [{"name": "shop", "image": image}]}}}});
    stage.api::<Deployment>().patch("shop", &PatchParams::default(), &Patch::Strategic(patch)).await.unwrap();
}

/// The status and the reason of a condition.
fn condition(deployment: &Deployment, name: &str) -> [String; 2] {
    let list = deployment.status.clone().unwrap_or_default().conditions.unwrap_or_default();
    let found = list.into_iter().find(|one| one.type_.as_deref() == Some(name));
    found.map(|one| [one.status.unwrap_or_default(), one.reason.unwrap_or_default()]).unwrap_or_default()
}
