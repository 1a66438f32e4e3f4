//! The rights that a kind asks for are those that it needs: with them it works, and without any one of them it does
//! not, in words that name it.

use super::resources::limited;
use super::zones::{is_there, zone_of};
use crate::account::Account;
use crate::lab::{Lab, fault};
use crate::stage::*;
use k8s_openapi::api::apps::v1::Deployment;
use serde_json::json;
use shakedown::cluster::Right;
use shakedown::fault::{Effect, Fault, FaultSpec};

/// On Pods.
const PODS: &[&str] = &[
    "pod_kill: { pods: app=shop, count: 1 }",
    "evict: { pods: app=shop, count: 1, grace: 1s }",
    "cpu_limit: { pods: app=shop, limit: 50m }",
    "{ cpu_stress: { pods: app=shop, cores: 50m }, for: 10s }",
    "{ memory_pressure: { pods: app=shop, size: 1MiB }, for: 10s }",
    "command: { run: COMMAND, undo: COMMAND, check: COMMAND, in: { pods: app=shop } }",
    "{ partition: { pods: app=shop }, within: 2s }",
    RESTORE,
];
/// A database that is a file, and there as long as the file is not: the container has no other.
const RESTORE: &str = "restore: { database: drill_rights, destroys: database drill_rights, backup: ['true'], destroy: \
                       [touch, /tmp/drill_rights.gone], restore: [rm, -f, /tmp/drill_rights.gone], check: [test, '!', -e, \
                       /tmp/drill_rights.gone], in: { pods: { names: [POD] } } }";
/// On workloads. The first is for `rollback`: it needs a revision before the present one.
const WORKLOADS: &[&str] = &[
    "rollout_restart: { deployment: shop }",
    "rollback: { deployment: shop }",
    "scale: { deployment: shop, replicas: 3 }",
    "bad_rollout: { deployment: shop, failing_readiness: true }",
];
/// On nodes and zones.
const NODES: &[&str] = &[
    "cordon: { nodes: { names: [NODE] } }",
    "drain: { nodes: { names: [NODE] }, grace: 1s }",
    "pod_kill: { pods: { labels: app=shop, zone: zone-a }, count: 1 }",
    "zone_outage: { zone: zone-a }",
    "{ zone_outage: { zone: zone-a, mode: quarantine }, within: 2s }",
];
/// On Services.
const SERVICES: &[&str] = &[
    "service_blackhole: { service: shop }",
    "selector_switch: { service: shop, to: LABELS }",
    "network: { service: shop, reset: true }",
];
/// Each way by itself: where none is named, the rights are those of all that are possible.
const OUTAGES: &[&str] = &[
    "db_outage: { service: shop, by: refuse }",
    "db_outage: { service: shop, by: blackhole }",
    "db_outage: { service: shop, by: kill }",
    "db_outage: { service: shop, by: scale, workload: deployment/shop }",
    "{ db_outage: { service: shop, by: partition }, within: 2s }",
];

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_on_pods_needs_its_rights_and_no_other() {
    each(Stage::new("rights-pods").await, PODS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_on_workloads_needs_its_rights_and_no_other() {
    each(Stage::new("rights-workloads").await, WORKLOADS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_on_nodes_needs_its_rights_and_no_other() {
    each(Stage::alone("rights-nodes").await, NODES).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_on_services_needs_its_rights_and_no_other() {
    each(Stage::new("rights-services").await, SERVICES).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_way_of_a_database_outage_needs_its_rights_and_no_other() {
    each(Stage::new("rights-outages").await, OUTAGES).await;
}

#[test]
fn the_rights_of_no_kind_are_forgotten() {
    let all = [PODS, WORKLOADS, NODES, SERVICES, OUTAGES].concat();
    for kind in FaultSpec::KINDS {
        assert!(all.iter().any(|text| text.contains(&format!("{kind}: {{"))), "`{kind}` is not tried");
    }
}

/// What the journal of every run needs.
fn journal_rights(namespace: &str) -> Vec<Right> {
    shakedown::fault::rights(namespace, "", "configmaps", &["create", "get", "patch", "delete"])
}

/// "cannot delete resource \"pods\"", as the server words it.
fn denial(right: &Right) -> String {
    format!("cannot {} resource \"{}\"", right.verb, right.resource)
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
    match lab.prove(&plan, fault.within).await {
        Effect::Proven(_) => {}
        // Whether policies act is the matter of the cluster's network, and not of rights.
        Effect::Unproven(why) if why.contains("this CNI") && !why.contains("forbidden") => {}
        Effect::Unproven(why) => return Some(why),
    }
    lab.take_back_in_vain().await
}

/// What stands for the places in a text, as it is now.
async fn filled(stage: &Stage, shop: &Shop<'_>, text: &str) -> Fault {
    let pod = shop.pods().await.remove(0);
    // On a cluster the image has no other programs.
    let command =
        if stage.world.is_playground() { json!(["true"]) } else { json!(["/shakedown", "--version"]) };
    let text = text
        .replace("POD", pod.metadata.name.as_deref().unwrap())
        .replace("NODE", pod.spec.unwrap().node_name.as_deref().unwrap())
        .replace("LABELS", &json!(pod.metadata.labels.unwrap()).to_string())
        .replace("COMMAND", &command.to_string());
    fault(&text)
}

/// Tries each fault with all its rights, and with each of them missing.
async fn each(stage: Stage, texts: &[&str]) {
    let shop = limited(&stage).await;
    let account = Account::new(&stage).await;
    for text in texts {
        if text.contains("zone-a") && !is_there(&stage, "zone-a").await {
            support::skipped(format_args!("{text}: this cluster has no zone of that name"));
            continue;
        }
        if *text == RESTORE && !stage.world.is_playground() {
            support::skipped("restore: the image has no programs that could play a database");
            continue;
        }
        let rights = filled(&stage, &shop, text).await.kind.rights(&stage.namespace);
        let all = [rights.clone(), journal_rights(&stage.namespace)].concat();
        for missing in std::iter::once(None).chain(rights.iter().map(Some)) {
            if text.contains("zone-a") {
                spread_to_zone_a(&stage, &shop).await;
            }
            let fault = filled(&stage, &shop, text).await;
            account.may_only(&all, missing).await;
            let mut lab = Lab::of(&stage, account.kubeconfig.path()).await;
            match (missing, trouble(&mut lab, &fault).await) {
                (None, None) => {}
                (Some(right), Some(why)) => {
                    assert!(why.contains(&denial(right)), "{text} without {right}: {why}");
                }
                // What the first list shows needs no watch; newer servers want `create` for a command, older ones `get`.
                (Some(right), None) if right.verb == "watch" || right.resource == "pods/exec" => {}
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
    loop {
        let pods = shop.pods().await;
        for pod in &pods {
            if zone_of(stage, pod).await.as_deref() == Some("zone-a") {
                return;
            }
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
