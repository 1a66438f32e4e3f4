//! What is refused before anything is sent or started.

use crate::stage::{Stage, refusal};
use crate::story::{eventually, shell, state};
use kube::api::{Api, AttachParams, LogParams};
use playground::identity::Account;
use playground::resource::by_kind;
use playground::store::Write;
use serde_json::{Value, json};

#[tokio::test]
async fn requests_that_no_container_can_answer_are_refused_in_words() {
    let stage = Stage::new().await;
    stage.running("runs", "exec sleep 1000").await;
    stage.ended("over", "exit 0").await;
    stage.story.pod("pulls", json!({"containers": [{"name": "c", "image": "nowhere:0"}]}));
    stage.story.until("pulls", |pod| state(pod)["waiting"]["reason"] == "ImagePullBackOff").await;
    let mut two = shell("exec sleep 1000", "Always");
    two["containers"].as_array_mut().unwrap().push(json!({"name": "b", "image": "nowhere:0"}));
    two["initContainers"] = json!([{"name": "i", "image": "process:/bin/sleep", "args": ["1000"]}]);
    stage.story.pod("two", two);
    stage
        .story
        .until("two", |pod| pod["status"]["initContainerStatuses"][0]["state"]["running"].is_object())
        .await;
    let pods = stage.pods().await;
    let of = |container: &str| LogParams { container: Some(container.to_owned()), ..LogParams::default() };
    let previous = LogParams { previous: true, ..LogParams::default() };
    let choose = "a container name must be specified for pod two, choose one of: [sh b] or one of the init \
                  containers: [i]";
    for (pod, request, expected) in [
        ("runs", of("x"), (400, "container x is not valid for pod runs")),
        ("runs", previous, (400, "previous terminated container \"sh\" in pod \"runs\" not found")),
        (
            "pulls",
            LogParams::default(),
            (400, "container \"c\" in pod \"pulls\" is waiting to start: trying and failing to pull image"),
        ),
        ("two", LogParams::default(), (400, choose)),
        ("two", of("sh"), (400, "container \"sh\" in pod \"two\" is waiting to start: PodInitializing")),
        ("none", LogParams::default(), (404, "pods \"none\" not found")),
    ] {
        let (code, message) = refusal(pods.logs(pod, &request).await);
        assert_eq!((code, message.as_str()), expected, "{pod}");
    }
    let not_there = |name: &str| {
        format!("Internal error occurred: unable to upgrade connection: container not found (\"{name}\")")
    };
    let all = AttachParams::default;
    for (pod, request, code, expected) in [
        ("runs", all().container("x"), 400, "container x is not valid for pod runs".to_owned()),
        ("over", all(), 500, not_there("sh")),
        ("pulls", all(), 500, not_there("c")),
        ("two", all().container("sh"), 500, not_there("sh")),
        ("none", all(), 404, "pods \"none\" not found".to_owned()),
        ("runs", all().stdout(false).stderr(false), 400, String::new()),
    ] {
        let refused = match pods.exec(pod, ["true"], &request).await {
            // kube itself refuses to ask for no stream at all.
            Err(kube::Error::BuildRequest(_)) if expected.is_empty() => continue,
            other => refusal(other),
        };
        assert_eq!(refused, (code, expected), "{pod}");
    }
}

#[tokio::test]
async fn running_a_command_takes_the_right_to_create_and_reading_a_log_the_right_to_get() {
    let stage = Stage::new().await;
    stage.running("p", "echo hello; exec sleep 1000").await;
    let expires = jiff::Timestamp::MAX;
    let create = |version: &str, kind: &str, object: Value| stage.story.create(version, kind, object);
    let account = create("v1", "ServiceAccount", json!({"metadata": {"name": "a"}}));
    let token = stage.tokens.issue(
        Account {
            namespace: "n".to_owned(),
            name: "a".to_owned(),
            uid: account["metadata"]["uid"].as_str().unwrap().to_owned(),
            pod: None,
        },
        expires,
    );
    let rbac = "rbac.authorization.k8s.io/v1";
    let rules =
        |verb: &str| json!([{"apiGroups": [""], "resources": ["pods/exec", "pods/log"], "verbs": [verb]}]);
    create(rbac, "Role", json!({"metadata": {"name": "r"}, "rules": rules("get")}));
    create(
        rbac,
        "RoleBinding",
        json!({
            "metadata": {"name": "r"}, "roleRef": {"kind": "Role", "name": "r", "apiGroup": "rbac.authorization.k8s.io"},
            "subjects": [{"kind": "ServiceAccount", "name": "a", "namespace": "n"}],
        }),
    );
    let pods: Api<_> = stage.pods_as(&token).await;
    eventually("it may read the log", async || {
        pods.logs("p", &LogParams::default()).await.is_ok_and(|log| log == "hello\n")
    })
    .await;
    let refused = refusal(pods.exec("p", ["true"], &AttachParams::default()).await);
    assert_eq!(refused.0, 403);
    assert!(refused.1.contains("cannot create resource \"pods/exec\""), "{}", refused.1);
    let kind = by_kind(rbac, "Role").unwrap();
    let change = stage.story.cluster.modify(
        kind,
        ("n", "r"),
        playground::cluster::Part::Whole,
        Write::Commit,
        |role| {
            role["rules"] = rules("create");
            Ok(())
        },
    );
    change.unwrap();
    assert_eq!(refusal(pods.logs("p", &LogParams::default()).await).0, 403);
    assert!(pods.exec("p", ["true"], &AttachParams::default()).await.is_ok());
}
