//! What a user feels when a Pod is killed.

use crate::stage::*;
use k8s_openapi::api::core::v1::Pod;
use std::path::PathBuf;
use std::time::Instant;

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_pod_is_really_gone_and_what_failed_meanwhile_is_counted() {
    let stage = Stage::new("killed").await;
    let shop = Shop::new(&stage, 3).await;
    let before = shop.names().await;
    let victim = shop.pods().await.remove(0);
    let process = process(&victim);
    if stage.world.is_playground() {
        assert!(process.as_ref().unwrap().exists(), "its process runs on this machine");
    }
    let pods = Timeline::<Pod>::from_now(&stage).await;
    let prober = Prober::start(shop.address, 100);
    let begun = Instant::now();
    stage.api::<Pod>().delete(victim.metadata.name.as_ref().unwrap(), &grace(0)).await.unwrap();
    shop.replacement(&pods, &before).await;
    let took = begun.elapsed();
    shop.serves(3).await;
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    let answers = prober.end().await;
    // Elsewhere the processes of Pods are those of another machine, or of another user.
    if stage.world.is_playground() {
        assert!(!process.unwrap().exists(), "its process is gone");
    }
    let (bad, trouble) = (answers.bad, answers.trouble);
    println!("ready again after {took:?}; {bad} requests failed, the first and the last {trouble:?} apart");
    assert!(answers.good > answers.bad && answers.last_good >= 10, "it is over: {answers:?}");
    stage.end().await;
}

/// Where the system tells of the process of the first container, on the playground.
fn process(pod: &Pod) -> Option<PathBuf> {
    let id = pod.status.as_ref()?.container_statuses.as_ref()?.first()?.container_id.clone()?;
    Some(PathBuf::from(format!("/proc/{}", id.strip_prefix("process://")?)))
}
