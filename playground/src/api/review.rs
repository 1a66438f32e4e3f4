//! Reviews: may I do this, what may I do, who am I?

use crate::api::rbac::{Attributes, allows, rules};
use crate::api::user::User;
use crate::cluster::Cluster;
use crate::object;
use crate::resource::Kind;
use serde_json::{Map, Value, json};

/// The review of `kind` with its answer in `status`.
pub(super) fn review(cluster: &Cluster, user: &User, kind: &Kind, asked: &Value) -> Value {
    let (spec, status) = match kind.kind {
        "SelfSubjectReview" => {
            (json!({}), json!({"userInfo": {"username": user.name, "groups": user.groups}}))
        }
        "SelfSubjectRulesReview" => {
            (json!({}), all_rules(cluster, user, object::text(asked, "/spec/namespace")))
        }
        _ => (without_empty(&asked["spec"]), access(cluster, user, asked)),
    };
    let mut answer = json!({"kind": kind.kind, "apiVersion": kind.api_version(), "metadata": {}});
    if kind.kind != "SelfSubjectReview" {
        answer["spec"] = spec;
    }
    answer["status"] = status;
    answer
}

/// Everything that the user may do in a namespace, rule by rule.
fn all_rules(cluster: &Cluster, user: &User, namespace: &str) -> Value {
    let (paths, resources): (Vec<Value>, Vec<Value>) =
        rules(cluster, user, namespace).into_iter().partition(|rule| rule.get("nonResourceURLs").is_some());
    json!({"resourceRules": resources, "nonResourceRules": paths, "incomplete": false})
}

/// Whether the user may do what the review asks.
fn access(cluster: &Cluster, user: &User, asked: &Value) -> Value {
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
    Value::Object(status)
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
