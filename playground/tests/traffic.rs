//! Services from their objects to real connections, with the controller of endpoints.
#![expect(clippy::unwrap_used, clippy::needless_pass_by_value, reason = "part of the tests")]

mod story;

use playground::cluster::Part;
use playground::controllers::Controllers;
use playground::resource::by_kind;
use playground::selector::Selector;
use playground::store::Write;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use story::*;
use tokio::net::{TcpSocket, TcpStream};

/// A cluster whose Services find their endpoints themselves.
fn stage() -> (Story, Controllers) {
    let story = Story::new();
    let controllers = playground::controllers::start(&story.cluster);
    (story, controllers)
}

/// A Service `s` over the Pods labelled `app: s`; where it listens.
fn service(story: &Story, more: Value) -> SocketAddr {
    let mut spec = json!({"ports": [{"port": 8080}], "selector": {"app": "s"}});
    for (key, value) in more.as_object().unwrap() {
        spec[key] = value.clone();
    }
    let made = story.create("v1", "Service", json!({"metadata": {"name": "s"}, "spec": spec}));
    SocketAddr::new(made["spec"]["clusterIP"].as_str().unwrap().parse().unwrap(), 8080)
}

/// A Pod that the Service means; it answers with its name, and is unready while its file `ready` is there.
fn serving(story: &Story, name: &str, more: Value) {
    let probe =
        json!({"httpGet": {"path": "/ready", "port": 8080}, "periodSeconds": 1, "failureThreshold": 1});
    let mut spec =
        server(json!({"readinessProbe": probe, "ports": [{"name": "http", "containerPort": 8080}]}));
    for (key, value) in more.as_object().unwrap() {
        spec["containers"][0][key] = value.clone();
    }
    story.create("v1", "Pod", json!({"metadata": {"name": name, "labels": {"app": "s"}}, "spec": spec}));
}

/// The answer to a connection that comes from `source`.
async fn from(source: Ipv4Addr, at: SocketAddr) -> std::io::Result<String> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((source, 0).into())?;
    let mut stream = socket.connect(at).await?;
    Ok(ask(&mut stream, "/").await?.1)
}

/// Who answers, over many connections.
async fn answering(at: SocketAddr) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for _ in 0..40 {
        names.extend(get(at, "/").await.ok().map(|(_, name)| name));
    }
    names
}

async fn only(at: SocketAddr, expected: &[&str]) {
    let expected: BTreeSet<String> = expected.iter().map(|name| (*name).to_owned()).collect();
    eventually(&format!("{expected:?} answer"), async || answering(at).await == expected).await;
}

#[tokio::test]
async fn a_client_keeps_its_pod_until_that_is_gone() {
    let (story, _controllers) = stage();
    let at = service(&story, json!({"sessionAffinity": "ClientIP"}));
    for name in ["a", "b", "c", "d"] {
        serving(&story, name, json!({}));
        story.until(name, is_ready).await;
    }
    let clients: Vec<Ipv4Addr> = (2..32).map(|last| Ipv4Addr::new(127, 0, 0, last)).collect();
    let mut pods = Vec::new();
    eventually("all four have clients", async || {
        pods.clear();
        for client in &clients {
            pods.extend(from(*client, at).await);
        }
        pods.len() == clients.len() && pods.iter().collect::<BTreeSet<_>>().len() == 4
    })
    .await;
    for _ in 0..3 {
        for (client, pod) in clients.iter().zip(&pods) {
            assert_eq!(from(*client, at).await.unwrap(), *pod, "{client}");
        }
    }
    story.delete(&pods[0], 0);
    story.until_gone(&pods[0]).await;
    eventually("the client is with another", async || {
        from(clients[0], at).await.is_ok_and(|name| name != pods[0])
    })
    .await;
    let stayed = clients.iter().zip(&pods).find(|(_, pod)| **pod != pods[0]).unwrap();
    assert_eq!(from(*stayed.0, at).await.unwrap(), *stayed.1, "others are not moved");
}

#[tokio::test]
async fn a_connection_outlives_its_endpoint_and_a_changed_selector_refuses_new_ones() {
    let (story, _controllers) = stage();
    let at = service(&story, json!({}));
    serving(&story, "a", json!({}));
    only(at, &["a"]).await;
    let mut kept = TcpStream::connect(at).await.unwrap();
    assert_eq!(ask(&mut kept, "/").await.unwrap().1, "a");
    let kind = by_kind("v1", "Service").unwrap();
    let nobody = |service: &mut Value| {
        service["spec"]["selector"] = json!({"app": "nobody"});
        Ok(())
    };
    story.cluster.modify(kind, ("n", "s"), Part::Whole, Write::Commit, nobody).unwrap();
    eventually("new connections are refused", async || {
        TcpStream::connect(at).await.is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionRefused)
    })
    .await;
    assert_eq!(ask(&mut kept, "/").await.unwrap().1, "a");
    // The program ends: with it the connection.
    let _ = ask(&mut kept, "/exit/0").await;
    assert!(ask(&mut kept, "/").await.is_err());
}

