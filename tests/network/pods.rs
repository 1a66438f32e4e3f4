//! Pods that are cut off, and commands in and outside of them.

use crate::bench::{Bench, image_of, kind};
use crate::stage::*;
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::api::networking::v1::NetworkPolicy;
use kube::api::ListParams;
use serde_json::json;
use shakedown::fault::Effect;
use shakedown::fault::kinds::{Command, Partition};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_partition_that_nobody_enforces_is_not_proven_and_says_why() {
    let stage = Stage::new("partition").await;
    let shop = Shop::new(&stage, 2).await;
    let bench = Bench::new(&stage).await;
    let before: Vec<_> = shop.pods().await.iter().map(image_of).collect();
    let cut: Partition = kind(json!({"pods": "app=shop", "count": 1, "ports": [8080]}));
    let acting = bench.inject(&cut).await;
    let labelled = ListParams::default().labels("shakedown.dev/quarantine");
    assert_eq!(stage.api::<Pod>().list(&labelled).await.unwrap().items.len(), 1);
    assert_eq!(stage.api::<NetworkPolicy>().list(&ListParams::default()).await.unwrap().items.len(), 1);
    match bench.proves(&acting, Duration::from_secs(10)).await {
        Effect::Unproven(why) => {
            let words = "this CNI does not enforce NetworkPolicy: a fresh connection still succeeds";
            assert!(why.contains(words) || !stage.world.is_playground(), "{why}");
        }
        // A cluster may enforce it; the playground does not.
        Effect::Proven(what) => assert!(!stage.world.is_playground(), "{what}"),
    }
    bench.take_back(acting).await;
    let after: Vec<_> = shop.pods().await.iter().map(image_of).collect();
    assert_eq!(after, before);

    let outward: Partition = kind(json!({"pods": "app=shop", "direction": "egress"}));
    let acting = bench.inject(&outward).await;
    let Effect::Unproven(why) = bench.proves(&acting, Duration::from_secs(1)).await else { panic!() };
    assert!(why.contains("cannot be seen from here"), "{why}");
    bench.take_back(acting).await;
    bench.end().await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_of_this_machine_is_checked_and_taken_back() {
    let stage = Stage::new("command").await;
    let bench = Bench::new(&stage).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("harm");
    let command: Command = kind(json!({
        "run": ["touch", file], "check": ["test", "-e", file], "undo": ["rm", "-f", file],
    }));
    let acting = bench.inject(&command).await;
    assert!(file.exists());
    let proof = bench.proven(&acting).await;
    assert!(proof.contains("succeeds"), "{proof}");
    bench.take_back(acting).await;
    assert!(!file.exists());

    let in_vain: Command = kind(json!({"run": ["true"], "check": ["false"]}));
    let acting = bench.inject(&in_vain).await;
    let Effect::Unproven(why) = bench.proves(&acting, Duration::from_secs(1)).await else { panic!() };
    assert!(why.contains("no success: cannot run `false`"), "{why}");
    bench.take_back(acting).await;
    bench.end().await;
    stage.end().await;
}
