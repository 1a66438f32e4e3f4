//! Deployments: from nothing to Ready, scaled, updated, stuck, undone.

use crate::stage::{SPACE, Stage, condition, deployment, kind};
use playground::object;
use playground::store::{ChangeKind, From};
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn reason(stage: &Stage) -> String {
    let deployment = stage.get("Deployment", "api").unwrap();
    condition(&deployment, "Progressing")["reason"].as_str().unwrap_or_default().to_owned()
}

async fn rolled_out(stage: &Stage) {
    let done = || {
        let deployment = stage.get("Deployment", "api")?;
        let observed = deployment["status"]["observedGeneration"] == deployment["metadata"]["generation"];
        let all = deployment["status"]["availableReplicas"] == deployment["spec"]["replicas"];
        let new = deployment["status"]["updatedReplicas"] == deployment["status"]["replicas"];
        (observed && all && new && reason(stage) == "NewReplicaSetAvailable").then_some(())
    };
    stage.play("the rollout", |pod| pod["spec"]["containers"][0]["image"] == "nowhere", done).await;
}

#[tokio::test]
async fn a_new_deployment_tells_of_its_way_to_ready_as_recorded() {
    let stage = Stage::new();
    let mut seen = stage.cluster.store().follow(kind("Deployment").id, From::Present).unwrap();
    stage.create("Deployment", deployment(3));
    let pods = stage.pods(3).await;
    let settled = || (reason(&stage) == "ReplicaSetUpdated").then_some(());
    stage.until("Deployment", "counting the pods", settled).await;
    for pod in &pods {
        stage.ready(pod);
    }
    let done =
        || (reason(&stage) == "NewReplicaSetAvailable").then(|| stage.get("Deployment", "api").unwrap());
    let done = stage.until("Deployment", "availability", done).await;

    let mut states: Vec<Value> = Vec::new();
    while let Some(change) = seen.try_next().unwrap() {
        let one = |kind| condition(&change.object, kind)["reason"].clone();
        states.push(json!([one("Progressing"), one("Available")]));
    }
    states.dedup();
    // 01-create-deployment, the MODIFIED events of the Deployment.
    let expected = [
        json!([null, null]),
        json!(["NewReplicaSetCreated", null]),
        json!(["NewReplicaSetCreated", "MinimumReplicasUnavailable"]),
        json!(["ReplicaSetUpdated", "MinimumReplicasUnavailable"]),
        json!(["NewReplicaSetAvailable", "MinimumReplicasAvailable"]),
    ];
    assert_eq!(states, expected);
    let sets = stage.list("ReplicaSet");
    let set = object::name(&sets[0]);
    assert_eq!(
        condition(&done, "Progressing")["message"],
        format!("ReplicaSet \"{set}\" has successfully progressed.")
    );
    assert_eq!(done["metadata"]["annotations"]["deployment.kubernetes.io/revision"], "1");
    let annotations = &sets[0]["metadata"]["annotations"];
    assert_eq!(annotations["deployment.kubernetes.io/max-replicas"], "4");
    assert_eq!(stage.told("ScalingReplicaSet"), [format!("Scaled up replica set {set} from 0 to 3")]);
    assert_eq!(stage.told("SuccessfulCreate").len(), 3);
    assert!(pods.iter().all(|pod| object::name(pod).starts_with(&format!("{set}-"))));
    assert!(done["status"].get("unavailableReplicas").is_none());
}

#[tokio::test]
async fn scaled_to_zero_and_back_with_the_same_replica_set() {
    let stage = Stage::new();
    stage.create("Deployment", deployment(3));
    rolled_out(&stage).await;
    stage.edit("Deployment", "api", |api| api["spec"]["replicas"] = json!(0));
    let empty = || stage.list("Pod").is_empty().then_some(());
    stage.play("scaling to zero", |_| false, empty).await;
    stage.edit("Deployment", "api", |api| api["spec"]["replicas"] = json!(2));
    rolled_out(&stage).await;
    assert_eq!(stage.list("ReplicaSet").len(), 1);
    assert_eq!(stage.list("Pod").len(), 2);
}

/// After every change of a Pod: how many are there that are not leaving, and how many of them are ready.
fn bounds(stage: &Stage, from: u64) -> Vec<(usize, usize)> {
    let pods = kind("Pod").id;
    let mut now: BTreeMap<String, Value> = BTreeMap::new();
    for (key, pod) in stage.cluster.store().snapshot_at(pods, from).unwrap().objects {
        now.insert(key.name, Value::clone(&pod));
    }
    let mut watch = stage.cluster.store().follow(pods, From::After(from)).unwrap();
    let mut counts = Vec::new();
    while let Some(change) = watch.try_next().unwrap() {
        match change.kind {
            ChangeKind::Deleted => drop(now.remove(&change.key.name)),
            _ => drop(now.insert(change.key.name.clone(), Value::clone(&change.object))),
        }
        let living = || now.values().filter(|pod| !object::is_terminating(pod));
        counts.push((
            living().count(),
            living().filter(|pod| condition(pod, "Ready")["status"] == "True").count(),
        ));
    }
    counts
}

