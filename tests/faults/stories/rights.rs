//! The rights that a kind asks for are those that it needs: with them it works, and without any one of them it does
//! not, in words that name it.

use super::resources::limited;
use crate::account::Account;
use crate::lab::{Lab, fault};
use crate::stage::*;
use k8s_openapi::api::apps::v1::Deployment;
use shakedown::cluster::Right;
use shakedown::fault::{Effect, Fault};
use std::time::Duration;

/// A watch that may not be is refused long before.
const WITHIN: Duration = Duration::from_secs(30);

/// What the journal of every run needs.
fn journal_rights(namespace: &str) -> Vec<Right> {
    shakedown::fault::rights(namespace, "", "configmaps", &["create", "get", "patch", "delete"])
}

/// Does all that is done with a fault; the first trouble in words.
async fn trouble(lab: &mut Lab<'_>, fault: &Fault) -> Option<String> {
    let plan = match lab.plan(fault).await {
        Ok(plan) => plan,
        Err(error) => return Some(error.to_string()),
    };
    if let Err(error) = lab.inject(&plan).await {
        return Some(error.to_string());
    }
    match lab.prove(&plan, WITHIN).await {
        Effect::Proven(_) => lab.try_back().await,
        Effect::Unproven(why) => Some(why),
    }
}

/// "cannot delete resource \"pods\"", as the server words it.
fn denial(right: &Right) -> String {
    format!("cannot {} resource \"{}\"", right.verb, right.resource)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_works_with_its_rights_and_with_none_of_them_missing() {
    let stage = Stage::alone("rights").await;
    let shop = limited(&stage).await;
    let account = Account::new(&stage).await;
    // The first is for rollback: it needs a revision before the present one.
    for text in [
        "rollout_restart: { deployment: shop }",
        "rollback: { deployment: shop }",
        "pod_kill: { pods: app=shop, count: 1 }",
        "pod_kill: { pods: { labels: app=shop, zone: zone-a }, count: 1 }",
        "evict: { pods: app=shop, count: 1, grace: 1s }",
        "scale: { deployment: shop, replicas: 3 }",
        "cpu_limit: { pods: app=shop, limit: 50m }",
        "{ cpu_stress: { pods: app=shop, cores: 50m }, for: 10s }",
        "{ memory_pressure: { pods: app=shop, size: 1MiB }, for: 10s }",
        "bad_rollout: { deployment: shop, failing_readiness: true }",
        "cordon: { nodes: { names: [NODE] } }",
        "drain: { nodes: { names: [NODE] }, grace: 1s }",
        "zone_outage: { zone: zone-a }",
    ] {
        let zoned = text.contains("zone-a");
        if zoned && !stage.world.is_playground() {
            eprintln!("skipped: the zones of this cluster have other names");
            continue;
        }
        let ours = async || {
            let pods = shop.pods().await;
            pods[0].spec.as_ref().unwrap().node_name.clone().unwrap()
        };
        let node = ours().await;
        let rights = fault(&text.replace("NODE", &node)).kind.rights(&stage.namespace);
        let all = [rights.clone(), journal_rights(&stage.namespace)].concat();
        for missing in std::iter::once(None).chain(rights.iter().map(Some)) {
            if zoned {
                spread_to_zone_a(&stage, &shop).await;
            }
            let fault = fault(&text.replace("NODE", &ours().await));
            account.may_only(&all, missing).await;
            let mut lab = Lab::of(&stage, account.kubeconfig.path()).await;
            let trouble = trouble(&mut lab, &fault).await;
            match (missing, trouble) {
                (None, None) => {}
                (Some(right), Some(why)) => {
                    assert!(why.contains(&denial(right)), "{text} without {right}: {why}");
                }
                // What the first list shows needs no watch.
                (Some(right), None) if right.verb == "watch" => {}
                // Where no rollout has copied a note there is none to take away.
                (Some(right), None) if right.resource == "replicasets" && right.verb == "patch" => {}
                other => panic!("{text}: {other:?}"),
            }
            account.may_only(&all, None).await;
            lab.end().await;
            shop.serves(2).await;
        }
    }
    account.end().await;
    stage.end().await;
}

/// Makes the Pods anew until one is in the zone: what the zone lost stays where it went.
async fn spread_to_zone_a(stage: &Stage, shop: &Shop<'_>) {
    let is_there = |node: &str| node == "node-a";
    loop {
        let pods = shop.pods().await;
        if pods.iter().any(|pod| pod.spec.as_ref().unwrap().node_name.as_deref().is_some_and(is_there)) {
            return;
        }
        stage.api::<Deployment>().restart("shop").await.unwrap();
        stage
            .until("all Pods are new", async || {
                let now = shop.names().await;
                let old = |name: &String| pods.iter().any(|pod| pod.metadata.name.as_ref() == Some(name));
                (now.len() == 2 && !now.iter().any(old)).then_some(())
            })
            .await;
        shop.serves(2).await;
    }
}
