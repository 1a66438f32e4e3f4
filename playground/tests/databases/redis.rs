//! `redis`.

use crate::stage::{Stage, has, kill, redis, soon, spec};
use serde_json::{Value, json};

fn installed() -> bool {
    has("redis-server", "redis-server")
}

fn server(args: Value) -> Value {
    spec("redis", json!({"args": args}), json!(["redis-cli", "ping"]))
}

#[tokio::test]
async fn what_is_appended_to_a_file_on_a_volume_survives() {
    if !installed() {
        return;
    }
    let stage = Stage::new();
    stage.apply("redis/redis.yaml");
    let pod = stage.ready("redis-0", 0).await;
    let ask = async |pod: &Value, words: &[&str]| redis(pod, "change-me", words).await;
    ask(&pod, &["set", "a", "1"]).await.unwrap();
    let refused = redis(&pod, "", &["get", "a"]).await.unwrap_err();
    assert!(refused.contains("NOAUTH"), "{refused}");

    kill(&pod);
    let pod = stage.ready("redis-0", 1).await;
    assert_eq!(ask(&pod, &["get", "a"]).await.unwrap(), "1");
    ask(&pod, &["set", "b", "2"]).await.unwrap();
    let next = stage.replace("redis-0", &pod).await;
    assert_eq!(ask(&next, &["mget", "a", "b"]).await.unwrap(), "1\n2");
}

#[tokio::test]
async fn what_is_in_memory_or_not_on_a_volume_is_gone_after_a_kill() {
    if !installed() {
        return;
    }
    let stage = Stage::new();
    let mut on_volume = server(json!(["--save", ""]));
    on_volume["volumes"] = json!([{"name": "data", "emptyDir": {}}]);
    on_volume["containers"][0]["volumeMounts"] = json!([{"name": "data", "mountPath": "/data"}]);
    stage.story.pod("memory", on_volume);
    stage.story.pod("no-volume", server(json!(["--appendonly", "yes", "--appendfsync", "always"])));
    for name in ["memory", "no-volume"] {
        let pod = stage.ready(name, 0).await;
        redis(&pod, "", &["set", "a", "1"]).await.unwrap();
        assert_eq!(redis(&pod, "", &["get", "a"]).await.unwrap(), "1");
        kill(&pod);
        let pod = stage.ready(name, 1).await;
        assert_eq!(redis(&pod, "", &["exists", "a"]).await.unwrap(), "0", "{name}");
    }
}

#[tokio::test]
async fn a_replica_follows_and_tells_its_own_address() {
    if !installed() {
        return;
    }
    let stage = Stage::new();
    stage.story.pod("primary", server(json!(["redis-server", "--bind", "0.0.0.0"])));
    let primary = stage.ready("primary", 0).await;
    let address = primary["status"]["podIP"].as_str().unwrap();
    stage.story.pod("replica", server(json!(["--replicaof", address, "6379"])));
    let replica = stage.ready("replica", 0).await;
    redis(&primary, "", &["set", "a", "1"]).await.unwrap();
    soon("the write arrives", "1", async || redis(&replica, "", &["get", "a"]).await).await;
    let known = format!("ip={}", replica["status"]["podIP"].as_str().unwrap());
    let info = redis(&primary, "", &["info", "replication"]).await.unwrap();
    assert!(info.contains(&known), "{info}");
    let bound = redis(&primary, "", &["config", "get", "bind"]).await.unwrap();
    assert_eq!(bound, format!("bind\n{address}"));
}
