//! kube's typed client against the playground.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod wire;

use futures_util::{AsyncBufReadExt as _, StreamExt as _, TryStreamExt as _};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams, PostParams, WatchEvent, WatchParams};
use kube::runtime::watcher;
use kube::{Error, ResourceExt as _};
use playground::cluster::Part;
use playground::identity::ROOT_CERTIFICATE;
use playground::resource::by_kind;
use playground::selector::Selector;
use playground::store::{From, Write};
use playground::{Options, Playground, Upkeep};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::timeout;
use wire::{client, client_with, playground, send};

/// Longer than anything here takes; a test that waits for what never comes fails instead of hanging.
const LONG: Duration = Duration::from_mins(1);

fn config(name: &str, value: &str) -> ConfigMap {
    serde_json::from_value(json!({"metadata": {"name": name}, "data": {"value": value}})).unwrap()
}

fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> (u16, String, String) {
    match result {
        Err(Error::Api(status)) => (status.code, status.reason.clone(), status.message.clone()),
        other => panic!("not refused by the server: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_are_created_read_changed_and_deleted() {
    let playground = playground().await;
    let api: Api<ConfigMap> = Api::default_namespaced(client(&playground).await);
    let made = api.create(&PostParams::default(), &config("a", "1")).await.unwrap();
    assert_eq!(made.namespace().as_deref(), Some("default"));
    assert!(made.uid().is_some());
    let patch = Patch::Merge(json!({"data": {"value": "2"}}));
    let patched = api.patch("a", &PatchParams::default(), &patch).await.unwrap();
    assert_eq!(patched.data.unwrap()["value"], "2");
    assert_ne!(patched.metadata.resource_version, made.metadata.resource_version);
    let dry = PostParams { dry_run: true, ..PostParams::default() };
    api.create(&dry, &config("dry", "1")).await.unwrap();
    let listed = api.list(&ListParams::default()).await.unwrap();
    let names: Vec<_> = listed.iter().map(kube::ResourceExt::name_any).collect();
    assert_eq!(names, ["a", ROOT_CERTIFICATE]);
    api.delete("a", &DeleteParams::default()).await.unwrap();
    assert_eq!(refusal(api.get("a").await).0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_of_an_old_version_conflicts() {
    let playground = playground().await;
    let api: Api<ConfigMap> = Api::default_namespaced(client(&playground).await);
    let mut first = api.create(&PostParams::default(), &config("a", "1")).await.unwrap();
    api.replace("a", &PostParams::default(), &first).await.unwrap();
    first.data = config("a", "2").data;
    api.replace("a", &PostParams::default(), &first).await.unwrap();
    first.data = config("a", "3").data;
    let (code, reason, message) = refusal(api.replace("a", &PostParams::default(), &first).await);
    assert_eq!((code, reason.as_str()), (409, "Conflict"));
    assert!(message.ends_with("please apply your changes to the latest version and try again"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_is_not_taken_blindly() {
    let playground = playground().await;
    let client = client(&playground).await;
    let path = "/apis/coordination.k8s.io/v1/namespaces/default/leases";
    let lease = json!({"metadata": {"name": "l"}, "spec": {"holderIdentity": "a"}});
    assert_eq!(send(&client, "POST", path, Some("application/json"), Some(&lease)).await.0, 201);
    let (status, answer) =
        send(&client, "PUT", &format!("{path}/l"), Some("application/json"), Some(&lease)).await;
    assert_eq!(
        (status, answer["details"]["causes"][0]["field"].as_str()),
        (422, Some("metadata.resourceVersion"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn apply_creates_and_then_merges() {
    let playground = playground().await;
    let api: Api<Deployment> = Api::default_namespaced(client(&playground).await);
    let params = PatchParams::apply("test");
    let deployment = |image: &str| {
        Patch::Apply(json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"},
            "spec": {
                "selector": {"matchLabels": {"app": "d"}},
                "template": {"metadata": {"labels": {"app": "d"}}, "spec": {"containers": [{"name": "c", "image": image}]}},
            },
        }))
    };
    let made = api.patch("d", &params, &deployment("x:1")).await.unwrap();
    assert_eq!((made.metadata.generation, made.spec.replicas), (Some(1), Some(1)));
    let same = api.patch("d", &params, &deployment("x:1")).await.unwrap();
    assert_eq!(same.metadata.resource_version, made.metadata.resource_version, "nothing changed");
    let changed = api.patch("d", &params, &deployment("x:2")).await.unwrap();
    assert_eq!(changed.metadata.generation, Some(2));
    let scale = api.get_scale("d").await.unwrap();
    assert_eq!(scale.spec.unwrap().replicas, Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finalizer_holds_an_object() {
    let playground = playground().await;
    let api: Api<ConfigMap> = Api::default_namespaced(client(&playground).await);
    let mut held = config("a", "1");
    held.metadata.finalizers = Some(vec!["example.com/hold".to_owned()]);
    api.create(&PostParams::default(), &held).await.unwrap();
    api.delete("a", &DeleteParams::default()).await.unwrap();
    let going = api.get("a").await.unwrap();
    assert!(going.metadata.deletion_timestamp.is_some());
    let free = Patch::Merge(json!({"metadata": {"finalizers": null}}));
    api.patch("a", &PatchParams::default(), &free).await.unwrap();
    assert_eq!(refusal(api.get("a").await).0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_goes_on_where_another_ended() {
    let playground = playground().await;
    let api: Api<ConfigMap> = Api::default_namespaced(client(&playground).await);
    let start = api.list(&ListParams::default()).await.unwrap().metadata.resource_version.unwrap();
    for name in ["a", "b", "c"] {
        api.create(&PostParams::default(), &config(name, "1")).await.unwrap();
    }
    let mut seen = Vec::new();
    let mut from = start;
    while seen.len() < 3 {
        // One event from each watch, then a new one after it.
        let mut events = api.watch(&WatchParams::default(), &from).await.unwrap().boxed();
        match timeout(LONG, events.try_next()).await.unwrap().unwrap() {
            Some(WatchEvent::Added(object)) => {
                from = object.resource_version().unwrap();
                seen.push(object.name_any());
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(seen, ["a", "b", "c"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_is_forgotten_is_gone() {
    let playground = Playground::start(Options { history: 0, upkeep: Upkeep::Nobody }).await.unwrap();
    let client = client(&playground).await;
    let kind = by_kind("v1", "ConfigMap").unwrap();
    for index in 0..400 {
        let object = json!({"metadata": {"name": format!("c{index}")}});
        playground.cluster().create(kind, "default", object, Write::Commit).unwrap();
    }
    let api: Api<ConfigMap> = Api::default_namespaced(client);
    let mut events = api.watch(&WatchParams::default(), "1").await.unwrap().boxed();
    match timeout(LONG, events.try_next()).await.unwrap().unwrap() {
        Some(WatchEvent::Error(status)) => {
            assert_eq!((status.code, status.reason.as_str()), (410, "Expired"));
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_runtime_watcher_syncs_by_list_and_by_stream() {
    let playground = playground().await;
    let api: Api<Pod> = Api::default_namespaced(client(&playground).await);
    let pod = json!({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "x"}]}});
    let kind = by_kind("v1", "Pod").unwrap();
    playground.cluster().create(kind, "default", pod, Write::Commit).unwrap();
    for config in [watcher::Config::default(), watcher::Config::default().streaming_lists()] {
        let mut events = watcher::watcher(api.clone(), config).boxed();
        let mut names = Vec::new();
        loop {
            match timeout(LONG, events.try_next()).await.unwrap().unwrap().unwrap() {
                watcher::Event::InitApply(pod) => names.push(pod.name_any()),
                watcher::Event::InitDone => break,
                watcher::Event::Init => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(names, ["p"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_selected_watch_sees_objects_enter_and_leave() {
    let playground = playground().await;
    let api: Api<ConfigMap> = Api::default_namespaced(client(&playground).await);
    let start = api.list(&ListParams::default()).await.unwrap().metadata.resource_version.unwrap();
    let params = WatchParams::default().labels("in=yes");
    let mut events = api.watch(&params, &start).await.unwrap().boxed();
    api.create(&PostParams::default(), &config("a", "1")).await.unwrap();
    for labels in [json!({"in": "yes"}), json!({"in": "no"})] {
        let patch = Patch::Merge(json!({"metadata": {"labels": labels}}));
        api.patch("a", &PatchParams::default(), &patch).await.unwrap();
    }
    let mut kinds = Vec::new();
    while kinds.len() < 2 {
        kinds.push(match timeout(LONG, events.try_next()).await.unwrap().unwrap() {
            Some(WatchEvent::Added(_)) => "added",
            Some(WatchEvent::Deleted(_)) => "deleted",
            other => panic!("{other:?}"),
        });
    }
    assert_eq!(kinds, ["added", "deleted"]);
}

/// How many watchers read how many changes.
const WATCHERS: usize = 50;
const CHANGES: usize = 10_000;

/// Reads events until `CHANGES` have come and checks that their versions only grow. The lines are not parsed
/// into objects: fifty times ten thousand of them would test the client.
async fn read_all(client: kube::Client, from: u64) -> Vec<u64> {
    let path = format!("/api/v1/namespaces/default/configmaps?watch=true&resourceVersion={from}");
    let request = http::Request::get(path).body(Vec::new()).unwrap();
    let mut lines = Box::pin(client.request_stream(request).await.unwrap()).lines();
    let mut versions = Vec::with_capacity(CHANGES);
    while versions.len() < CHANGES {
        let line = lines.try_next().await.unwrap().expect("the watch ended early");
        let (_, rest) = line.split_once("\"resourceVersion\":\"").unwrap();
        versions.push(rest.split_once('"').unwrap().0.parse().unwrap());
    }
    versions
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_watchers_miss_nothing_and_see_nothing_twice() {
    let playground = playground().await;
    let client = client(&playground).await;
    let cluster = playground.cluster();
    let kind = by_kind("v1", "ConfigMap").unwrap();
    let created = cluster.create(
        kind,
        "default",
        json!({"metadata": {"name": "c"}, "data": {"value": ""}}),
        Write::Commit,
    );
    let start = playground::object::version(&created.unwrap());
    let mut followed = cluster.follow(kind, None, Selector::default(), From::After(start)).unwrap();
    let mut watchers = JoinSet::new();
    for _ in 0..WATCHERS {
        watchers.spawn(read_all(client.clone(), start));
    }
    let mut written = Vec::with_capacity(CHANGES);
    for index in 0..CHANGES {
        let changed = cluster.modify(kind, ("default", "c"), Part::Whole, Write::Commit, |object| {
            object["data"]["value"] = json!(index.to_string());
            Ok(())
        });
        written.push(playground::object::version(&changed.unwrap()));
        if index % 100 == 0 {
            tokio::task::yield_now().await;
        }
    }
    while let Some(read) = timeout(LONG, watchers.join_next()).await.unwrap() {
        assert!(read.unwrap() == written, "a watcher saw other versions than were written");
    }
    let mut inside = Vec::new();
    while let Some(sight) = followed.try_next().unwrap() {
        inside.push(sight.change.version);
    }
    assert!(inside == written, "the follower inside saw other versions than were written");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_in_pages_is_of_one_moment() {
    let playground = playground().await;
    let api: Api<ConfigMap> = Api::default_namespaced(client(&playground).await);
    for index in 0..10 {
        api.create(&PostParams::default(), &config(&format!("c{index}"), "1")).await.unwrap();
    }
    let mut params = ListParams::default().limit(4);
    let mut names = BTreeSet::new();
    for page in 0..3 {
        let list = api.list(&params).await.unwrap();
        names.extend(list.iter().map(kube::ResourceExt::name_any));
        params = ListParams::default().limit(4).continue_token(&list.metadata.continue_.unwrap_or_default());
        if page == 0 {
            api.delete("c9", &DeleteParams::default()).await.unwrap();
            api.create(&PostParams::default(), &config("c55", "1")).await.unwrap();
        }
    }
    let others = std::iter::once(ROOT_CERTIFICATE.to_owned());
    assert_eq!(names, (0..10).map(|index| format!("c{index}")).chain(others).collect());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_account_may_only_do_what_its_role_says() {
    let playground = playground().await;
    let admin = client(&playground).await;
    let rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/default";
    let token = "/api/v1/namespaces/default/serviceaccounts/default/token";
    let role = json!({"metadata": {"name": "r"}, "rules": [{"apiGroups": [""], "resources": ["*/status", "configmaps"], "verbs": ["get", "update"]}]});
    let binding = json!({
        "metadata": {"name": "r"}, "roleRef": {"kind": "Role", "name": "r"},
        "subjects": [{"kind": "Group", "name": "system:serviceaccounts:default"}],
    });
    let made: Vec<Value> = {
        let mut made = Vec::new();
        for (path, body) in [
            (format!("{rbac}/roles"), role),
            (format!("{rbac}/rolebindings"), binding),
            (token.to_owned(), json!({"spec": {"expirationSeconds": 600}})),
        ] {
            let (status, answer) = send(&admin, "POST", &path, Some("application/json"), Some(&body)).await;
            assert_eq!(status, 201, "{answer}");
            made.push(answer);
        }
        made
    };
    let account = client_with(&playground, made[2]["status"]["token"].as_str()).await;
    let api: Api<ConfigMap> = Api::default_namespaced(account.clone());
    assert_eq!(refusal(api.get("none").await).0, 404);
    let (code, reason, message) = refusal(api.create(&PostParams::default(), &config("a", "1")).await);
    assert_eq!((code, reason.as_str()), (403, "Forbidden"));
    assert_eq!(
        message,
        "configmaps is forbidden: User \"system:serviceaccount:default:default\" cannot create resource \
         \"configmaps\" in API group \"\" in the namespace \"default\""
    );
    assert_eq!(send(&account, "GET", "/api/v1/namespaces/default/pods/p/status", None, None).await.0, 404);
    assert_eq!(send(&account, "GET", "/api/v1/nodes", None, None).await.0, 403);
    assert_eq!(send(&account, "GET", "/version", None, None).await.0, 200);
    // The administrator may ask as the account; the account may not ask as anybody.
    let ask = |client: kube::Client| async move {
        let request = http::Request::get("/api/v1/nodes")
            .header("impersonate-user", "system:serviceaccount:default:default");
        client.send(request.body(kube::client::Body::empty()).unwrap()).await.unwrap().status().as_u16()
    };
    assert_eq!((ask(admin.clone()).await, ask(account.clone()).await), (403, 403));
    // With the account, its tokens go.
    let path = "/api/v1/namespaces/default/serviceaccounts/default";
    assert_eq!(send(&admin, "DELETE", path, None, None).await.0, 200);
    assert_eq!(send(&account, "GET", "/version", None, None).await.0, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_when_it_stops() {
    let playground = playground().await;
    let (path, address) = (playground.kubeconfig_path().to_owned(), playground.address());
    assert!(path.exists());
    let api: Api<ConfigMap> = Api::default_namespaced(client(&playground).await);
    let mut events = api.watch(&WatchParams::default(), "0").await.unwrap().boxed();
    playground.stop().await;
    assert!(!path.exists());
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
    // An open watch ends too.
    while let Ok(Some(Ok(_))) = timeout(LONG, events.next()).await {}
}