#[tokio::test]
async fn a_rolling_update_keeps_its_bounds_at_every_event() {
    for (surge, unavailable, replicas) in
        [(json!("25%"), json!("25%"), 3), (json!(0), json!(1), 3), (json!(2), json!(1), 5)]
    {
        let stage = Stage::new();
        let mut wanted = deployment(replicas);
        let rolling = json!({"maxSurge": surge, "maxUnavailable": unavailable});
        wanted["spec"]["strategy"] = json!({"type": "RollingUpdate", "rollingUpdate": rolling});
        stage.create("Deployment", wanted);
        rolled_out(&stage).await;
        let from = stage.cluster.store().version();
        let restarted = json!({"kubectl.kubernetes.io/restartedAt": "2026-11-21T00:00:00Z"});
        stage.edit("Deployment", "api", |api| api["spec"]["template"]["metadata"]["annotations"] = restarted);
        rolled_out(&stage).await;

        let replicas = usize::try_from(replicas).unwrap();
        let most = replicas + surge.as_u64().map_or(1, |surge| surge as usize);
        let least = replicas - unavailable.as_u64().map_or(0, |count| count as usize);
        let counts = bounds(&stage, from);
        assert!(counts.len() > replicas, "the pods were replaced");
        for (there, ready) in counts {
            assert!(there <= most, "{there} pods with a surge of {surge}");
            assert!(ready >= least, "{ready} ready pods with {unavailable} unavailable");
        }
        let annotations = &stage.get("Deployment", "api").unwrap()["metadata"]["annotations"];
        assert_eq!(annotations["deployment.kubernetes.io/revision"], "2");
    }
}

#[tokio::test]
async fn a_bad_rollout_stops_at_its_deadline_and_can_be_undone() {
    let stage = Stage::new();
    let mut wanted = deployment(3);
    wanted["spec"]["progressDeadlineSeconds"] = json!(1);
    stage.create("Deployment", wanted);
    rolled_out(&stage).await;
    let good = stage.get("Deployment", "api").unwrap()["spec"]["template"].clone();
    stage.edit("Deployment", "api", |api| {
        api["spec"]["template"]["spec"]["containers"][0]["image"] = json!("nowhere");
    });
    let stuck = || {
        let api = stage.get("Deployment", "api")?;
        (condition(&api, "Progressing")["reason"] == "ProgressDeadlineExceeded").then_some(api)
    };
    let api = stage.until("Deployment", "the deadline", stuck).await;
    let progressing = condition(&api, "Progressing");
    assert_eq!(progressing["status"], "False");
    assert!(progressing["message"].as_str().unwrap().ends_with("has timed out progressing."));
    assert_eq!(condition(&api, "Available")["status"], "True");
    assert_eq!((&api["status"]["replicas"], &api["status"]["updatedReplicas"]), (&json!(4), &json!(1)));

    stage.edit("Deployment", "api", |api| api["spec"]["template"] = good);
    rolled_out(&stage).await;
    let api = stage.get("Deployment", "api").unwrap();
    assert_eq!(api["metadata"]["annotations"]["deployment.kubernetes.io/revision"], "3");
    let sets = stage.list("ReplicaSet");
    assert_eq!(sets.len(), 2);
    let back = sets.iter().find(|set| set["spec"]["replicas"] == 3).unwrap();
    assert_eq!(back["metadata"]["annotations"]["deployment.kubernetes.io/revision-history"], "1");
}

#[tokio::test]
async fn recreate_ends_all_old_pods_before_the_first_new_one() {
    let stage = Stage::new();
    let mut wanted = deployment(2);
    wanted["spec"]["strategy"] = json!({"type": "Recreate"});
    stage.create("Deployment", wanted);
    rolled_out(&stage).await;
    let from = stage.cluster.store().version();
    stage.edit("Deployment", "api", |api| {
        api["spec"]["template"]["spec"]["containers"][0]["image"] = json!("b");
    });
    rolled_out(&stage).await;
    let mut old_left = 2;
    let mut watch = stage.cluster.store().follow(kind("Pod").id, From::After(from)).unwrap();
    while let Some(change) = watch.try_next().unwrap() {
        match change.kind {
            ChangeKind::Deleted => old_left -= 1,
            ChangeKind::Added => assert_eq!(old_left, 0),
            ChangeKind::Modified => {}
        }
    }
    assert_eq!((old_left, stage.list("Pod").len()), (0, 2));
}

#[tokio::test]
async fn a_pod_whose_label_is_taken_away_is_released_and_replaced() {
    let stage = Stage::new();
    stage.create("Deployment", deployment(1));
    let pod = stage.pods(1).await.remove(0);
    stage.edit("Pod", object::name(&pod), |pod| pod["metadata"]["labels"]["app"] = json!("other"));
    let pods = stage.pods(2).await;
    let released = || {
        let pod = stage.get("Pod", object::name(&pod))?;
        pod["metadata"].get("ownerReferences").is_none_or(|list| list == &json!([])).then_some(())
    };
    stage.until("Pod", "the release", released).await;
    assert_eq!(pods.len(), 2);
    assert_eq!(object::namespace(&pods[0]), SPACE);
}
