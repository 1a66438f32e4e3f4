//! Faults on a Service, felt by its clients.

use crate::bench::{Bench, image_of, kind};
use crate::stage::*;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Pod, Service};
use kube::api::ListParams;
use serde_json::json;
use shakedown::fault::kinds::{Network, SelectorSwitch, ServiceBlackhole};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

/// What became of one request on a fresh connection.
#[derive(Debug, PartialEq, Eq)]
enum Felt {
    Good,
    Bad,
    Silence,
}

async fn felt(at: SocketAddr) -> Felt {
    let answer = async { request(&mut TcpStream::connect(at).await?).await };
    match timeout(Duration::from_secs(2), answer).await {
        Ok(Ok(200)) => Felt::Good,
        Ok(_) => Felt::Bad,
        Err(_) => Felt::Silence,
    }
}

async fn service(stage: &Stage) -> Service {
    stage.api::<Service>().get("shop").await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_leads_nowhere_refuses_until_it_is_taken_back() {
    let stage = Stage::new("blackhole").await;
    let shop = Shop::new(&stage, 2).await;
    let bench = Bench::new(&stage).await;
    let before = image_of(&service(&stage).await);

    let nowhere: ServiceBlackhole = kind(json!({"service": "shop"}));
    let acting = bench.inject(&nowhere).await;
    let proof = bench.proven(&acting).await;
    assert!(proof.contains("no endpoint is ready, and a fresh connection to"), "{proof}");
    assert_eq!(felt(shop.address).await, Felt::Bad);
    let again = bench.refuses(&nowhere).await;
    assert!(again.contains("has changed /spec/selector and is not over"), "{again}");

    bench.take_back(acting).await;
    assert_eq!(image_of(&service(&stage).await), before);
    shop.serves(2).await;
    shop.connection().await;

    let missing = bench.refuses(&kind::<ServiceBlackhole>(json!({"service": "shpo"}))).await;
    assert!(missing.contains("no Service shpo in namespace"), "{missing}");
    stage
        .create::<Service>(&json!({"metadata": {"name": "peers"},
            "spec": {"clusterIP": "None", "selector": {"app": "shop"}, "ports": [{"port": 8080}]}}))
        .await;
    let headless = bench.refuses(&kind::<Network>(json!({"service": "peers", "reset": true}))).await;
    assert!(headless.contains("it is headless"), "{headless}");
    bench.end().await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_proxy_is_felt_as_asked_and_goes_without_a_trace() {
    let stage = Stage::new("network").await;
    let shop = Shop::new(&stage, 1).await;
    let bench = Bench::new(&stage).await;
    let before = image_of(&service(&stage).await);
    for (settings, seen, feels) in [
        (json!({"latency": "300ms"}), "is answered after", Felt::Good),
        (json!({"refuse": true}), "a fresh connection to", Felt::Bad),
        (json!({"reset": true}), "is made and reset", Felt::Bad),
        (json!({"blackhole": true}), "is made and not answered", Felt::Silence),
        (json!({"half_open": true}), "is made and not answered", Felt::Silence),
        (json!({"bandwidth": "10kB/s"}), "a few bytes pass", Felt::Good),
    ] {
        let mut all = settings.clone();
        all["service"] = json!("shop");
        let acting = bench.inject(&kind::<Network>(all)).await;
        let proof = bench.proven(&acting).await;
        assert!(
            proof.contains("the proxy is the only endpoint") && proof.contains(seen),
            "{settings}: {proof}"
        );
        let begin = Instant::now();
        assert_eq!(felt(shop.address).await, feels, "{settings}: {proof}");
        if settings.get("latency").is_some() {
            assert!(begin.elapsed() >= Duration::from_millis(300));
        }
        bench.take_back(acting).await;
        assert_eq!(image_of(&service(&stage).await), before, "{settings}");
        shop.serves(1).await;
        shop.connection().await;
    }
    bench.end().await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_share_of_connections_is_reset_and_the_rest_is_served() {
    let stage = Stage::new("share").await;
    let shop = Shop::new(&stage, 1).await;
    let bench = Bench::new(&stage).await;
    let acting =
        bench.inject(&kind::<Network>(json!({"service": "shop", "reset": true, "share": "50%"}))).await;
    let proof = bench.proven(&acting).await;
    assert!(proof.contains("is made and reset"), "{proof}");
    let mut seen = Vec::new();
    stage
        .until("some are good and some are not", async || {
            seen.push(felt(shop.address).await);
            (seen.contains(&Felt::Good) && seen.contains(&Felt::Bad)).then_some(())
        })
        .await;
    bench.take_back(acting).await;
    bench.end().await;
    stage.end().await;
}

/// A Deployment of the shop under another name, its ports with names.
fn named(name: &str) -> serde_json::Value {
    let container = json!({
        "name": "shop", "image": image(), "imagePullPolicy": "IfNotPresent",
        "args": ["shop", "--listen", "$(POD_IP):8080"],
        "env": [{"name": "POD_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}],
        "ports": [{"name": "web", "containerPort": 8080}],
        "readinessProbe": {"httpGet": {"path": "/health/ready", "port": "web"}, "periodSeconds": 1},
    });
    let labels = json!({"app": name});
    json!({"metadata": {"name": name}, "spec": {"replicas": 1, "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}}}})
}

#[tokio::test(flavor = "multi_thread")]
async fn ports_are_found_by_name_and_a_service_can_be_switched_over() {
    let stage = Stage::new("switch").await;
    let bench = Bench::new(&stage).await;
    stage.create::<Deployment>(&named("blue")).await;
    let made: Service = stage
        .create(&json!({"metadata": {"name": "shop"}, "spec": {"selector": {"app": "blue"}, "ports": [
            {"name": "http", "port": 8088, "targetPort": "web"},
            {"name": "http-too", "port": 8089, "targetPort": 8080},
        ]}}))
        .await;
    let ip = made.spec.unwrap().cluster_ip.unwrap().parse().unwrap();
    let ports = [SocketAddr::new(ip, 8088), SocketAddr::new(ip, 8089)];
    let serves = async || {
        for at in ports {
            stage.until("it answers", async || (felt(at).await == Felt::Good).then_some(())).await;
        }
    };
    serves().await;

    let acting = bench.inject(&kind::<Network>(json!({"service": "shop", "latency": "50ms"}))).await;
    let proof = bench.proven(&acting).await;
    assert!(proof.contains("is answered after"), "{proof}");
    serves().await;
    bench.take_back(acting).await;
    serves().await;

    let green: SelectorSwitch = kind(json!({"service": "shop", "to": {"app": "green"}}));
    let nobody = bench.refuses(&green).await;
    assert!(nobody.contains("no Pod with app=green is ready, 0 exist"), "{nobody}");
    stage.create::<Deployment>(&named("green")).await;
    stage
        .until("green is ready", async || {
            let pods = ListParams::default().labels("app=green");
            stage.api::<Pod>().list(&pods).await.unwrap().items.iter().any(is_ready).then_some(())
        })
        .await;
    let before = image_of(&service(&stage).await);
    let acting = bench.inject(&green).await;
    assert_eq!(bench.proven(&acting).await, "1 endpoints, all with app=green");
    serves().await;
    bench.take_back(acting).await;
    assert_eq!(image_of(&service(&stage).await), before);
    bench.end().await;
    stage.end().await;
}
