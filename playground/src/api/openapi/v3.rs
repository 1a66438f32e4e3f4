//! OpenAPI 3.0: a document for each group and version.

use crate::api::openapi::schemas::{Version, describe_kind, names};
use crate::resource::{Kind, Scope, groups, kinds};
use serde_json::{Map, Value, json};

/// `/openapi/v3`: where the documents are.
pub(in crate::api) fn index() -> Value {
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

/// `/openapi/v3/api/v1` and `/openapi/v3/apis/GROUP/VERSION`: paths, parameters and schemas.
pub(in crate::api) fn document(group: &str, version: &str) -> Option<Value> {
    let kinds: Vec<_> = kinds().filter(|kind| kind.id.group == group && kind.version == version).collect();
    if kinds.is_empty() {
        return None;
    }
    let (mut paths, mut schemas) = (Map::new(), Map::new());
    for kind in kinds {
        describe_kind(Version::V3, kind, &mut schemas);
        paths.insert(path(kind), operations(kind));
    }
    Some(json!({
        "openapi": "3.0.0", "info": {"title": "Kubernetes (playground)", "version": "v1.36.2"},
        "paths": paths, "components": {"schemas": schemas},
    }))
}

/// Where one object of a kind is.
pub(super) fn path(kind: &Kind) -> String {
    let root = match kind.id.group {
        "" => "/api/v1".to_owned(),
        group => format!("/apis/{group}/{}", kind.version),
    };
    let place = if kind.scope == Scope::Namespaced { "/namespaces/{namespace}" } else { "" };
    format!("{root}{place}/{}/{{name}}", kind.id.resource)
}

fn operations(kind: &Kind) -> Value {
    let parameter = |name: &str| json!({"name": name, "in": "query", "schema": {"type": "string"}});
    let parameters: Vec<Value> =
        ["dryRun", "fieldManager", "fieldValidation", "force"].map(parameter).to_vec();
    let operation = |action: &str| {
        json!({
            "operationId": format!("{action}{}", kind.kind), "parameters": parameters, "responses": {"200": {"description": "OK"}},
            "x-kubernetes-action": action, "x-kubernetes-group-version-kind": names(kind),
        })
    };
    json!({"get": operation("get"), "put": operation("put"), "patch": operation("patch"), "delete": operation("delete")})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_holds_all_that_it_refers_to() {
        for (group, version) in groups().into_iter().chain([("", "v1")]) {
            let document = document(group, version).unwrap();
            let text = document.to_string();
            for reference in text.split("#/components/schemas/").skip(1) {
                let name = reference.split('"').next().unwrap();
                assert!(document["components"]["schemas"][name].is_object(), "{group}: {name}");
            }
        }
    }

    #[test]
    fn lists_say_how_patches_treat_them() {
        let schemas = &document("apps", "v1").unwrap()["components"]["schemas"];
        let ports = &schemas["Container"]["properties"]["ports"];
        assert_eq!(ports["x-kubernetes-patch-merge-key"], "containerPort");
        assert_eq!(
            schemas["Volume"]["properties"]["emptyDir"]["allOf"][0]["$ref"],
            "#/components/schemas/EmptyDirVolumeSource"
        );
        let strategy = |schema: &str, field: &str| {
            schemas[schema]["properties"][field]["x-kubernetes-patch-strategy"].clone()
        };
        assert_eq!(strategy("PodSpec", "volumes"), "merge,retainKeys");
        assert_eq!(strategy("DeploymentSpec", "strategy"), "retainKeys");
        assert!(schemas["Container"]["properties"]["command"].get("x-kubernetes-patch-strategy").is_none());
    }
}
