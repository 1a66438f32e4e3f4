//! Many pods at once, as a client makes them.
#![expect(clippy::unwrap_used, reason = "part of the tests")]

mod story;
#[expect(dead_code, reason = "this story uses its part")]
mod wire;

use playground::node::{HostPrograms, NodeOptions};
use playground::{Options, Playground, Upkeep};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use story::*;
use wire::{client, send};

const DEPLOYMENTS: usize = 4;
const REPLICAS: usize = 50;

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_pods_of_deployments_serve_and_go() {
    let mut options = NodeOptions::new(supervisor());
    options.host_programs = HostPrograms::Allowed;
    let playground =
        Playground::start(Options { upkeep: Upkeep::Whole(options), ..Options::default() }).await.unwrap();
    let client = client(&playground).await;
    let create = async |path: &str, object: Value| {
        let (code, made) = send(&client, "POST", path, Some("application/json"), Some(&object)).await;
        assert_eq!(code, 201, "{made}");
        made
    };
    let mut services: Vec<SocketAddr> = Vec::new();
    for index in 0..DEPLOYMENTS {
        let labels = json!({"app": format!("d{index}")});
        let probe = json!({"httpGet": {"path": "/", "port": 8080}, "periodSeconds": 1});
        let template =
            json!({"metadata": {"labels": labels}, "spec": server(json!({"readinessProbe": probe}))});
        let spec = json!({"replicas": REPLICAS, "selector": {"matchLabels": labels}, "template": template});
        let deployment = json!({"metadata": {"name": format!("d{index}")}, "spec": spec});
        create("/apis/apps/v1/namespaces/default/deployments", deployment).await;
        let spec = json!({"selector": labels, "ports": [{"port": 8080}]});
        let service = json!({"metadata": {"name": format!("d{index}")}, "spec": spec});
        let service = create("/api/v1/namespaces/default/services", service).await;
        services.push(format!("{}:8080", service["spec"]["clusterIP"].as_str().unwrap()).parse().unwrap());
    }
    let list = async |path: &str| {
        let (_, list) = send(&client, "GET", path, None, None).await;
        list["items"].as_array().unwrap().clone()
    };
    eventually("all are ready", async || {
        let all = list("/apis/apps/v1/namespaces/default/deployments").await;
        all.iter().all(|one| one["status"]["readyReplicas"] == REPLICAS)
    })
    .await;
    let pods = list("/api/v1/namespaces/default/pods").await;
    let processes: BTreeSet<u32> = pods.iter().map(pid).collect();
    assert_eq!(processes.len(), DEPLOYMENTS * REPLICAS);
    for (index, service) in services.iter().enumerate() {
        let mut seen = BTreeSet::new();
        let visits = async {
            while seen.len() < REPLICAS {
                let (code, name) = get(*service, "/").await.unwrap();
                assert!(code == 200 && name.starts_with(&format!("d{index}-")), "{code} {name}");
                seen.insert(name);
            }
        };
        let all = tokio::time::timeout(PATIENCE, visits).await;
        assert!(all.is_ok(), "the service leads to some of its pods only: {seen:?}");
    }
    let patch = json!({"spec": {"replicas": 0}});
    for index in 0..DEPLOYMENTS {
        let deployment = format!("/apis/apps/v1/namespaces/default/deployments/d{index}");
        let (code, answer) =
            send(&client, "PATCH", &deployment, Some("application/merge-patch+json"), Some(&patch)).await;
        assert_eq!(code, 200, "{answer}");
    }
    eventually("all pods are gone", async || list("/api/v1/namespaces/default/pods").await.is_empty()).await;
    eventually("no process is left", async || !processes.iter().any(|pid| lives(*pid))).await;
    let folders = playground.folder().join("pods");
    eventually("no folder is left", async || std::fs::read_dir(&folders).unwrap().next().is_none()).await;
    for service in services {
        assert!(get(service, "/").await.is_err(), "nobody serves");
    }
}
