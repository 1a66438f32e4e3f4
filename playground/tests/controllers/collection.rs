//! What is owned goes with its owner; a namespace goes when it is empty.

use crate::stage::{SPACE, Stage, deployment, kind};
use playground::cluster::{DeleteOptions, Propagation};
use playground::object;
use playground::store::Write;
use serde_json::json;

async fn ready_deployment() -> Stage {
    let stage = Stage::new();
    stage.create("Deployment", deployment(2));
    let ready = || {
        let api = stage.get("Deployment", "api")?;
        (api["status"]["availableReplicas"] == 2).then_some(())
    };
    stage.play("two ready pods", |_| false, ready).await;
    stage
}

#[tokio::test]
async fn in_the_background_the_owner_goes_first() {
    let stage = ready_deployment().await;
    stage.delete("Deployment", "api", Propagation::Background);
    assert!(stage.get("Deployment", "api").is_none());
    let gone = || (stage.list("Pod").is_empty() && stage.list("ReplicaSet").is_empty()).then_some(());
    stage.play("the cascade", |_| false, gone).await;
}

#[tokio::test]
async fn in_the_foreground_the_owner_waits_for_its_pods() {
    let stage = ready_deployment().await;
    stage.delete("Deployment", "api", Propagation::Foreground);
    let leaving = || stage.list("Pod").iter().all(|pod| object::is_terminating(pod)).then_some(());
    stage.until("Pod", "all pods leaving", leaving).await;
    assert!(object::is_terminating(&stage.get("Deployment", "api").unwrap()));
    for pod in stage.list("Pod") {
        stage.finish(&pod);
    }
    let gone = || stage.get("Deployment", "api").is_none().then_some(());
    stage.until("Deployment", "the owner's end", gone).await;
    assert!(stage.list("ReplicaSet").is_empty());
}

#[tokio::test]
async fn orphans_stay_and_are_adopted_by_a_new_owner() {
    let stage = ready_deployment().await;
    let pods = stage.list("Pod");
    stage.delete("Deployment", "api", Propagation::Orphan);
    let gone = || stage.get("Deployment", "api").is_none().then_some(());
    stage.until("Deployment", "the owner's end", gone).await;
    let sets = stage.list("ReplicaSet");
    assert!(object::controller(&sets[0]).is_none());
    let again = stage.create("Deployment", deployment(2));
    let adopted = || {
        let sets = stage.list("ReplicaSet");
        (object::controller(&sets[0])?["uid"] == again["metadata"]["uid"]).then_some(())
    };
    stage.until("ReplicaSet", "the adoption", adopted).await;
    let uids = |pods: &[std::sync::Arc<serde_json::Value>]| -> Vec<_> {
        pods.iter().map(|pod| object::uid(pod).to_owned()).collect()
    };
    assert_eq!(uids(&stage.list("Pod")), uids(&pods));
}

#[tokio::test]
async fn a_namespace_goes_when_the_last_of_its_pods_is_gone() {
    let stage = ready_deployment().await;
    stage.create("ConfigMap", json!({"metadata": {"name": "settings"}}));
    let account = || stage.get("ServiceAccount", "default").map(drop);
    stage.until("ServiceAccount", "the default account", account).await;
    stage.cluster.delete(kind("Namespace"), ("", SPACE), &DeleteOptions::default(), Write::Commit).unwrap();
    let cleared = || stage.get("ConfigMap", "settings").is_none().then_some(());
    stage.until("ConfigMap", "the end of the settings", cleared).await;
    let leaving = || stage.list("Pod").iter().all(|pod| object::is_terminating(pod)).then_some(());
    stage.until("Pod", "all pods leaving", leaving).await;
    let namespace = stage.cluster.get(kind("Namespace"), "", SPACE).unwrap();
    assert_eq!(namespace["status"]["phase"], "Terminating");
    for pod in stage.list("Pod") {
        stage.finish(&pod);
    }
    let gone = || stage.cluster.get(kind("Namespace"), "", SPACE).is_err().then_some(());
    stage.until("Namespace", "the end of the namespace", gone).await;
    assert!(stage.list("Event").is_empty());
}
