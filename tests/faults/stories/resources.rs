//! Less CPU, and containers that use it up.

use crate::lab::{Lab, written};
use crate::stage::*;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Pod;
use kube::api::{Patch, PatchParams};
use serde_json::{Value, json};

/// The shop with a CPU limit, rolled out.
pub async fn limited(stage: &Stage) -> Shop<'_> {
    let shop = Shop::new(stage, 0).await;
    let resources = json!({"limits": {"cpu": "500m"}, "requests": {"cpu": "100m"}});
    let containers = json!([{"name": "shop", "resources": resources}]);
    let patch = json!({"spec": {"replicas": 2, "template": {"spec": {"containers": containers}}}});
    stage.api::<Deployment>().patch("shop", &PatchParams::default(), &Patch::Strategic(patch)).await.unwrap();
    shop.serves(2).await;
    shop.connection().await;
    shop
}

fn held_to(pod: &Pod) -> Value {
    let statuses = pod.status.as_ref().unwrap().container_statuses.as_ref().unwrap();
    serde_json::to_value(&statuses[0].resources).unwrap()["limits"]["cpu"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn running_containers_are_held_to_less_cpu_and_get_theirs_back() {
    let stage = Stage::new("limit").await;
    let shop = limited(&stage).await;
    let before = shop.pods().await;
    let mut lab = Lab::new(&stage).await;
    let (plan, seen) = lab.act("cpu_limit: { pods: app=shop, count: 1, limit: 50m }").await;
    assert!(seen.starts_with("1 containers are held to 50m CPU"), "{seen}");
    let name = &plan.victims[0].object.name;
    let pod = stage.api::<Pod>().get(name).await.unwrap();
    let resources = &written(&pod)["spec"]["containers"][0]["resources"];
    assert_eq!((&resources["limits"]["cpu"], &resources["requests"]["cpu"]), (&json!("50m"), &json!("50m")));
    assert_eq!(held_to(&pod), "50m");
    // How much slower it answers is for gates to say; that it still answers is seen here.
    shop.connection().await;
    lab.undo().await;
    stage
        .until("the node has given it back", async || {
            let pods = shop.pods().await;
            pods.iter().all(|pod| held_to(pod) == "500m").then_some(())
        })
        .await;
    let specs = |pods: &[Pod]| pods.iter().map(written).collect::<Vec<_>>();
    assert_eq!(specs(&shop.pods().await), specs(&before), "the same Pods, as before");
    lab.end().await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn containers_that_use_cpu_and_memory_run_in_the_pods_one_after_the_other() {
    let stage = Stage::new("stress").await;
    let shop = Shop::new(&stage, 2).await;
    let names = shop.names().await;
    let mut lab = Lab::new(&stage).await;
    let mut expected = 0;
    for text in [
        "{ cpu_stress: { pods: app=shop, count: 1, cores: 250m }, for: 60s }",
        "{ memory_pressure: { pods: app=shop, count: 1, size: 16MiB }, for: 60s }",
    ] {
        let (plan, seen) = lab.act(text).await;
        assert_eq!(seen, "1 containers run");
        expected += 1;
        let pod = stage.api::<Pod>().get(&plan.victims[0].object.name).await.unwrap();
        let containers = pod.spec.unwrap().ephemeral_containers.unwrap();
        assert_eq!(containers.len(), expected, "the same seed hits the same Pod");
        assert!(
            containers.iter().all(|one| one.security_context.as_ref().unwrap().run_as_non_root == Some(true))
        );
        shop.connection().await;
    }
    assert_eq!(shop.names().await, names, "the Pods are the same");
    lab.end().await;
    stage.end().await;
}
