//! Zones that are lost, with their power or with their network.

use super::nodes::{is_closed, node, node_of, nodes};
use crate::lab::{Lab, fault, written};
use crate::stage::*;
use k8s_openapi::api::core::v1::{Node, Pod};
use k8s_openapi::api::networking::v1::NetworkPolicy;
use kube::Api;
use kube::api::ListParams;
use shakedown::fault::{Effect, Injected};
use std::time::Duration;

const ZONE: &str = "topology.kubernetes.io/zone";

pub async fn zone_of(stage: &Stage, pod: &Pod) -> Option<String> {
    node(stage, &node_of(pod)).await.metadata.labels.unwrap_or_default().remove(ZONE)
}

/// The zones of all nodes.
async fn zones(stage: &Stage) -> Vec<Option<String>> {
    let all = Api::<Node>::all(stage.client.clone()).list(&ListParams::default()).await.unwrap();
    all.items.into_iter().map(|node| node.metadata.labels.unwrap_or_default().remove(ZONE)).collect()
}

/// Whether a node is in the zone.
pub async fn is_there(stage: &Stage, zone: &str) -> bool {
    zones(stage).await.iter().any(|one| one.as_deref() == Some(zone))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_zone_loses_our_pods_and_the_others_serve() {
    let stage = Stage::alone("zone").await;
    let shop = Shop::new(&stage, 3).await;
    let (before, pods) = (nodes(&stage).await, shop.pods().await);
    let Some(zone) = zone_of(&stage, &pods[0]).await else {
        support::skipped("the nodes of this cluster are in no zones");
        return stage.end().await;
    };
    let others = zones(&stage).await.iter().any(|one| one.as_deref() != Some(&zone));
    let prober = Prober::start(shop.address, 50);
    let mut lab = Lab::new(&stage).await;
    let (plan, seen) = lab.act(&format!("zone_outage: {{ zone: {zone} }}")).await;
    assert!(seen.contains("unschedulable") && seen.contains("gone"), "{seen}");
    let killed: Vec<&str> = plan.victims.iter().map(|victim| victim.object.name.as_str()).collect();
    assert!(killed.contains(&pods[0].metadata.name.as_deref().unwrap()), "{killed:?}");
    if others {
        shop.serves(3).await;
        for pod in shop.pods().await {
            assert_ne!(
                zone_of(&stage, &pod).await.as_ref(),
                Some(&zone),
                "nothing of ours is back in the zone"
            );
        }
        shop.connection().await;
        let answers = prober.end().await;
        assert!(answers.good > answers.bad, "the other zones serve: {answers:?}");
    } else {
        // Where this zone is all there is, nobody serves until it is back; `plan` says so.
        let foretold = |warning: &String| warning.contains("no other node takes Pods");
        assert!(plan.warnings.iter().any(foretold), "{:?}", plan.warnings);
        shop.serves(0).await;
        let placed = |pod: &Pod| pod.spec.as_ref().unwrap().node_name.is_some();
        assert!(!shop.pods().await.iter().any(placed), "nothing of ours is back in the zone");
        prober.end().await;
    }
    lab.undo().await;
    assert_eq!(nodes(&stage).await, before);
    shop.serves(3).await;
    lab.end().await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zone_that_is_cut_off_keeps_its_pods_and_is_proven_only_where_policies_act() {
    let stage = Stage::alone("cutoff").await;
    let shop = Shop::new(&stage, 3).await;
    let (before, pods) = (nodes(&stage).await, shop.pods().await);
    let Some(zone) = zone_of(&stage, &pods[0]).await else {
        support::skipped("the nodes of this cluster are in no zones");
        return stage.end().await;
    };
    let mut inside = Vec::new();
    for pod in &pods {
        if zone_of(&stage, pod).await.as_ref() == Some(&zone) {
            inside.push(pod.metadata.name.clone().unwrap());
        }
    }
    let mut lab = Lab::new(&stage).await;
    let text = format!("{{ zone_outage: {{ zone: {zone}, mode: quarantine }}, for: 1m }}");
    let plan = lab.plan(&fault(&text)).await.unwrap();
    assert_eq!(lab.inject(&plan).await.unwrap(), Injected::Done);
    match lab.prove(&plan, Duration::from_secs(10)).await {
        Effect::Unproven(why) => {
            let reason = "this CNI does not enforce NetworkPolicy: a fresh connection still succeeds";
            assert!(why.contains(reason) || !stage.world.is_playground(), "{why}");
            assert!(
                !why.contains("still took Pods"),
                "the nodes are closed, and only the rest is missing: {why}"
            );
        }
        // A cluster may enforce it; the playground does not.
        Effect::Proven(seen) => assert!(!stage.world.is_playground(), "{seen}"),
    }
    let list = ListParams::default();
    let labelled = ListParams::default().labels("shakedown.dev/quarantine");
    let cut = stage.api::<Pod>().list(&labelled).await.unwrap().items;
    let mut cut: Vec<String> = cut.into_iter().map(|pod| pod.metadata.name.unwrap()).collect();
    cut.sort();
    assert_eq!(cut, inside, "those of the zone and no other");
    let policies = stage.api::<NetworkPolicy>().list(&list).await.unwrap().items;
    let [policy] = policies.as_slice() else { panic!("one policy: {policies:?}") };
    let ways = policy.spec.as_ref().unwrap().policy_types.clone().unwrap();
    assert_eq!(ways, ["Ingress", "Egress"]);
    for pod in pods.iter().filter(|pod| inside.contains(pod.metadata.name.as_ref().unwrap())) {
        assert!(is_closed(&node(&stage, &node_of(pod)).await));
    }
    lab.undo().await;
    assert_eq!(nodes(&stage).await, before);
    let written = |pods: &[Pod]| -> Vec<_> {
        pods.iter().map(|pod| (written(pod), pod.metadata.uid.clone(), pod.metadata.labels.clone())).collect()
    };
    assert_eq!(written(&shop.pods().await), written(&pods), "the same Pods, as before");
    assert!(stage.api::<NetworkPolicy>().list(&list).await.unwrap().items.is_empty());
    shop.serves(3).await;
    lab.end().await;
    stage.end().await;
}
