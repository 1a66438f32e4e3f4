//! Redis with and without a file, and its replica.

use crate::stage::{Stage, answered, becomes, has};
use k8s_openapi::api::core::v1::Pod;
use kube::api::DeleteParams;

#[test]
fn a_file_keeps_what_a_restart_takes_and_a_replica_follows() {
    if !has("redis-server", "redis-cli") {
        return;
    }
    let stage = Stage::with(&["redis"]);
    for server in ["redis", "cache"] {
        answered(|| stage.redis(server, &["SET", "a", "1"]));
    }
    becomes("the replica has it", "1", || stage.redis("redis-replica", &["GET", "a"]));
    let refused = stage.redis("redis-replica", &["SET", "a", "2"]).unwrap_err();
    assert!(refused.contains("READONLY"), "{refused}");

    let pods = stage.cluster.api::<Pod>();
    for pod in ["redis-0", "cache-0"] {
        let now = DeleteParams { grace_period_seconds: Some(0), ..DeleteParams::default() };
        stage.runtime.block_on(pods.delete(pod, &now)).unwrap();
    }
    becomes("the file has kept it", "1", || stage.redis("redis", &["GET", "a"]));
    becomes("nothing else has", "0", || stage.redis("cache", &["EXISTS", "a"]));
    answered(|| stage.redis("redis", &["SET", "b", "2"]));
    becomes("the replica follows again", "2", || stage.redis("redis-replica", &["GET", "b"]));
}
