//! Nodes that are closed, emptied, or lost with their zone.

use crate::lab::{Lab, written};
use crate::stage::*;
use k8s_openapi::api::core::v1::{Node, Pod};
use kube::Api;
use kube::api::ListParams;
use serde_json::Value;

fn node_of(pod: &Pod) -> String {
    pod.spec.as_ref().unwrap().node_name.clone().unwrap()
}

async fn node(stage: &Stage, name: &str) -> Node {
    Api::<Node>::all(stage.client.clone()).get(name).await.unwrap()
}

async fn nodes(stage: &Stage) -> Vec<Value> {
    let nodes = Api::<Node>::all(stage.client.clone()).list(&ListParams::default()).await.unwrap();
    nodes.items.iter().map(written).collect()
}

fn is_closed(node: &Node) -> bool {
    node.spec.as_ref().unwrap().unschedulable == Some(true)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cordoned_node_keeps_its_pods_and_takes_no_new_ones() {
    let stage = Stage::alone("cordon").await;
    let shop = Shop::new(&stage, 2).await;
    let (before, pods) = (nodes(&stage).await, shop.pods().await);
    let name = node_of(&pods[0]);
    let mut lab = Lab::new(&stage).await;
    let (plan, _) = lab.act(&format!("cordon: {{ nodes: {{ names: [{name}] }} }}")).await;
    assert_eq!(plan.victims.len(), 1);
    assert!(is_closed(&node(&stage, &name).await));
    shop.serves(2).await;
    assert_eq!(shop.names().await.len(), pods.len(), "its Pods stay");
    lab.undo().await;
    assert_eq!(nodes(&stage).await, before);
    lab.end().await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drained_node_has_none_of_our_pods_and_names_those_that_stay() {
    let stage = Stage::alone("drained").await;
    let shop = Shop::new(&stage, 3).await;
    let stranger = Stage::new("stranger").await;
    let (before, pods) = (nodes(&stage).await, shop.pods().await);
    let name = node_of(&pods[0]);
    let there = pods.iter().filter(|pod| node_of(pod) == name).count();
    let mut lab = Lab::new(&stage).await;
    let (plan, _) = lab.act(&format!("drain: {{ nodes: {{ names: [{name}] }}, grace: 1s }}")).await;
    assert_eq!(plan.victims.len(), 1 + there, "the node and its Pods: {:?}", plan.victims);
    assert!(is_closed(&node(&stage, &name).await));
    if before.len() > 1 {
        shop.serves(3).await;
        assert!(shop.pods().await.iter().all(|pod| node_of(pod) != name));
        shop.connection().await;
    }
    lab.undo().await;
    assert_eq!(nodes(&stage).await, before);
    shop.serves(3).await;
    lab.end().await;
    stranger.end().await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_zone_loses_our_pods_and_the_others_serve() {
    let stage = Stage::alone("zone").await;
    let shop = Shop::new(&stage, 3).await;
    let (before, pods) = (nodes(&stage).await, shop.pods().await);
    let first = node(&stage, &node_of(&pods[0])).await;
    let zone = first.metadata.labels.unwrap_or_default().remove("topology.kubernetes.io/zone");
    let Some(zone) = zone else {
        eprintln!("skipped: the nodes of this cluster are in no zones");
        return stage.end().await;
    };
    let prober = Prober::start(shop.address, 50);
    let mut lab = Lab::new(&stage).await;
    let (plan, seen) = lab.act(&format!("zone_outage: {{ zone: {zone} }}")).await;
    assert!(seen.contains("unschedulable") && seen.contains("gone"), "{seen}");
    let killed: Vec<&str> = plan.victims.iter().map(|victim| victim.object.name.as_str()).collect();
    assert!(killed.contains(&pods[0].metadata.name.as_deref().unwrap()), "{killed:?}");
    shop.serves(3).await;
    for pod in shop.pods().await {
        let there = node(&stage, &node_of(&pod)).await.metadata.labels.unwrap_or_default();
        assert_ne!(
            there.get("topology.kubernetes.io/zone"),
            Some(&zone),
            "nothing of ours is back in the zone"
        );
    }
    shop.connection().await;
    let answers = prober.end().await;
    assert!(answers.good > answers.bad, "the other zones serve: {answers:?}");
    lab.undo().await;
    assert_eq!(nodes(&stage).await, before);
    lab.end().await;
    stage.end().await;
}