#[tokio::test]
async fn a_node_port_is_open_on_the_nodes_and_on_the_loopback_address() {
    let (story, _controllers) = stage();
    service(&story, json!({"type": "NodePort"}));
    serving(&story, "a", json!({}));
    let made = story.cluster.get(by_kind("v1", "Service").unwrap(), "n", "s").unwrap();
    let port = u16::try_from(made["spec"]["ports"][0]["nodePort"].as_u64().unwrap()).unwrap();
    let nodes = story.cluster.list(by_kind("v1", "Node").unwrap(), None, &Selector::default());
    let addresses = nodes.iter().map(|node| node["status"]["addresses"][0]["address"].as_str().unwrap());
    let all: Vec<&str> = addresses.chain(["127.0.0.1"]).collect();
    assert_eq!(all.len(), 4);
    for address in all {
        only(format!("{address}:{port}").parse().unwrap(), &["a"]).await;
    }
}

#[tokio::test]
async fn a_pod_that_ends_serves_only_while_nobody_else_is_ready() {
    let (story, _controllers) = stage();
    let at = service(&story, json!({}));
    let slow = json!({"lifecycle": {"preStop": {"sleep": {"seconds": 60}}}});
    for name in ["a", "b"] {
        serving(&story, name, slow.clone());
    }
    only(at, &["a", "b"]).await;
    story.delete("a", 60);
    only(at, &["b"]).await;
    story.delete("b", 60);
    // Both are on their way out and still serve.
    only(at, &["a", "b"]).await;
    serving(&story, "c", json!({}));
    only(at, &["c"]).await;
    for name in ["a", "b", "c"] {
        story.delete(name, 0);
    }
    eventually("nobody is left", async || TcpStream::connect(at).await.is_err()).await;
}

#[tokio::test]
async fn unready_pods_are_published_where_the_service_says_so() {
    let (story, _controllers) = stage();
    let at = service(&story, json!({"publishNotReadyAddresses": true}));
    serving(&story, "a", json!({}));
    only(at, &["a"]).await;
    let pod = story.until("a", is_ready).await.pop().unwrap();
    get(address(&pod, 8080), "/set/ready").await.unwrap();
    story.until("a", |pod| pod["status"]["phase"] == "Running" && !is_ready(pod)).await;
    only(at, &["a"]).await;
}

#[tokio::test]
async fn a_named_target_port_leads_to_the_port_of_that_name() {
    let (story, _controllers) = stage();
    let at = service(&story, json!({"ports": [{"port": 8080, "targetPort": "web"}]}));
    let probe = json!({"httpGet": {"path": "/", "port": "web"}, "periodSeconds": 1});
    let ports = json!([{"name": "other", "containerPort": 9}, {"name": "web", "containerPort": 7001}]);
    serving(&story, "a", json!({"args": ["serve", "7001"], "ports": ports, "readinessProbe": probe}));
    only(at, &["a"]).await;
}

#[tokio::test]
async fn a_headless_service_has_endpoints_and_names_but_no_address() {
    let (story, _controllers) = stage();
    let spec = json!({"clusterIP": "None", "ports": [{"port": 8080}], "selector": {"app": "s"}});
    story.create("v1", "Service", json!({"metadata": {"name": "s"}, "spec": spec}));
    serving(&story, "a", json!({}));
    let pod = story.until("a", is_ready).await.pop().unwrap();
    let expected =
        format!("{} s.n s.n.svc s.n.svc.cluster.local\n", pod["status"]["podIP"].as_str().unwrap());
    eventually("the pod is listed", async || playground::service::hosts(&story.cluster) == expected).await;
}

#[tokio::test]
async fn a_pod_finds_the_services_that_were_there_before_it() {
    let (story, _controllers) = stage();
    let at = service(&story, json!({"ports": [{"name": "web-ui", "port": 8080}]}));
    serving(&story, "a", json!({}));
    let pod = story.until("a", is_ready).await.pop().unwrap();
    for (name, expected) in [
        ("S_SERVICE_HOST", at.ip().to_string()),
        ("S_SERVICE_PORT", "8080".to_owned()),
        ("S_SERVICE_PORT_WEB_UI", "8080".to_owned()),
        ("S_PORT_8080_TCP", format!("tcp://{at}")),
    ] {
        let (_, value) = get(address(&pod, 8080), &format!("/env/{name}")).await.unwrap();
        assert_eq!(value, expected, "{name}");
    }
    // By them a Pod reaches the Service.
    only(at, &["a"]).await;
}

#[tokio::test]
async fn a_port_that_somebody_has_is_told_of_and_taken_when_it_is_free() {
    let (story, _controllers) = stage();
    let host = std::net::TcpListener::bind(("0.0.0.0", 0)).unwrap();
    let port = host.local_addr().unwrap().port();
    let at = service(&story, json!({"ports": [{"port": port, "targetPort": 8080}]}));
    let at = SocketAddr::new(at.ip(), port);
    serving(&story, "a", json!({}));
    eventually("an event tells", async || story.events("s").contains(&"FailedToListen".to_owned())).await;
    drop(host);
    only(at, &["a"]).await;
    assert_eq!(story.events("s").iter().filter(|reason| *reason == "FailedToListen").count(), 1);
}
