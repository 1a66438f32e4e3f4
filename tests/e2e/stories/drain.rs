//! A node that is emptied.

use crate::stage::*;
use k8s_openapi::api::core::v1::{Node, Pod};
use kube::Api;
use kube::api::{ListParams, PostParams};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_drained_node_keeps_no_pod_and_takes_none_until_it_is_uncordoned() {
    let stage = Stage::alone("drain").await;
    let shop = Shop::new(&stage, 3).await;
    let nodes = Api::<Node>::all(stage.client.clone());
    let node = node_of(&shop.pods().await[0]).unwrap();
    nodes.cordon(&node).await.unwrap();
    let on_it: Vec<_> =
        shop.pods().await.into_iter().filter(|pod| node_of(pod).as_ref() == Some(&node)).collect();
    assert!(!on_it.is_empty());
    let pods = Timeline::<Pod>::from_now(&stage).await;
    for pod in &on_it {
        let name = pod.metadata.name.as_ref().unwrap();
        let eviction = json!({"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name}});
        let done: Value = stage
            .api::<Pod>()
            .create_subresource("eviction", name, &PostParams::default(), &eviction)
            .await
            .unwrap();
        assert_eq!(done["status"], "Success");
    }
    stage
        .until("the node is empty of it", async || {
            let all = stage.api::<Pod>().list(&ListParams::default()).await.unwrap();
            all.items.iter().all(|pod| node_of(pod).as_ref() != Some(&node)).then_some(())
        })
        .await;
    let count = nodes.list(&ListParams::default()).await.unwrap().items.len();
    if count > 1 {
        shop.serves(3).await;
    } else {
        // On a cluster of a single node there is nowhere to go: they wait, and say for what.
        let unschedulable = |change: &Change<Pod>| {
            let conditions =
                change.object().status.clone().unwrap_or_default().conditions.unwrap_or_default();
            conditions.iter().any(|one| one.reason.as_deref() == Some("Unschedulable"))
        };
        pods.until("the replacement waits", unschedulable).await;
    }
    nodes.uncordon(&node).await.unwrap();
    shop.serves(3).await;
    stage.end().await;
}

fn node_of(pod: &Pod) -> Option<String> {
    pod.spec.as_ref()?.node_name.clone()
}
