//! The requests recorded from a real Kubernetes, sent to the playground: the same codes, reasons, messages and
//! shapes must come back. What needs controllers or a kubelet is not replayed here.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod replay;
#[path = "../wire/mod.rs"]
mod wire;

use playground::cluster::Part;
use playground::store::Write;
use playground::{Options, Playground, Upkeep};
use replay::{Replay, recording};
use serde_json::{Value, json};
use wire::{client_with, send};

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_a_service_and_a_scale() {
    let mut replay = Replay::new().await;
    let lines = recording("01-create-deployment");
    replay.check(&lines[0]).await;
    replay.check(&lines[1]).await;
    // What the deployment controller would have written.
    let recorded = &lines[2].answer;
    let kind = Replay::kind("apps/v1", "Deployment");
    let cluster = replay.playground.cluster();
    cluster
        .modify(kind, ("rec", "api"), Part::Status, Write::Commit, |object| {
            object["status"] = recorded["status"].clone();
            object["metadata"]["annotations"] = recorded["metadata"]["annotations"].clone();
            Ok(())
        })
        .unwrap();
    replay.check(&lines[2]).await;
    let scale = lines.iter().find(|line| line.path.ends_with("/scale")).unwrap();
    replay.check(scale).await;
    let down = &recording("05-scale-to-zero-and-back")[0];
    replay.check(down).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chunked_list() {
    let mut replay = Replay::new().await;
    let lines = recording("01-create-deployment");
    let page = lines.iter().find(|line| line.note.contains("chunked")).unwrap();
    for name in ["api-1", "api-2", "api-3"] {
        let pod = json!({"metadata": {"name": name, "labels": {"app": "api"}}, "spec": {"containers": [{"name": "c", "image": "x:1"}]}});
        replay.put("v1", "Pod", &pod);
    }
    let (mut expected, mut actual) = replay.send(&replay.client.clone(), page).await;
    // Two of three Pods come first, and a token for the rest; the recorded Pods ran, these do not.
    assert_eq!(actual["items"].as_array().unwrap().len(), 2);
    assert!(actual["items"][0].get("kind").is_none(), "items carry no kind");
    expected["items"] = Value::Null;
    actual["items"] = Value::Null;
    assert_eq!(expected, actual);
}

#[tokio::test(flavor = "multi_thread")]
async fn deletions_now_and_with_grace() {
    for name in ["02-pod-delete-now", "03-pod-delete-graceful"] {
        let mut replay = Replay::new().await;
        let lines = recording(name);
        // The Pod before its deletion: as in the answer, which shows it already marked.
        let deletion = lines.iter().find(|line| line.status == 200).unwrap();
        let mut pod = deletion.answer.clone();
        pod["kind"] = json!("Pod");
        replay.put_recorded(&pod);
        for line in lines.iter().filter(|line| line.method == "DELETE") {
            replay.check(line).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn evictions_and_budgets() {
    let mut replay = Replay::new().await;
    let lines = recording("04-eviction");
    for name in ["api-59fdf4cfb5-hlbdn", "api-59fdf4cfb5-hg7gq"] {
        replay.put_recorded(&json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"app": "api"}},
            "spec": {"nodeName": "node-a", "containers": [{"name": "web", "image": "x:1"}]},
            "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
        }));
    }
    for line in &lines {
        if line.method == "GET" {
            // What the disruption controller would have counted.
            let kind = Replay::kind("policy/v1", "PodDisruptionBudget");
            let cluster = replay.playground.cluster();
            cluster.set_status(kind, ("rec", "api"), line.answer["status"].clone()).unwrap();
        }
        replay.check(line).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_selector_patched_and_restored() {
    let mut replay = Replay::new().await;
    replay.check(&recording("01-create-deployment")[1]).await;
    for line in &recording("06-service-selector") {
        replay.check(line).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rollout_patches_of_the_template() {
    let mut replay = Replay::new().await;
    let lines = recording("07-rollout");
    let mut deployment = recording("05-scale-to-zero-and-back")[1].answer.clone();
    deployment["spec"]["replicas"] = json!(3);
    replay.put_recorded(&deployment);
    for line in lines.iter().filter(|line| line.method == "PATCH") {
        let (mut expected, mut actual) = replay.send(&replay.client.clone(), line).await;
        // Generation and status go on with the rollout, which the controller does.
        for answer in [&mut expected, &mut actual] {
            answer["status"] = Value::Null;
            answer["metadata"]["generation"] = Value::Null;
            answer["metadata"]["annotations"] = Value::Null;
        }
        assert_eq!(expected, actual, "{}", line.path);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn access_reviews_and_refusals() {
    let mut replay = Replay::new().await;
    replay.put("v1", "ServiceAccount", &json!({"metadata": {"name": "small"}}));
    let rules = json!([{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]}]);
    let rbac = "rbac.authorization.k8s.io/v1";
    replay.put(rbac, "Role", &json!({"metadata": {"name": "small"}, "rules": rules}));
    let binding = json!({
        "metadata": {"name": "small"}, "roleRef": {"kind": "Role", "name": "small"},
        "subjects": [{"kind": "ServiceAccount", "name": "small", "namespace": "rec"}],
    });
    replay.put(rbac, "RoleBinding", &binding);
    let path = "/api/v1/namespaces/rec/serviceaccounts/small/token";
    let asked = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}});
    let (status, made) = send(&replay.client, "POST", path, Some("application/json"), Some(&asked)).await;
    assert_eq!(status, 201, "{made}");
    let small = client_with(&replay.playground, made["status"]["token"].as_str()).await;
    let nobody = client_with(&replay.playground, Some("wrong")).await;
    for line in &recording("08-access-review") {
        let client = match line.note.as_str() {
            "admin" => replay.client.clone(),
            "bad token" => nobody.clone(),
            _ => small.clone(),
        };
        let (expected, actual) = replay.send(&client, line).await;
        assert_eq!(expected, actual, "{} ({})", line.path, line.note);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_from_birth_to_death() {
    let mut replay = Replay::new().await;
    for line in &recording("09-lease") {
        replay.check(line).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_and_selectors() {
    // A history of almost nothing, so that version 1 is soon too old.
    let started = Playground::start(Options { history: 0, upkeep: Upkeep::Nobody }).await.unwrap();
    let mut replay = Replay::with(started).await;
    let service = replay.put("v1", "Service", &json!({"metadata": {"name": "api"}, "spec": {"selector": {"app": "api"}, "ports": [{"name": "http", "port": 80, "targetPort": 8080}]}}));
    assert!(service["spec"]["clusterIP"].as_str().unwrap().starts_with("127."), "{service}");
    for index in 0..300 {
        let pod = json!({"metadata": {"name": format!("p{index}"), "labels": {"app": "api"}}, "spec": {"containers": [{"name": "c", "image": "x:1"}]}});
        replay.put("v1", "Pod", &pod);
    }
    let running = json!({"phase": "Running"});
    for name in ["p1", "p2"] {
        replay
            .playground
            .cluster()
            .set_status(Replay::kind("v1", "Pod"), ("rec", name), running.clone())
            .unwrap();
    }
    for line in &recording("10-errors") {
        let (mut expected, mut actual) = replay.send(&replay.client.clone(), line).await;
        for answer in [&mut expected, &mut actual] {
            if line.path.contains("watch=1") {
                // The versions in the message are of the moment.
                let message = answer["object"]["message"].as_str().unwrap();
                assert!(message.starts_with("too old resource version: 1 ("), "{message}");
                answer["object"]["message"] = json!("*");
            }
            if line.path.contains("labelSelector") {
                // The recorded Pod ran; what counts here is that the page has one of two.
                assert_eq!(answer["items"].as_array().unwrap().len(), 1);
                answer["items"] = Value::Null;
            }
            if line.method == "PATCH" && answer["code"] == 422 {
                // The message quotes the whole object with its identities; the last clause says what is wrong.
                let tail = |text: &Value| {
                    let text = text.as_str().unwrap();
                    let start = text.find("\": json: ").unwrap();
                    assert!(text.contains("Invalid value: \"{\\\""), "{text}");
                    json!(text[start..])
                };
                assert!(
                    answer["message"]
                        .as_str()
                        .unwrap()
                        .starts_with(" \"\" is invalid: patch: Invalid value: ")
                );
                answer["message"] = tail(&answer["message"]);
                answer["details"]["causes"][0]["message"] = tail(&answer["details"]["causes"][0]["message"]);
            }
        }
        assert_eq!(expected, actual, "{} {}", line.method, line.path);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ephemeral_container_and_a_resize() {
    let mut replay = Replay::new().await;
    let lines: Vec<_> =
        recording("11-ephemeral-and-resize").into_iter().filter(|line| line.method == "PATCH").collect();
    let mut pod = lines[0].answer.clone();
    pod["spec"].as_object_mut().unwrap().remove("ephemeralContainers");
    replay.put_recorded(&pod);
    for line in &lines {
        let (mut expected, mut actual) = replay.send(&replay.client.clone(), line).await;
        // The status goes on with the kubelet.
        expected["status"] = Value::Null;
        actual["status"] = Value::Null;
        assert_eq!(expected, actual, "{}", line.path);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_versions_discovery_and_a_job() {
    let mut replay = Replay::new().await;
    let lines = recording("12-nodes-and-discovery");
    let mut node = lines[1].answer.clone();
    node["spec"] = json!({});
    replay.put_recorded(&node);
    for line in lines.iter().filter(|line| !line.path.contains("job-name") && line.method != "DELETE") {
        let (mut expected, mut actual) = replay.send(&replay.client.clone(), line).await;
        match line.path.as_str() {
            "/version" => {
                // Who built it with what differs, and has to.
                for answer in [&mut expected, &mut actual] {
                    for key in ["gitCommit", "goVersion", "compiler", "buildDate"] {
                        assert!(answer[key].is_string(), "{key}");
                        answer[key] = Value::Null;
                    }
                }
            }
            "/apis/apps/v1" => {
                // The playground has no daemon sets.
                let served = |resource: &Value| {
                    let name = resource["name"].as_str().unwrap();
                    !name.starts_with("daemonsets")
                };
                expected["resources"].as_array_mut().unwrap().retain(served);
            }
            _ => {}
        }
        assert_eq!(expected, actual, "{} {}", line.method, line.path);
    }
}
