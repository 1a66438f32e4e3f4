//! Who may do what: the rules of roles that bindings give to users.

use crate::api::user::User;
use crate::cluster::Cluster;
use crate::object;
use crate::resource::by_kind;
use crate::selector::Selector;
use serde_json::{Value, json};
use std::sync::Arc;

const API: &str = "rbac.authorization.k8s.io/v1";

/// What somebody wants to do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Attributes {
    pub(super) verb: String,
    pub(super) group: String,
    /// The resource, with its subresource after a slash.
    pub(super) resource: String,
    pub(super) namespace: String,
    pub(super) name: String,
    /// The path, for what is no resource.
    pub(super) path: String,
}

/// Why it is allowed; `None` when it is not.
pub(super) fn allows(cluster: &Cluster, user: &User, wanted: &Attributes) -> Option<String> {
    if user.is_master() {
        return Some(String::new());
    }
    granted(cluster, user, &wanted.namespace).iter().find_map(|Grant { binding, role, subject }| {
        let fits = role["rules"].as_array()?.iter().any(|rule| covers(rule, wanted));
        fits.then(|| reason(binding, role, subject))
    })
}

/// The rules that count for the user in a namespace (empty: for the whole cluster only), as their roles have them.
pub(super) fn rules(cluster: &Cluster, user: &User, namespace: &str) -> Vec<Value> {
    let mut rules = Vec::new();
    if user.is_master() {
        rules.push(json!({"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}));
        rules.push(json!({"verbs": ["*"], "nonResourceURLs": ["*"]}));
    }
    for grant in granted(cluster, user, namespace) {
        for rule in grant.role["rules"].as_array().into_iter().flatten() {
            if !rules.contains(rule) {
                rules.push(rule.clone());
            }
        }
    }
    rules
}

/// A role that a binding gives to a user.
struct Grant {
    binding: Arc<Value>,
    role: Arc<Value>,
    /// As what the binding names the user.
    subject: Value,
}

fn granted(cluster: &Cluster, user: &User, namespace: &str) -> Vec<Grant> {
    let bindings = |kind: &str, namespace: Option<&str>| {
        let kind = by_kind(API, kind);
        kind.map(|kind| cluster.list(kind, namespace, &Selector::default())).unwrap_or_default()
    };
    let mut all = bindings("ClusterRoleBinding", None);
    if !namespace.is_empty() {
        all.extend(bindings("RoleBinding", Some(namespace)));
    }
    let grant = |binding: Arc<Value>| {
        let subjects = binding["subjects"].as_array()?;
        let subject = subjects.iter().find(|subject| is_subject(user, subject, &binding))?.clone();
        Some(Grant { role: role(cluster, &binding)?, binding, subject })
    };
    all.into_iter().filter_map(grant).collect()
}

fn is_subject(user: &User, subject: &Value, binding: &Value) -> bool {
    let name = subject["name"].as_str().unwrap_or_default();
    match subject["kind"].as_str() {
        Some("User") => user.name == name,
        Some("Group") => user.groups.iter().any(|group| group == name),
        Some("ServiceAccount") => {
            let namespace = subject["namespace"].as_str().unwrap_or(object::namespace(binding));
            user.name == format!("system:serviceaccount:{namespace}:{name}")
        }
        _ => false,
    }
}

fn role(cluster: &Cluster, binding: &Value) -> Option<Arc<Value>> {
    let name = binding["roleRef"]["name"].as_str()?;
    match binding["roleRef"]["kind"].as_str()? {
        "Role" => cluster.get(by_kind(API, "Role")?, object::namespace(binding), name).ok(),
        "ClusterRole" => cluster.get(by_kind(API, "ClusterRole")?, "", name).ok(),
        _ => None,
    }
}

fn has(rule: &Value, key: &str, wanted: &str) -> bool {
    rule[key].as_array().into_iter().flatten().any(|one| one == "*" || one == wanted)
}

fn covers(rule: &Value, wanted: &Attributes) -> bool {
    if !has(rule, "verbs", &wanted.verb) {
        return false;
    }
    if !wanted.path.is_empty() {
        let urls = rule["nonResourceURLs"].as_array().into_iter().flatten().filter_map(Value::as_str);
        return urls.into_iter().any(|url| match url.strip_suffix('*') {
            Some(start) => wanted.path.starts_with(start),
            None => url == wanted.path,
        });
    }
    let any_of = wanted.resource.split_once('/').map(|(_, subresource)| format!("*/{subresource}"));
    let resource = has(rule, "resources", &wanted.resource)
        || any_of.is_some_and(|pattern| {
            rule["resources"].as_array().into_iter().flatten().any(|one| *one == pattern)
        });
    let names = rule["resourceNames"].as_array().map(Vec::as_slice).unwrap_or_default();
    let meant = names.is_empty() || names.iter().any(|one| *one == wanted.name);
    has(rule, "apiGroups", &wanted.group) && resource && meant
}

fn reason(binding: &Value, role: &Value, subject: &Value) -> String {
    let full = |object: &Value| match object::namespace(object) {
        "" => object::name(object).to_owned(),
        namespace => format!("{}/{namespace}", object::name(object)),
    };
    let kind = |object: &Value| object["kind"].as_str().unwrap_or_default().to_owned();
    let who = match subject["namespace"].as_str() {
        Some(namespace) => format!("{}/{namespace}", subject["name"].as_str().unwrap_or_default()),
        None => subject["name"].as_str().unwrap_or_default().to_owned(),
    };
    format!(
        "RBAC: allowed by {} \"{}\" of {} \"{}\" to {} \"{who}\"",
        kind(binding),
        full(binding),
        kind(role),
        object::name(role),
        kind(subject)
    )
}
