//! Deleting Pods, now and gracefully.

use crate::stage::*;
use k8s_openapi::api::core::v1::Pod;
use kube::api::{DeleteParams, Preconditions};

#[tokio::test(flavor = "multi_thread")]
async fn a_pod_deleted_now_is_replaced_and_a_wrong_uid_deletes_nothing() {
    let stage = Stage::new("now").await;
    let shop = Shop::new(&stage, 3).await;
    let before = shop.names().await;
    let victim = shop.pods().await.remove(0);
    let name = victim.metadata.name.unwrap();
    let (pods, slices) = (Timeline::<Pod>::from_now(&stage).await, Timeline::from_now(&stage).await);

    let with_uid = |uid: &str| DeleteParams {
        preconditions: Some(Preconditions { uid: Some(uid.to_owned()), resource_version: None }),
        ..grace(0)
    };
    let wrong = stage.api::<Pod>().delete(&name, &with_uid("00000000-0000-0000-0000-000000000000")).await;
    wants(&refused(wrong), 409, "Conflict", &["UID in the precondition", &name]);
    assert!(pods.so_far().is_empty(), "nothing happens to it");

    stage.api::<Pod>().delete(&name, &with_uid(&victim.metadata.uid.unwrap())).await.unwrap();
    let told = until_told(&slices, &name, None).await;
    // It leaves at once, or is seen leaving before.
    assert!([vec![None], vec![Some(LEAVING), None]].contains(&told), "{told:?}");
    let replacement = shop.replacement(&pods, &before).await;
    let seen = pods.so_far();
    let of_victim: Vec<_> =
        seen.iter().filter(|change| change.object().metadata.name.as_ref() == Some(&name)).collect();
    assert!(of_victim.last().unwrap().is_deleted(), "{of_victim:#?}");
    let gone = seen.iter().position(Change::is_deleted).unwrap();
    let ready = seen.iter().rposition(|change| change.object().metadata.name.as_ref() == Some(&replacement));
    assert!(gone < ready.unwrap());
    let told = until_told(&slices, &replacement, Some(READY)).await;
    assert!(told.iter().all(|now| [None, Some(STARTING), Some(READY)].contains(now)), "{told:?}");
    shop.serves(3).await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pod_deleted_gracefully_serves_until_its_time_is_over() {
    let stage = Stage::new("graceful").await;
    let shop = Shop::new(&stage, 2).await;
    let before = shop.names().await;
    let name = before[0].clone();
    let (pods, slices) = (Timeline::<Pod>::from_now(&stage).await, Timeline::from_now(&stage).await);
    stage.api::<Pod>().delete(&name, &DeleteParams::default()).await.unwrap();

    let own = |change: &Change<Pod>| change.object().metadata.name.as_ref() == Some(&name);
    let seen = pods.until("it is gone", |change| own(change) && change.is_deleted()).await;
    let first = seen.iter().find(|change| own(change)).unwrap().object();
    assert!(first.metadata.deletion_timestamp.is_some(), "{first:#?}");
    assert_eq!(first.metadata.deletion_grace_period_seconds, Some(10));
    assert!(is_ready(first), "it still serves");

    let told = until_told(&slices, &name, None).await;
    assert_eq!(told[0], Some(LEAVING), "not ready, serving, terminating: {told:?}");
    // The replacement does not wait for it.
    let replacement = shop.replacement(&pods, &before).await;
    let all = pods.so_far();
    let made = all.iter().position(|change| change.object().metadata.name.as_ref() == Some(&replacement));
    let gone = all.iter().position(|change| own(change) && change.is_deleted());
    assert!(made.unwrap() < gone.unwrap());
    shop.serves(2).await;
    stage.end().await;
}
