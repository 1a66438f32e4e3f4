//! Workloads that are scaled by what their Pods really use, and how it is told.
#![expect(
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    reason = "part of the tests, and brief in them"
)]

mod story;
#[path = "wire/mod.rs"]
mod wire;

use playground::controllers;
use playground::node::{HostPrograms, NodeOptions};
use playground::resource::by_kind;
use playground::selector::Selector;
use serde_json::{Value, json};
use story::*;
use wire::{client, playground, send};

/// Uses a CPU as long as there is no file `calm` in its folder.
const WORK: &str = "while [ ! -f calm ]; do :; done; exec sleep 1000";

fn deployment(requests: Value) -> Value {
    let container = json!({
        "name": "c", "image": "process:/bin/sh", "args": ["-c", WORK], "resources": {"requests": requests},
    });
    json!({
        "metadata": {"name": "work"},
        "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "work"}}, "template": {
            "metadata": {"labels": {"app": "work"}},
            "spec": {"containers": [container], "terminationGracePeriodSeconds": 1},
        }},
    })
}

fn autoscaler() -> Value {
    let target = json!({"type": "Utilization", "averageUtilization": 50});
    json!({
        "metadata": {"name": "work"},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "work"},
            "minReplicas": 1, "maxReplicas": 2, "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}],
            "behavior": {"scaleDown": {"stabilizationWindowSeconds": 0}},
        },
    })
}

fn told(status: &Value, kind: &str) -> String {
    let conditions = status["conditions"].as_array().into_iter().flatten();
    let found = conditions.into_iter().find(|one| one["type"] == kind);
    found.map(|one| format!("{} {}", one["status"], one["reason"])).unwrap_or_default().replace('"', "")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_deployment_grows_and_a_calm_one_shrinks() {
    let story = Story::new();
    let _controllers = controllers::start(&story.cluster);
    story.create("apps/v1", "Deployment", deployment(json!({"cpu": "100m"})));
    story.create("autoscaling/v2", "HorizontalPodAutoscaler", autoscaler());
    let object =
        |version: &str, kind: &str| story.cluster.get(by_kind(version, kind).unwrap(), "n", "work").unwrap();
    let status = || object("autoscaling/v2", "HorizontalPodAutoscaler")["status"].clone();
    let replicas = || object("apps/v1", "Deployment")["spec"]["replicas"].as_u64().unwrap();
    eventually("it grows", async || replicas() == 2).await;
    eventually("it says why no further", async || {
        told(&status(), "ScalingLimited") == "True TooManyReplicas"
    })
    .await;
    let now = status();
    assert_eq!(told(&now, "ScalingActive"), "True ValidMetricFound");
    assert!(now["currentMetrics"][0]["resource"]["current"]["averageUtilization"].as_u64().unwrap() > 55);
    assert!(story.events("work").contains(&"SuccessfulRescale".to_owned()));
    let pods = || story.cluster.list(by_kind("v1", "Pod").unwrap(), Some("n"), &Selector::default());
    eventually("the second pod is there", async || pods().len() == 2).await;
    for pod in pods() {
        let pod = story.until(pod["metadata"]["name"].as_str().unwrap(), is_ready).await.pop().unwrap();
        let folder = std::fs::read_link(format!("/proc/{}/cwd", pid(&pod))).unwrap();
        std::fs::write(folder.join("calm"), "").unwrap();
    }
    eventually("it shrinks", async || replicas() == 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_requests_it_says_what_is_missing() {
    let story = Story::new();
    let _controllers = controllers::start(&story.cluster);
    story.create("apps/v1", "Deployment", deployment(json!({})));
    story.create("autoscaling/v2", "HorizontalPodAutoscaler", autoscaler());
    let mut last = String::new();
    eventually("it is told", async || {
        let kind = by_kind("autoscaling/v2", "HorizontalPodAutoscaler").unwrap();
        let status = story.cluster.get(kind, "n", "work").unwrap()["status"].clone();
        last = status["conditions"].to_string();
        told(&status, "ScalingActive") == "False FailedGetResourceMetric"
            && last.contains("missing request for cpu in container c of Pod work-")
    })
    .await;
    assert!(story.events("work").contains(&"FailedGetResourceMetric".to_owned()), "{last}");
}

#[tokio::test(flavor = "multi_thread")]
async fn measurements_are_answered_as_by_metrics_server() {
    let playground = playground().await;
    let mut options = NodeOptions::new(supervisor());
    options.host_programs = HostPrograms::Allowed;
    let _nodes =
        playground::node::start(playground.cluster(), &playground::Home::create().unwrap(), options).unwrap();
    let client = client(&playground).await;
    let pod = json!({"metadata": {"name": "p", "labels": {"app": "p"}}, "spec": shell("exec sleep 1000", "Always")});
    let kind = by_kind("v1", "Pod").unwrap();
    playground.cluster().create(kind, "default", pod, playground::store::Write::Commit).unwrap();
    let root = "/apis/metrics.k8s.io/v1beta1";
    let ask =
        async |method: &str, path: &str| send(&client, method, &format!("{root}{path}"), None, None).await;
    let mut list = Value::Null;
    eventually("the pod is measured", async || {
        list = ask("GET", "/namespaces/default/pods?labelSelector=app%3Dp").await.1;
        list["items"].as_array().is_some_and(|items| !items.is_empty())
    })
    .await;
    assert_eq!(
        (&list["kind"], &list["items"][0]["metadata"]["name"]),
        (&json!("PodMetricsList"), &json!("p"))
    );
    let usage = &list["items"][0]["containers"][0];
    assert_eq!(usage["name"], "sh");
    assert!(usage["usage"]["cpu"].as_str().unwrap().ends_with('n'), "{usage}");
    assert!(usage["usage"]["memory"].as_str().unwrap().ends_with("Ki"), "{usage}");
    let (code, one) = ask("GET", "/namespaces/default/pods/p").await;
    assert_eq!((code, &one["kind"]), (200, &json!("PodMetrics")));
    assert_eq!(ask("GET", "/pods?labelSelector=app%3Dq").await.1["items"], json!([]));
    let (_, nodes) = ask("GET", "/nodes").await;
    assert_eq!(nodes["items"].as_array().unwrap().len(), 3);
    assert!(nodes["items"][0]["usage"]["memory"].is_string(), "{nodes}");
    assert_eq!(ask("GET", "/namespaces/default/pods/none").await.0, 404);
    assert_eq!(ask("DELETE", "/namespaces/default/pods/p").await.0, 405);
    assert_eq!(ask("GET", "").await.1["resources"].as_array().unwrap().len(), 2);
}
