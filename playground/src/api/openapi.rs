//! The little of `/openapi/v3` by which kubectl learns that the server checks fields and can dry-run itself.

use crate::resource::{Kind, Scope, groups, kinds};
use serde_json::{Map, Value, json};

/// `/openapi/v3`: where the documents are.
pub(super) fn index() -> Value {
    let mut paths = Map::new();
    let core = [("api/v1".to_owned(), "/openapi/v3/api/v1".to_owned())];
    let others = groups().into_iter().map(|(group, version)| {
        (format!("apis/{group}/{version}"), format!("/openapi/v3/apis/{group}/{version}"))
    });
    for (name, url) in core.into_iter().chain(others) {
        paths.insert(name, json!({"serverRelativeURL": url}));
    }
    json!({"paths": paths})
}

/// `/openapi/v3/api/v1` and `/openapi/v3/apis/GROUP/VERSION`: paths and parameters, without schemas.
pub(super) fn document(group: &str, version: &str) -> Option<Value> {
    let kinds: Vec<_> = kinds().filter(|kind| kind.id.group == group && kind.version == version).collect();
    if kinds.is_empty() {
        return None;
    }
    let mut paths = Map::new();
    for kind in kinds {
        let root = if group.is_empty() { "/api/v1".to_owned() } else { format!("/apis/{group}/{version}") };
        let place = if kind.scope == Scope::Namespaced { "/namespaces/{namespace}" } else { "" };
        paths.insert(format!("{root}{place}/{}/{{name}}", kind.id.resource), operations(kind));
    }
    Some(json!({
        "openapi": "3.0.0", "info": {"title": "Kubernetes (playground)", "version": "v1.36.2"},
        "paths": paths, "components": {"schemas": {}},
    }))
}

fn operations(kind: &Kind) -> Value {
    let parameter = |name: &str| json!({"name": name, "in": "query", "schema": {"type": "string"}});
    let parameters: Vec<Value> =
        ["dryRun", "fieldManager", "fieldValidation", "force"].map(parameter).to_vec();
    let gvk = json!({"group": kind.id.group, "version": kind.version, "kind": kind.kind});
    let operation = |action: &str| {
        json!({
            "operationId": format!("{action}{}", kind.kind), "parameters": parameters, "responses": {"200": {"description": "OK"}},
            "x-kubernetes-action": action, "x-kubernetes-group-version-kind": gvk,
        })
    };
    json!({"get": operation("get"), "put": operation("put"), "patch": operation("patch"), "delete": operation("delete")})
}
