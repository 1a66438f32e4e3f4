//! What clients send, and what the server makes of it: YAML, unknown fields, and who owns what afterwards.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod wire;

use http_body_util::BodyExt as _;
use kube::Client;
use kube::client::Body;
use serde_json::{Value, json};
use wire::{client, playground};

const MAPS: &str = "/api/v1/namespaces/default/configmaps";

/// Sends a text as it is. Returns the status, the warnings and the answer.
async fn send(
    client: &Client,
    method: &str,
    path: &str,
    media: &str,
    body: &str,
) -> (u16, Vec<String>, Value) {
    let request = http::Request::builder().method(method).uri(path).header("content-type", media);
    let request = request.header("user-agent", "tester/1.0 (linux)");
    let response = client.send(request.body(Body::from(body.as_bytes().to_vec())).unwrap()).await.unwrap();
    let status = response.status().as_u16();
    let warnings = response.headers().get_all("warning").iter();
    let warnings = warnings.map(|one| one.to_str().unwrap().to_owned()).collect();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, warnings, serde_json::from_slice(&bytes).unwrap())
}

/// Manager, operation and fields of each owner.
fn owners(object: &Value) -> Vec<(String, String, Value)> {
    let list = object["metadata"]["managedFields"].as_array().expect("owners");
    let text = |one: &Value, key: &str| one[key].as_str().unwrap_or_default().to_owned();
    list.iter().map(|one| (text(one, "manager"), text(one, "operation"), one["fieldsV1"].clone())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn yaml_is_taken_where_json_is() {
    let playground = playground().await;
    let client = client(&playground).await;
    let yaml = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  text: |\n    one\n    two\n";
    let (status, _, made) = send(&client, "POST", MAPS, "application/yaml", yaml).await;
    assert_eq!((status, made["data"]["text"].as_str()), (201, Some("one\ntwo\n")));
    let yaml = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {text: new}}";
    let path = format!("{MAPS}/a");
    let (status, _, put) = send(&client, "PUT", &path, "application/yaml", yaml).await;
    assert_eq!((status, put["data"]["text"].as_str()), (200, Some("new")));
    let (status, _, broken) = send(&client, "POST", MAPS, "application/yaml", "a: [1").await;
    assert_eq!((status, broken["reason"].as_str()), (400, Some("BadRequest")));
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_fields_are_warned_of_or_refused_and_never_stored() {
    let playground = playground().await;
    let client = client(&playground).await;
    let body = json!({"metadata": {"name": "a"}, "data": {"x": "1"}, "dta": {}}).to_string();
    let send = |query: &'static str| {
        let (client, body) = (client.clone(), body.clone());
        async move { send(&client, "POST", &format!("{MAPS}?dryRun=All{query}"), "application/json", &body).await }
    };
    let (status, warnings, made) = send("").await;
    assert_eq!((status, warnings), (201, vec!["299 - \"unknown field \\\"dta\\\"\"".to_owned()]));
    assert!(made.get("dta").is_none());
    assert_eq!(send("&fieldValidation=Ignore").await.1, Vec::<String>::new());
    let (status, _, refused) = send("&fieldValidation=Strict").await;
    assert_eq!(status, 400);
    let expected = "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: unknown field \"dta\"";
    assert_eq!(refused["message"], expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_apply_conflicts_with_other_owners_until_it_is_forced() {
    let playground = playground().await;
    let client = client(&playground).await;
    let made = json!({"metadata": {"name": "a"}, "data": {"x": "1", "y": "1"}}).to_string();
    let (_, _, made) = send(&client, "POST", MAPS, "application/json", &made).await;
    let fields = json!({"f:data": {".": {}, "f:x": {}, "f:y": {}}});
    assert_eq!(owners(&made), [("tester".to_owned(), "Update".to_owned(), fields)]);

    let apply = |query: &'static str, body: &'static str| {
        let client = client.clone();
        let path = format!("{MAPS}/a?fieldManager=gitops{query}");
        async move { send(&client, "PATCH", &path, "application/apply-patch+yaml", body).await }
    };
    let wanted = "apiVersion: v1\nkind: ConfigMap\ndata: {x: '2', z: '1'}\n";
    let (status, _, refused) = apply("", wanted).await;
    assert_eq!((status, refused["reason"].as_str()), (409, Some("Conflict")));
    assert_eq!(
        refused["message"],
        "Apply failed with 1 conflict: conflict with \"tester\" using v1: .data.x"
    );
    let cause = json!({"reason": "FieldManagerConflict", "message": "conflict with \"tester\" using v1", "field": ".data.x"});
    assert_eq!(refused["details"]["causes"], json!([cause]));

    let (status, _, forced) = apply("&force=true", wanted).await;
    assert_eq!((status, &forced["data"]), (200, &json!({"x": "2", "y": "1", "z": "1"})));
    let rest = json!({"f:data": {".": {}, "f:y": {}}});
    let taken = json!({"f:data": {"f:x": {}, "f:z": {}}});
    let expected =
        [("tester".to_owned(), "Update".to_owned(), rest), ("gitops".to_owned(), "Apply".to_owned(), taken)];
    assert_eq!(owners(&forced), expected);
    let (_, _, same) = apply("", wanted).await;
    assert_eq!(same["metadata"]["resourceVersion"], forced["metadata"]["resourceVersion"]);
    let (_, _, less) = apply("", "apiVersion: v1\nkind: ConfigMap\ndata: {x: '2'}\n").await;
    assert_eq!(less["data"], json!({"x": "2", "y": "1"}));
    let (status, _, refused) = apply("", "apiVersion: v1\nkind: ConfigMap\ndta: {x: '2'}\n").await;
    assert_eq!(status, 400, "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scale_and_a_status_have_owners_of_their_own() {
    let playground = playground().await;
    let client = client(&playground).await;
    let pod =
        json!({"metadata": {"labels": {"app": "a"}}, "spec": {"containers": [{"name": "c", "image": "x"}]}});
    let spec = json!({"selector": {"matchLabels": {"app": "a"}}, "template": pod});
    let path = "/apis/apps/v1/namespaces/default/deployments";
    let body = json!({"metadata": {"name": "a"}, "spec": spec}).to_string();
    send(&client, "POST", path, "application/json", &body).await;
    for (part, body) in [
        ("scale", json!({"spec": {"replicas": 3}})),
        ("status", json!({"status": {"observedGeneration": 1}})),
    ] {
        let path = format!("{path}/a/{part}?fieldManager=other");
        let (status, _, answer) =
            send(&client, "PATCH", &path, "application/merge-patch+json", &body.to_string()).await;
        assert_eq!(status, 200, "{answer}");
    }
    let (_, _, stored) = send(&client, "GET", &format!("{path}/a"), "", "").await;
    let parts: Vec<(String, Value)> = stored["metadata"]["managedFields"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["manager"] == "other")
        .map(|one| (one["subresource"].as_str().unwrap().to_owned(), one["fieldsV1"].clone()))
        .collect();
    let expected = [
        ("scale".to_owned(), json!({"f:spec": {"f:replicas": {}}})),
        ("status".to_owned(), json!({"f:status": {"f:observedGeneration": {}}})),
    ];
    assert_eq!(parts, expected);
}
