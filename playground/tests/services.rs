//! Services over real connections.
#![expect(clippy::unwrap_used, clippy::needless_pass_by_value, reason = "part of the tests")]

mod story;

use playground::cluster::Part;
use playground::resource::by_kind;
use playground::store::Write;
use serde_json::{Value, json};
use std::net::SocketAddr;
use story::*;
use tokio::net::TcpStream;

/// Creates the Service `s`; returns where it is to listen.
fn service(story: &Story, more: Value) -> SocketAddr {
    let mut spec = json!({"ports": [{"port": 8080}], "selector": {"app": "x"}});
    for (key, value) in more.as_object().unwrap() {
        spec[key] = value.clone();
    }
    let made = story.create("v1", "Service", json!({"metadata": {"name": "s"}, "spec": spec}));
    SocketAddr::new(made["spec"]["clusterIP"].as_str().unwrap().parse().unwrap(), 8080)
}

/// What the controller of endpoints does elsewhere.
fn endpoints(story: &Story, pods: &[&Value]) {
    let list: Vec<Value> = pods
        .iter()
        .map(|pod| json!({"addresses": [pod["status"]["podIP"]], "conditions": {"ready": is_ready(pod)}}))
        .collect();
    let kind = by_kind("discovery.k8s.io/v1", "EndpointSlice").unwrap();
    if story.cluster.get(kind, "n", "s-1").is_err() {
        let labels = json!({"kubernetes.io/service-name": "s"});
        let slice = json!({"metadata": {"name": "s-1", "labels": labels}, "addressType": "IPv4", "endpoints": [],
                           "ports": [{"name": "", "port": 8080, "protocol": "TCP"}]});
        story.create("discovery.k8s.io/v1", "EndpointSlice", slice);
    }
    let set = story.cluster.modify(kind, ("n", "s-1"), Part::Whole, Write::Commit, |slice| {
        slice["endpoints"] = json!(list);
        Ok(())
    });
    set.unwrap();
}

async fn answers(at: SocketAddr, expected: &str) {
    eventually("the service answers", async || get(at, "/").await.is_ok_and(|(_, body)| body == expected))
        .await;
}

async fn refuses(at: SocketAddr) {
    let refused = |error: std::io::Error| error.kind() == std::io::ErrorKind::ConnectionRefused;
    eventually("the service refuses", async || TcpStream::connect(at).await.is_err_and(refused)).await;
}

#[tokio::test]
async fn readiness_gates_a_service() {
    let story = Story::new();
    let at = service(&story, json!({}));
    refuses(at).await;
    let probe =
        json!({"httpGet": {"path": "/ready", "port": 8080}, "periodSeconds": 1, "failureThreshold": 1});
    story.pod("web", server(json!({"readinessProbe": probe})));
    let pod = story.until("web", is_ready).await.pop().unwrap();
    endpoints(&story, &[&pod]);
    answers(at, "web").await;
    get(address(&pod, 8080), "/set/ready").await.unwrap();
    let pod =
        story.until("web", |pod| pod["status"]["phase"] == "Running" && !is_ready(pod)).await.pop().unwrap();
    assert!(state(&pod)["running"].is_object(), "unready, not restarted");
    endpoints(&story, &[&pod]);
    refuses(at).await;
}

#[tokio::test]
async fn established_connections_stay_when_the_selector_moves_and_end_with_their_backend() {
    let story = Story::new();
    let at = service(&story, json!({}));
    story.pod("one", server(json!({})));
    story.pod("two", server(json!({})));
    let one = story.until("one", is_ready).await.pop().unwrap();
    let two = story.until("two", is_ready).await.pop().unwrap();
    // The program may still be on its way to its port: it has no readiness probe.
    answers(address(&one, 8080), "one").await;
    answers(address(&two, 8080), "two").await;
    endpoints(&story, &[&one]);
    answers(at, "one").await;
    let mut kept = TcpStream::connect(at).await.unwrap();
    assert_eq!(ask(&mut kept, "/").await.unwrap().1, "one");
    endpoints(&story, &[&two]);
    answers(at, "two").await;
    assert_eq!(ask(&mut kept, "/").await.unwrap().1, "one", "the old connection leads where it led");
    endpoints(&story, &[]);
    refuses(at).await;
    assert_eq!(ask(&mut kept, "/").await.unwrap().1, "one", "also when new ones are refused");
    story.delete("one", 0);
    story.until_gone("one").await;
    // The object goes first, the process a moment later.
    eventually("the connection ends with its backend", async || ask(&mut kept, "/").await.is_err()).await;
}
