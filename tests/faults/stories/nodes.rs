//! Nodes that are closed or emptied.

use crate::lab::{Lab, written};
use crate::stage::*;
use k8s_openapi::api::core::v1::{Namespace, Node, Pod};
use kube::Api;
use kube::api::{DeleteParams, ListParams, PostParams};
use serde_json::{Value, json};

pub fn node_of(pod: &Pod) -> String {
    pod.spec.as_ref().unwrap().node_name.clone().unwrap()
}

pub async fn node(stage: &Stage, name: &str) -> Node {
    Api::<Node>::all(stage.client.clone()).get(name).await.unwrap()
}

pub async fn nodes(stage: &Stage) -> Vec<Value> {
    let nodes = Api::<Node>::all(stage.client.clone()).list(&ListParams::default()).await.unwrap();
    nodes.items.iter().map(written).collect()
}

pub fn is_closed(node: &Node) -> bool {
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
    let (before, pods) = (nodes(&stage).await, shop.pods().await);
    let name = node_of(&pods[0]);
    let stranger = stranger_on(&stage, &name).await;
    let there = pods.iter().filter(|pod| node_of(pod) == name).count();
    let mut lab = Lab::new(&stage).await;
    let (plan, _) = lab.act(&format!("drain: {{ nodes: {{ names: [{name}] }}, grace: 1s }}")).await;
    assert_eq!(plan.victims.len(), 1 + there, "the node and its Pods: {:?}", plan.victims);
    let said = |warning: &String| warning.contains("Pods stay on the nodes: ") && warning.contains(&stranger);
    assert!(plan.warnings.iter().any(said), "{stranger} is not named: {:?}", plan.warnings);
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
    let (other, name) = stranger.split_once('/').unwrap();
    let stayed = Api::<Pod>::namespaced(stage.client.clone(), other).get(name).await.unwrap();
    assert_eq!(stayed.metadata.deletion_timestamp, None);
    Api::<Namespace>::all(stage.client.clone()).delete(other, &DeleteParams::default()).await.unwrap();
    stage.end().await;
}

/// A Pod of somebody else on the node, as `namespace/name`.
async fn stranger_on(stage: &Stage, node: &str) -> String {
    let other = format!("{}-stranger", stage.namespace);
    let namespace = object(&json!({"metadata": {"name": other}}));
    let params = PostParams::default();
    Api::<Namespace>::all(stage.client.clone()).create(&params, &namespace).await.unwrap();
    let container = json!({"name": "shop", "image": image(), "imagePullPolicy": "IfNotPresent",
        "args": ["shop", "--listen", "$(POD_IP):8080"],
        "env": [{"name": "POD_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}]});
    let pod = object(&json!({"metadata": {"name": "stranger"},
        "spec": {"nodeName": node, "terminationGracePeriodSeconds": 0, "containers": [container]}}));
    let pods = Api::<Pod>::namespaced(stage.client.clone(), &other);
    // Pods are refused until the account of the namespace is there.
    stage.until("the stranger is made", async || pods.create(&params, &pod).await.ok()).await;
    format!("{other}/stranger")
}
