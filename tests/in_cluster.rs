//! A program in a Pod of the playground connects as its service account.
//!
//! The Pods run this very test binary (`process:`), which then is the program inside: [`inside`].
#![expect(clippy::unwrap_used, reason = "tests")]

use k8s_openapi::api::core::v1::{Pod, Secret, ServiceAccount};
use k8s_openapi::api::rbac::v1::{Role, RoleBinding};
use kube::Api;
use kube::api::{ListParams, LogParams, PostParams};
use serde_json::{Value, json};
use shakedown::cluster::{Access, Cluster, SERVICE_ACCOUNT, USUAL_PLACE};
use std::time::{Duration, Instant};
use support::{Answer, Program, Running, TlsServer, TlsSetup};

const PATIENCE: Duration = Duration::from_mins(1);
/// How the test binary knows that it is the program in the Pod.
const INSIDE: &str = "TEST_INSIDE";
/// Which context it names, as scenarios have to.
const CONTEXT: &str = "TEST_CONTEXT";

/// What the program in the Pod does: it says who it is taken for.
#[tokio::test]
async fn inside() {
    if std::env::var_os(INSIDE).is_none() {
        return;
    }
    let access = Access { context: std::env::var(CONTEXT).ok(), ..Access::default() };
    let said = match Cluster::connect(&access).await {
        Ok(cluster) => {
            let pods = cluster.call("list pods", cluster.api::<Pod>().list(&ListParams::default())).await;
            let secrets =
                cluster.call("list secrets", cluster.api::<Secret>().list(&ListParams::default())).await;
            json!({
                "context": cluster.context(), "namespace": cluster.namespace(),
                "pods": pods.map_or_else(|error| error.to_string(), |list| list.items.len().to_string()),
                "secrets": secrets.map_or_else(|error| error.to_string(), |list| list.items.len().to_string()),
            })
        }
        Err(error) => json!({"error": error.to_string()}),
    };
    println!("\nsaid: {said}");
}

/// A playground, and the administrator's connection to it.
async fn up(program: &Program) -> (Running, Cluster) {
    let running = program.start(&["playground", "up", "--allow-host-programs"]);
    let kubeconfig = running.prints("export KUBECONFIG=");
    let access =
        Access { kubeconfig: Some(kubeconfig.into()), context: None, namespace: Some("default".into()) };
    let cluster = Cluster::connect(&access).await.unwrap();
    (running, cluster)
}

async fn create<K>(cluster: &Cluster, object: Value)
where
    K: kube::Resource<Scope = kube::core::NamespaceResourceScope, DynamicType = ()>,
    K: Clone + std::fmt::Debug + serde::Serialize + serde::de::DeserializeOwned,
{
    let object = serde_json::from_value(object).unwrap();
    let api: Api<K> = cluster.api();
    api.create(&PostParams::default(), &object).await.unwrap();
}

