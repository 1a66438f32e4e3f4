//! OpenAPI 2.0: one document for everything.

use crate::api::openapi::schemas::{Version, describe_kind, names};
use crate::api::openapi::v3::path;
use crate::resource::{Kind, kinds};
use serde_json::{Map, Value, json};

/// `/openapi/v2`: of the paths, only that objects can be patched and that this can be tried (`dryRun`); all schemas.
pub(in crate::api) fn document() -> Value {
    let (mut paths, mut definitions) = (Map::new(), Map::new());
    for kind in kinds() {
        describe_kind(Version::V2, kind, &mut definitions);
        paths.insert(path(kind), json!({"patch": patch(kind)}));
    }
    json!({
        "swagger": "2.0", "info": {"title": "Kubernetes (playground)", "version": "v1.36.2"},
        "paths": paths, "definitions": definitions,
    })
}

fn patch(kind: &Kind) -> Value {
    let parameter = |name: &str| json!({"in": "query", "name": name, "type": "string"});
    let parameters = ["dryRun", "fieldManager", "force"].map(parameter);
    json!({
        "operationId": format!("patch{}", kind.kind),
        "parameters": parameters,
        "responses": {"200": {"description": "OK"}},
        "x-kubernetes-action": "patch", "x-kubernetes-group-version-kind": names(kind),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_holds_all_that_it_refers_to_and_names_every_kind() {
        let document = document();
        let text = document.to_string();
        let mut references = text.split("#/definitions/").skip(1);
        assert!(references.all(|rest| {
            let name = rest.split('"').next().unwrap();
            document["definitions"][name]["type"] == "object"
        }));
        let definitions = document["definitions"].as_object().unwrap();
        for kind in kinds() {
            let named = |one: &&Value| one["x-kubernetes-group-version-kind"][0] == names(kind);
            assert_eq!(definitions.values().filter(named).count(), 1, "{}", kind.id);
        }
    }
}
