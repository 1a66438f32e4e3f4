//! A database that cannot be reached, and a command in its container.

use crate::bench::{Bench, kind};
use crate::stage::*;
use k8s_openapi::api::apps::v1::StatefulSet;
use k8s_openapi::api::core::v1::{Pod, Service};
use kube::api::ListParams;
use serde_json::json;
use shakedown::fault::kinds::{Command, DbOutage};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Brings up Redis with one Pod and waits until it answers. None where there is no such image, which is said.
async fn redis(stage: &Stage) -> Option<SocketAddr> {
    let labels = json!({"app": "redis"});
    let service: Service = stage
        .create(&json!({"metadata": {"name": "redis"},
            "spec": {"selector": labels, "ports": [{"port": 6379}]}}))
        .await;
    let container = json!({"name": "redis", "image": "redis:7", "ports": [{"containerPort": 6379}],
        "readinessProbe": {"tcpSocket": {"port": 6379}, "periodSeconds": 1}});
    stage
        .create::<StatefulSet>(&json!({"metadata": {"name": "redis"}, "spec": {
            "serviceName": "redis", "replicas": 1, "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}}}}))
        .await;
    let at = SocketAddr::new(service.spec.unwrap().cluster_ip.unwrap().parse().unwrap(), 6379);
    let lacking = stage.until("Redis answers, or there is none", async || match ping(at).await {
        Ok(said) if said == "+PONG" => Some(None),
        _ => no_image(stage).await.map(Some),
    });
    match lacking.await {
        None => Some(at),
        Some(why) => {
            support::skipped(format_args!("the image redis:7 cannot be had here: {why}"));
            None
        }
    }
}

/// Why the image cannot be pulled, where that has failed.
async fn no_image(stage: &Stage) -> Option<String> {
    let pod = stage.api::<Pod>().get_opt("redis-0").await.unwrap()?;
    let waiting = pod.status?.container_statuses?.into_iter().find_map(|one| one.state?.waiting)?;
    let failed = matches!(waiting.reason.as_deref(), Some("ErrImagePull" | "ImagePullBackOff"));
    failed.then(|| waiting.message.unwrap_or_default())
}

async fn ping(at: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(at).await?;
    stream.write_all(b"PING\r\n").await?;
    let mut bytes = [0; 5];
    stream.read_exact(&mut bytes).await?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

async fn answers(stage: &Stage, at: SocketAddr) {
    stage.until("Redis answers", async || ping(at).await.ok().filter(|said| said == "+PONG").map(drop)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_refuses_where_there_is_a_service_and_kills_where_that_is_asked() {
    let stage = Stage::new("outage").await;
    let Some(at) = redis(&stage).await else { return stage.end().await };
    let bench = Bench::new(&stage).await;

    let scale = json!({"service": "redis", "by": "scale", "workload": "statefulset/redis"});
    for (settings, way, seen) in [
        (
            json!({"service": "redis"}),
            "by refuse, ",
            "the proxy is the only endpoint, and a fresh connection",
        ),
        (json!({"service": "redis", "by": "blackhole"}), "by blackhole, ", "is made and not answered"),
        (scale, "by scale, ", "no endpoint is ready, and a fresh connection"),
    ] {
        let acting = bench.inject(&kind::<DbOutage>(settings)).await;
        assert!(acting.plan.victims[0].detail.starts_with(way), "{:?}", acting.plan.victims);
        let proof = bench.proven(&acting).await;
        assert!(proof.contains(seen), "{proof}");
        let ping = tokio::time::timeout(Duration::from_secs(2), ping(at)).await;
        assert!(!matches!(ping, Ok(Ok(_))), "{way}: {ping:?}");
        bench.take_back(acting).await;
        answers(&stage, at).await;
    }

    let before = stage.api::<Pod>().get("redis-0").await.unwrap().metadata.uid;
    let acting = bench.inject(&kind::<DbOutage>(json!({"service": "redis", "by": "kill"}))).await;
    bench.proven(&acting).await;
    assert_ne!(stage.api::<Pod>().get("redis-0").await.unwrap().metadata.uid, before);
    bench.take_back(acting).await;
    answers(&stage, at).await;
    bench.end().await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_in_a_container_is_checked_and_taken_back_there() {
    let stage = Stage::new("exec").await;
    if redis(&stage).await.is_none() {
        return stage.end().await;
    }
    let bench = Bench::new(&stage).await;
    let inside = json!({"pods": "app=redis", "container": "redis"});
    let command: Command = kind(json!({
        "run": ["touch", "harm"], "check": ["test", "-e", "harm"], "undo": ["rm", "harm"], "in": inside,
    }));
    let acting = bench.inject(&command).await;
    bench.proven(&acting).await;
    bench.take_back(acting).await;
    let gone: Command = kind(json!({"run": ["test", "!", "-e", "harm"], "in": inside}));
    let acting = bench.inject(&gone).await;
    assert_eq!(bench.proven(&acting).await, "the command ended with 0");
    assert_eq!(stage.api::<Pod>().list(&ListParams::default()).await.unwrap().items.len(), 1);
    bench.take_back(acting).await;
    bench.end().await;
    stage.end().await;
}