/// Runs this binary in a Pod; what it said.
async fn told(cluster: &Cluster, name: &str, spec: Value) -> Value {
    let binary = std::env::current_exe().unwrap();
    let mut pod = json!({"metadata": {"name": name}, "spec": {
        "serviceAccountName": "reader", "restartPolicy": "Never",
        "containers": [{
            "name": "c", "image": format!("process:{}", binary.display()),
            "args": ["--exact", "inside", "--nocapture"], "env": [{"name": INSIDE, "value": "1"}],
        }],
    }});
    merge(&mut pod["spec"], spec);
    create::<Pod>(cluster, pod).await;
    let pods: Api<Pod> = cluster.api();
    let begun = Instant::now();
    loop {
        let log = pods.logs(name, &LogParams::default()).await.unwrap_or_default();
        if let Some(line) = log.lines().find_map(|line| line.strip_prefix("said: ")) {
            return serde_json::from_str(line).unwrap();
        }
        assert!(begun.elapsed() < PATIENCE, "{name} said nothing but: {log}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Adds keys of maps and entries of lists; the first container stands for all.
fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (Value::Array(into), Value::Array(from)) if into.first().is_some_and(Value::is_object) => {
            for one in from {
                if one.get("name") == into[0].get("name") {
                    merge(&mut into[0], one);
                } else {
                    into.push(one);
                }
            }
        }
        (into, from) => *into = from,
    }
}

#[tokio::test]
async fn a_pod_may_do_what_its_service_account_may_and_no_more() {
    let program = Program::at(env!("CARGO_BIN_EXE_shakedown"));
    let (_running, cluster) = up(&program).await;
    create::<ServiceAccount>(&cluster, json!({"metadata": {"name": "reader"}})).await;
    let rules = json!([{"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}]);
    create::<Role>(&cluster, json!({"metadata": {"name": "reader"}, "rules": rules})).await;
    let subjects = json!([{"kind": "ServiceAccount", "name": "reader", "namespace": "default"}]);
    let role = json!({"kind": "Role", "name": "reader", "apiGroup": "rbac.authorization.k8s.io"});
    let binding = json!({"metadata": {"name": "reader"}, "roleRef": role, "subjects": subjects});
    create::<RoleBinding>(&cluster, binding).await;

    let usual = json!({"containers": [{"name": "c", "env": [
        {"name": INSIDE, "value": "1"}, {"name": SERVICE_ACCOUNT, "value": USUAL_PLACE}]}]});
    let sources = json!([
        {"serviceAccountToken": {"path": "token", "expirationSeconds": 600}},
        {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
        {"downwardAPI": {"items": [{"path": "namespace", "fieldRef": {"fieldPath": "metadata.namespace"}}]}},
    ]);
    let explicit = json!({
        "automountServiceAccountToken": false, "volumes": [{"name": "who", "projected": {"sources": sources}}],
        "containers": [{
            "name": "c", "volumeMounts": [{"name": "who", "mountPath": "/shakedown/who", "readOnly": true}],
            "env": [{"name": INSIDE, "value": "1"}, {"name": CONTEXT, "value": "in-cluster"},
                {"name": SERVICE_ACCOUNT, "value": "/shakedown/who"}],
        }],
    });
    for (count, (name, spec)) in [("usual", usual), ("explicit", explicit)].into_iter().enumerate() {
        let said = told(&cluster, name, spec).await;
        assert_eq!(
            (&said["context"], &said["namespace"]),
            (&json!("in-cluster"), &json!("default")),
            "{said}"
        );
        assert_eq!(said["pods"], (count + 1).to_string(), "{said}");
        let refused = said["secrets"].as_str().unwrap();
        let words = "User \"system:serviceaccount:default:reader\" cannot list resource \"secrets\"";
        assert!(refused.contains(words), "{refused}");
    }
    let none = told(&cluster, "none", json!({"automountServiceAccountToken": false})).await;
    let error = none["error"].as_str().unwrap();
    assert!(error.contains("the Pod's service account is not readable"), "{error}");
    assert!(error.contains(SERVICE_ACCOUNT), "{error}");
    let elsewhere = json!({"containers": [{"name": "c", "env": [
        {"name": INSIDE, "value": "1"}, {"name": CONTEXT, "value": "staging"}]}]});
    let error = told(&cluster, "elsewhere", elsewhere).await["error"].to_string();
    assert!(error.contains("kubeconfig"), "a context of a kubeconfig is not this account: {error}");
}

#[test]
fn what_a_server_gives_back_of_the_token_is_not_shown() {
    let server = TlsServer::answering(&TlsSetup::default(), |seen| {
        let message = format!("what is `{}`", seen.headers["authorization"].to_str().unwrap());
        let status = json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message,
            "reason": "Forbidden", "code": 403});
        Answer::status(403).header("content-type", "application/json").body(status.to_string())
    });
    let program = Program::at(env!("CARGO_BIN_EXE_shakedown"));
    let folder = program.folder().display().to_string();
    let port = server.addr().port().to_string();
    let program = [
        ("HOME", folder.as_str()),
        ("KUBECONFIG", ""),
        ("KUBERNETES_SERVICE_HOST", "127.0.0.1"),
        ("KUBERNETES_SERVICE_PORT", &port),
        (SERVICE_ACCOUNT, &folder),
    ]
    .into_iter()
    .fold(program, |program, (name, value)| program.with(name, value));
    program.write("token", "eyJhbGciOi.eyJpc3MiOi.c2lnbmF0dXJl");
    program.write("ca.crt", server.root_pem());
    program.write("namespace", "shop");
    let ended = program.run(&["recover"]);
    ended.expect(4, &["what is `Bearer ***`"]);
    assert!(ended.out.contains("namespace shop of context in-cluster"), "{ended}");
    assert!(!ended.to_string().contains("eyJ"), "{ended}");
    assert!(!server.seen().is_empty());
}
