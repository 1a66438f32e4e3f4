//! StatefulSets: one after the other, by name.

use crate::stage::{Stage, kind, template};
use playground::object;
use playground::store::{ChangeKind, From};
use serde_json::{Value, json};

fn set(replicas: i64, policy: &str) -> Value {
    json!({
        "metadata": {"name": "store"},
        "spec": {
            "replicas": replicas, "serviceName": "store", "podManagementPolicy": policy,
            "selector": {"matchLabels": {"app": "api"}}, "template": template("shakedown"),
            "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": "1Mi"}}}}],
        },
    })
}

async fn settled(stage: &Stage, replicas: usize) {
    let done = || {
        let set = stage.get("StatefulSet", "store")?;
        let status = &set["status"];
        let all =
            ["replicas", "availableReplicas", "updatedReplicas"].iter().all(|key| status[*key] == replicas);
        (all && status["currentRevision"] == status["updateRevision"]).then_some(())
    };
    stage.play(&format!("{replicas} stateful pods"), |_| false, done).await;
}

/// The names of Pods in the order in which something happened to them.
fn order(stage: &Stage, from: u64, wanted: ChangeKind) -> Vec<String> {
    let mut watch = stage.cluster.store().follow(kind("Pod").id, From::After(from)).unwrap();
    let mut names = Vec::new();
    while let Some(change) = watch.try_next().unwrap() {
        if change.kind == wanted {
            names.push(change.key.name.clone());
        }
    }
    names
}

#[tokio::test]
async fn each_waits_for_the_one_before_and_the_last_goes_first() {
    let stage = Stage::new();
    stage.create("StatefulSet", set(3, "OrderedReady"));
    let first = stage.pods(1).await.remove(0);
    assert_eq!(object::name(&first), "store-0");
    assert_eq!(
        (&first["spec"]["hostname"], &first["spec"]["subdomain"]),
        (&json!("store-0"), &json!("store"))
    );
    let volume = &first["spec"]["volumes"][0];
    assert_eq!(*volume, json!({"name": "data", "persistentVolumeClaim": {"claimName": "data-store-0"}}));
    settled(&stage, 3).await;
    assert_eq!(order(&stage, 0, ChangeKind::Added), ["store-0", "store-1", "store-2"]);

    let from = stage.cluster.store().version();
    stage.edit("StatefulSet", "store", |set| set["spec"]["replicas"] = json!(1));
    settled(&stage, 1).await;
    assert_eq!(order(&stage, from, ChangeKind::Deleted), ["store-2", "store-1"]);
    assert_eq!(stage.list("PersistentVolumeClaim").len(), 3, "volumes stay");
}

#[tokio::test]
async fn an_update_goes_from_the_last_to_the_first() {
    let stage = Stage::new();
    stage.create("StatefulSet", set(2, "OrderedReady"));
    settled(&stage, 2).await;
    let from = stage.cluster.store().version();
    stage.edit("StatefulSet", "store", |set| {
        set["spec"]["template"]["spec"]["containers"][0]["image"] = json!("next");
    });
    let updated = || {
        let set = stage.get("StatefulSet", "store")?;
        (set["status"]["updateRevision"] != set["status"]["currentRevision"]).then_some(())
    };
    stage.until("StatefulSet", "the new revision", updated).await;
    settled(&stage, 2).await;
    assert_eq!(order(&stage, from, ChangeKind::Deleted), ["store-1", "store-0"]);
    assert!(stage.list("Pod").iter().all(|pod| pod["spec"]["containers"][0]["image"] == "next"));
}

#[tokio::test]
async fn a_pod_below_the_partition_comes_back_as_it_was() {
    let stage = Stage::new();
    let mut wanted = set(2, "OrderedReady");
    wanted["spec"]["updateStrategy"] = json!({"type": "RollingUpdate", "rollingUpdate": {"partition": 1}});
    stage.create("StatefulSet", wanted);
    settled(&stage, 2).await;
    stage.edit("StatefulSet", "store", |set| {
        set["spec"]["template"]["spec"]["containers"][0]["image"] = json!("next");
    });
    let image = |name: &str| {
        let pod = stage.get("Pod", name)?;
        let ready = pod["status"]["phase"] == "Running" && !object::is_terminating(&pod);
        ready.then(|| pod["spec"]["containers"][0]["image"].clone())
    };
    stage.play("the update of store-1", |_| false, || image("store-1").filter(|image| image == "next")).await;
    let before = stage.get("Pod", "store-0").unwrap();
    stage.delete("Pod", "store-0", playground::cluster::Propagation::Background);
    let back = || {
        let pod = stage.get("Pod", "store-0")?;
        (object::uid(&pod) != object::uid(&before)).then(|| image("store-0")).flatten()
    };
    assert_eq!(stage.play("the return of store-0", |_| false, back).await, "shakedown");
}

#[tokio::test]
async fn in_parallel_nobody_waits() {
    let stage = Stage::new();
    stage.create("StatefulSet", set(3, "Parallel"));
    stage.pods(3).await;
}
