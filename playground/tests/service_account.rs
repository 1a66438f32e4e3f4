//! A Pod reaches the API server by what it finds in itself, and may do what its service account may.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "story/mod.rs"]
mod story;

use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Pod, Secret, ServiceAccount};
use k8s_openapi::api::rbac::v1::{Role, RoleBinding};
use kube::api::{DeleteParams, ListParams, LogParams, Patch, PatchParams, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::core::NamespaceResourceScope;
use kube::{Api, Client, Config, Error};
use playground::node::{HostPrograms, NodeOptions};
use playground::{Options, Playground, Upkeep};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::fmt::Debug;
use std::path::Path;
use story::{eventually, supervisor};

const PLACE: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

async fn whole() -> (Playground, Client) {
    let mut options = NodeOptions::new(supervisor());
    options.host_programs = HostPrograms::Allowed;
    let upkeep = Upkeep::Whole(options);
    let playground = Playground::start(Options { upkeep, ..Options::default() }).await.unwrap();
    let file = Kubeconfig::read_from(playground.kubeconfig_path()).unwrap();
    let config = Config::from_custom_kubeconfig(file, &KubeConfigOptions::default()).await.unwrap();
    let client = Client::try_from(config).unwrap();
    let namespace = serde_json::from_value(json!({"metadata": {"name": "n"}})).unwrap();
    Api::<Namespace>::all(client.clone()).create(&PostParams::default(), &namespace).await.unwrap();
    (playground, client)
}

async fn create<K>(client: &Client, object: Value) -> K
where
    K: kube::Resource<Scope = NamespaceResourceScope, DynamicType = ()>,
    K: Clone + Debug + serde::Serialize + DeserializeOwned,
{
    let object = serde_json::from_value(object).unwrap();
    Api::namespaced(client.clone(), "n").create(&PostParams::default(), &object).await.unwrap()
}

/// An account that may read Pods.
async fn reader(client: &Client) {
    create::<ServiceAccount>(client, json!({"metadata": {"name": "reader"}})).await;
    let rules = json!([{"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}]);
    create::<Role>(client, json!({"metadata": {"name": "r"}, "rules": rules})).await;
    let role = json!({"kind": "Role", "name": "r", "apiGroup": "rbac.authorization.k8s.io"});
    let subjects = json!([{"kind": "ServiceAccount", "name": "reader", "namespace": "n"}]);
    create::<RoleBinding>(client, json!({"metadata": {"name": "r"}, "roleRef": role, "subjects": subjects}))
        .await;
}

/// A Pod that tells the server's address and the folder that is mounted at `place`.
fn teller(spec: &Value, mounts: &Value, place: &str) -> Value {
    let script = "echo https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT $PLACE; exec sleep 1000";
    let mut pod = json!({"metadata": {"name": "p"}, "spec": {"containers": [{
        "name": "c", "image": "process:/bin/sh", "args": ["-c", script], "volumeMounts": mounts,
        "env": [{"name": "PLACE", "value": place}],
    }]}});
    for (key, value) in spec.as_object().unwrap() {
        pod["spec"][key] = value.clone();
    }
    pod
}

/// What the Pod told: the server's URL, and the folder.
async fn told(client: &Client) -> (String, String) {
    let pods = Api::<Pod>::namespaced(client.clone(), "n");
    let mut log = String::new();
    eventually("the Pod told", async || {
        log = pods.logs("p", &LogParams::default()).await.unwrap_or_default();
        log.ends_with('\n')
    })
    .await;
    let (server, folder) = log.trim().split_once(' ').unwrap();
    (server.to_owned(), folder.to_owned())
}

/// A client with nothing but what a Pod has.
fn inside(server: &str, folder: &str) -> Client {
    let mut config = Config::new(server.parse().unwrap());
    config.root_cert_file = Some(Path::new(folder).join("ca.crt"));
    config.auth_info.token_file = Some(format!("{folder}/token"));
    config.default_retry = false;
    Client::try_from(config).unwrap()
}

fn refusal<T: Debug>(answer: Result<T, Error>) -> (u16, String) {
    match answer {
        Err(Error::Api(status)) => (status.code, status.message.clone()),
        other => panic!("not refused by the server: {other:?}"),
    }
}

#[tokio::test]
async fn the_token_that_is_mounted_by_itself_is_the_accounts_and_ends_with_the_pod() {
    let (_playground, client) = whole().await;
    reader(&client).await;
    create::<Pod>(&client, teller(&json!({"serviceAccountName": "reader"}), &json!([]), PLACE)).await;
    let (server, folder) = told(&client).await;
    assert_eq!(std::fs::read_to_string(format!("{folder}/namespace")).unwrap(), "n");
    let own = inside(&server, &folder);
    let names = Api::<Pod>::namespaced(own.clone(), "n").list(&ListParams::default()).await.unwrap();
    assert_eq!(names.items.len(), 1);
    let refused = refusal(Api::<Secret>::namespaced(own, "n").list(&ListParams::default()).await);
    let words = "secrets is forbidden: User \"system:serviceaccount:n:reader\" cannot list resource \"secrets\" \
                 in API group \"\" in the namespace \"n\"";
    assert_eq!(refused, (403, words.to_owned()));
    let later = tempfile::tempdir().unwrap();
    for file in ["token", "ca.crt"] {
        std::fs::copy(format!("{folder}/{file}"), later.path().join(file)).unwrap();
    }
    let pods = Api::<Pod>::namespaced(client, "n");
    pods.delete("p", &DeleteParams::default().grace_period(0)).await.unwrap();
    eventually("the Pod is gone", async || pods.get_opt("p").await.unwrap().is_none()).await;
    let late = inside(&server, later.path().to_str().unwrap());
    let refused = refusal(Api::<Pod>::namespaced(late, "n").list(&ListParams::default()).await);
    assert_eq!(refused.0, 401);
}

#[tokio::test]
async fn a_projected_volume_of_its_own_stands_for_the_one_that_was_switched_off() {
    let (_playground, client) = whole().await;
    reader(&client).await;
    let sources = json!([
        {"serviceAccountToken": {"path": "token", "expirationSeconds": 600}},
        {"configMap": {"name": "kube-root-ca.crt"}},
        {"downwardAPI": {"items": [{"path": "namespace", "fieldRef": {"fieldPath": "metadata.namespace"}}]}},
    ]);
    let spec = json!({
        "serviceAccountName": "reader", "automountServiceAccountToken": false,
        "volumes": [{"name": "who", "projected": {"sources": sources}}],
    });
    let mounts = json!([{"name": "who", "mountPath": "/who", "readOnly": true}]);
    let pod: Pod = create(&client, teller(&spec, &mounts, "/who")).await;
    assert_eq!(pod.spec.unwrap().volumes.unwrap().len(), 1, "nothing is mounted by itself");
    let (server, folder) = told(&client).await;
    assert!(folder.ends_with("/volumes/who"), "{folder}");
    let own = inside(&server, &folder);
    assert_eq!(Api::<Pod>::namespaced(own, "n").list(&ListParams::default()).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn every_namespace_has_the_authority_s_certificate_and_gets_it_back() {
    let (_playground, client) = whole().await;
    for namespace in ["default", "kube-system", "n"] {
        let maps = Api::<ConfigMap>::namespaced(client.clone(), namespace);
        let certificate = async || {
            let found = maps.get_opt("kube-root-ca.crt").await.unwrap()?;
            found.data?.remove("ca.crt").filter(|text| text.starts_with("-----BEGIN CERTIFICATE-----"))
        };
        eventually("it is there", async || certificate().await.is_some()).await;
        let wrong = Patch::Merge(json!({"data": {"ca.crt": "another"}}));
        maps.patch("kube-root-ca.crt", &PatchParams::default(), &wrong).await.unwrap();
        eventually("it is as it was", async || certificate().await.is_some()).await;
        maps.delete("kube-root-ca.crt", &DeleteParams::default()).await.unwrap();
        eventually("it is back", async || certificate().await.is_some()).await;
    }
}
