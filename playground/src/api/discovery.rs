//! What the server serves, told to clients: `/api`, `/apis` and below, `/version`.

use crate::resource::{Kind, Scope, Verbs, groups, kinds};
use serde_json::{Map, Value, json};

/// `/version`: the Kubernetes whose behaviour the playground follows.
pub(super) fn version() -> Value {
    json!({
        "major": "1", "minor": "36", "emulationMajor": "1", "emulationMinor": "36", "minCompatibilityMajor": "1",
        "minCompatibilityMinor": "35", "gitVersion": "v1.36.2", "gitCommit": "playground", "gitTreeState": "",
        "buildDate": "1970-01-01T00:00:00Z", "goVersion": "none", "compiler": "rustc", "platform": "linux/amd64",
    })
}

/// `/api`.
pub(super) fn core_versions(address: &str) -> Value {
    json!({
        "kind": "APIVersions", "versions": ["v1"],
        "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": address}],
    })
}

fn group((name, version): (&str, &str)) -> Value {
    let version = json!({"groupVersion": format!("{name}/{version}"), "version": version});
    json!({"name": name, "versions": [version], "preferredVersion": version})
}

/// `/apis`.
pub(super) fn group_list() -> Value {
    let groups: Vec<Value> = groups().into_iter().map(group).collect();
    json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})
}

/// `/apis/GROUP`.
pub(super) fn one_group(name: &str) -> Option<Value> {
    let found = groups().into_iter().find(|(group, _)| *group == name)?;
    let mut group = group(found);
    group["kind"] = json!("APIGroup");
    group["apiVersion"] = json!("v1");
    Some(group)
}

fn verbs(kind: &Kind) -> &'static [&'static str] {
    match kind.verbs {
        Verbs::All => &["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
        Verbs::CreateOnly => &["create"],
        Verbs::Measured => &["get", "list"],
    }
}

fn of_version(group: &str, version: &str) -> Vec<&'static Kind> {
    kinds().filter(|kind| kind.id.group == group && kind.version == version).collect()
}

/// `/api/v1` and `/apis/GROUP/VERSION`.
pub(super) fn resource_list(group: &str, version: &str) -> Option<Value> {
    let kinds = of_version(group, version);
    let first = kinds.first()?;
    let mut resources: Vec<Value> = kinds.iter().flat_map(|kind| resources(kind)).collect();
    resources.sort_by_key(|resource| resource["name"].as_str().unwrap_or_default().to_owned());
    Some(json!({
        "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": first.api_version(), "resources": resources,
    }))
}

fn resources(kind: &Kind) -> Vec<Value> {
    let namespaced = kind.scope == Scope::Namespaced;
    let mut own = json!({
        "name": kind.id.resource, "singularName": kind.singular(), "namespaced": namespaced, "kind": kind.kind,
        "verbs": verbs(kind),
    });
    for (key, words) in [("shortNames", kind.short_names), ("categories", kind.categories)] {
        if !words.is_empty() {
            own[key] = json!(words);
        }
    }
    let mut all = vec![own];
    for subresource in kind.subresources {
        let mut entry = Map::new();
        entry.insert("name".to_owned(), json!(format!("{}/{}", kind.id.resource, subresource.as_str())));
        entry.insert("singularName".to_owned(), json!(""));
        entry.insert("namespaced".to_owned(), json!(namespaced));
        let (group, version, name) = subresource.other_kind().unwrap_or(("", "", kind.kind));
        for (key, word) in [("group", group), ("version", version)] {
            if !group.is_empty() {
                entry.insert(key.to_owned(), json!(word));
            }
        }
        entry.insert("kind".to_owned(), json!(name));
        entry.insert("verbs".to_owned(), json!(subresource.verbs()));
        all.push(Value::Object(entry));
    }
    all
}

/// Everything at once, for clients that know `APIGroupDiscoveryList`: the core group or all others.
pub(super) fn aggregated(core: Core) -> Value {
    let groups = match core {
        Core::Alone => vec![("", "v1")],
        Core::Without => groups(),
    };
    let items: Vec<Value> = groups
        .into_iter()
        .map(|(group, version)| {
            let resources: Vec<Value> =
                of_version(group, version).into_iter().map(aggregated_resource).collect();
            let metadata = if group.is_empty() { json!({}) } else { json!({"name": group}) };
            json!({
                "metadata": metadata,
                "versions": [{"version": version, "resources": resources, "freshness": "Current"}],
            })
        })
        .collect();
    json!({"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items})
}

/// Which groups an aggregated document tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Core {
    /// The core group (`/api`).
    Alone,
    /// All others (`/apis`).
    Without,
}

fn aggregated_resource(kind: &Kind) -> Value {
    let response =
        |group: &str, version: &str, name: &str| json!({"group": group, "version": version, "kind": name});
    let mut entry = json!({
        "resource": kind.id.resource, "responseKind": response(kind.id.group, kind.version, kind.kind),
        "scope": if kind.scope == Scope::Namespaced { "Namespaced" } else { "Cluster" },
        "singularResource": kind.singular(), "verbs": verbs(kind),
    });
    for (key, words) in [("shortNames", kind.short_names), ("categories", kind.categories)] {
        if !words.is_empty() {
            entry[key] = json!(words);
        }
    }
    let subresources: Vec<Value> = kind
        .subresources
        .iter()
        .map(|one| {
            let (group, version, name) = one.other_kind().unwrap_or((kind.id.group, kind.version, kind.kind));
            json!({
                "subresource": one.as_str(), "responseKind": response(group, version, name), "verbs": one.verbs(),
            })
        })
        .collect();
    if !subresources.is_empty() {
        entry["subresources"] = json!(subresources);
    }
    entry
}
