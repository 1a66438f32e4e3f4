//! `SelfSubjectAccessReview`: what may I do?

use crate::api::rbac::{Attributes, allows};
use crate::api::user::User;
use crate::cluster::Cluster;
use serde_json::{Map, Value, json};

/// The review with its answer in `status`.
pub(super) fn review(cluster: &Cluster, user: &User, asked: &Value) -> Value {
    let attributes = &asked["spec"]["resourceAttributes"];
    let text = |key: &str| attributes[key].as_str().unwrap_or_default().to_owned();
    let resource = match text("subresource").as_str() {
        "" => text("resource"),
        subresource => format!("{}/{subresource}", text("resource")),
    };
    let path = asked["spec"]["nonResourceAttributes"]["path"].as_str().unwrap_or_default().to_owned();
    let verb = match asked["spec"]["nonResourceAttributes"]["verb"].as_str() {
        Some(verb) => verb.to_owned(),
        None => text("verb"),
    };
    let wanted = Attributes {
        verb,
        group: text("group"),
        resource,
        namespace: text("namespace"),
        name: text("name"),
        path,
    };
    let mut status = Map::new();
    match allows(cluster, user, &wanted) {
        Some(reason) => {
            status.insert("allowed".to_owned(), json!(true));
            if !reason.is_empty() {
                status.insert("reason".to_owned(), json!(reason));
            }
        }
        None => {
            status.insert("allowed".to_owned(), json!(false));
        }
    }
    json!({
        "kind": "SelfSubjectAccessReview", "apiVersion": "authorization.k8s.io/v1", "metadata": {},
        "spec": without_empty(&asked["spec"]), "status": status,
    })
}

/// Empty texts are left out, as the real server does.
fn without_empty(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.iter().filter(|(_, value)| **value != "");
            Value::Object(kept.map(|(key, value)| (key.clone(), without_empty(value))).collect())
        }
        other => other.clone(),
    }
}
