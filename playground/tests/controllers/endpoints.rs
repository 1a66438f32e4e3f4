//! Endpoints and budgets follow the Pods.

use crate::stage::{SPACE, Stage, condition, deployment};
use playground::cluster::{DeleteOptions, Propagation};
use playground::object;
use playground::store::Write;
use serde_json::{Value, json};

fn conditions(stage: &Stage) -> Vec<Value> {
    let slices = stage.list("EndpointSlice");
    let endpoints =
        slices.first().and_then(|slice| slice["endpoints"].as_array().cloned()).unwrap_or_default();
    endpoints.iter().map(|endpoint| endpoint["conditions"].clone()).collect()
}

async fn shows(stage: &Stage, expected: &[[bool; 3]]) {
    let expected: Vec<_> = expected
        .iter()
        .map(|[ready, serving, leaving]| json!({"ready": ready, "serving": serving, "terminating": leaving}))
        .collect();
    let same = || (conditions(stage) == expected).then_some(());
    stage.until("EndpointSlice", &format!("{expected:?}"), same).await;
}

#[tokio::test]
async fn a_pod_comes_serves_leaves_and_is_gone() {
    let stage = Stage::new();
    let ports = json!([{"name": "http", "port": 80, "targetPort": "http"}]);
    let service = json!({"metadata": {"name": "api"}, "spec": {"selector": {"app": "api"}, "ports": ports}});
    stage.create("Service", service);
    stage.create("Deployment", deployment(1));
    let pod = stage.pods(1).await.remove(0);
    shows(&stage, &[]).await;
    stage.cluster.bind((SPACE, object::name(&pod)), "node-a", Write::Commit).unwrap();
    stage.tell(object::name(&pod), "Running", "False");
    shows(&stage, &[[false, false, false]]).await;
    stage.ready(&pod);
    shows(&stage, &[[true, true, false]]).await;
    let slice = stage.list("EndpointSlice").remove(0);
    assert!(object::name(&slice).starts_with("api-"));
    assert_eq!(slice["ports"], json!([{"name": "http", "protocol": "TCP", "port": 8080}]));
    assert_eq!(slice["endpoints"][0]["targetRef"]["name"], pod["metadata"]["name"]);

    stage.delete("Pod", object::name(&pod), Propagation::Background);
    shows(&stage, &[[false, true, true]]).await;
    let fresh = stage.pods(1).await.remove(0);
    stage.ready(&fresh);
    shows(&stage, &[[false, true, true], [true, true, false]]).await;
    stage.finish(&pod);
    shows(&stage, &[[true, true, false]]).await;

    stage.edit("Service", "api", |service| service["spec"]["selector"] = json!({"app": "other"}));
    shows(&stage, &[]).await;
    stage.delete("Service", "api", Propagation::Background);
    let gone = || stage.list("EndpointSlice").is_empty().then_some(());
    stage.until("EndpointSlice", "the end of the slice", gone).await;
}

#[tokio::test]
async fn the_old_endpoints_mirror_the_service() {
    let stage = Stage::new();
    let ports = json!([{"name": "http", "port": 80, "targetPort": "http"}]);
    let service = json!({"metadata": {"name": "api"}, "spec": {"selector": {"app": "api"}, "ports": ports}});
    stage.create("Service", service);
    let own = json!({"metadata": {"name": "own"}, "spec": {"ports": [{"port": 80}]}});
    stage.create("Service", own);
    stage.create("Deployment", deployment(2));
    let pods = stage.pods(2).await;
    let told = |pod: &Value| json!([object::name(pod)]);
    let shows = async |key: &'static str, expected: Value| {
        let names = || {
            let endpoints = stage.get("Endpoints", "api")?;
            let all = endpoints["subsets"][0][key].as_array().into_iter().flatten();
            let names: Vec<_> = all.map(|one| one["targetRef"]["name"].clone()).collect();
            (json!(names) == expected).then_some(endpoints)
        };
        stage.until("Endpoints", &format!("{key} {expected}"), names).await
    };
    stage.ready(&pods[0]);
    stage.cluster.bind((SPACE, object::name(&pods[1])), "node-a", Write::Commit).unwrap();
    stage.tell(object::name(&pods[1]), "Running", "False");
    shows("addresses", told(&pods[0])).await;
    let endpoints = shows("notReadyAddresses", told(&pods[1])).await;
    assert_eq!(endpoints["subsets"][0]["ports"], json!([{"name": "http", "protocol": "TCP", "port": 8080}]));
    stage.delete("Pod", object::name(&pods[0]), Propagation::Background);
    stage.ready(&pods[1]);
    shows("addresses", told(&pods[1])).await;
    assert!(stage.get("Endpoints", "own").is_none(), "without a selector they are the user's");
    stage.delete("Service", "api", Propagation::Background);
    let gone = || stage.list("Endpoints").is_empty().then_some(());
    stage.until("Endpoints", "their end", gone).await;
}

#[tokio::test]
async fn a_budget_counts_and_refuses_one_eviction_too_many() {
    let stage = Stage::new();
    stage.create("Deployment", deployment(3));
    for pod in stage.pods(3).await {
        stage.ready(&pod);
    }
    let selector = json!({"matchLabels": {"app": "api"}});
    stage.create(
        "PodDisruptionBudget",
        json!({"metadata": {"name": "api"}, "spec": {"maxUnavailable": 1, "selector": selector}}),
    );
    let status = |allowed: i64, healthy: i64| {
        let budget = stage.get("PodDisruptionBudget", "api")?;
        let status = &budget["status"];
        (status["disruptionsAllowed"] == allowed && status["currentHealthy"] == healthy).then_some(budget)
    };
    let budget = stage.until("PodDisruptionBudget", "room for one", || status(1, 3)).await;
    assert_eq!(condition(&budget, "DisruptionAllowed")["reason"], "SufficientPods");
    assert_eq!(
        (&budget["status"]["desiredHealthy"], &budget["status"]["expectedPods"]),
        (&json!(2), &json!(3))
    );

    let pods = stage.list("Pod");
    let evict = |index: usize| {
        let at = (SPACE, object::name(&pods[index]));
        stage.cluster.evict(at, &DeleteOptions::default(), Write::Commit)
    };
    evict(0).unwrap();
    assert_eq!(evict(1).unwrap_err().code, 429);
    let budget = stage.until("PodDisruptionBudget", "no room", || status(0, 2)).await;
    assert_eq!(condition(&budget, "DisruptionAllowed")["reason"], "InsufficientPods");
    let fresh = stage.pods(3).await.into_iter().find(|pod| pod["status"]["phase"] == "Pending").unwrap();
    stage.ready(&fresh);
    stage.until("PodDisruptionBudget", "room again", || status(1, 3)).await;
}
