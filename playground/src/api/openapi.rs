//! The part of `/openapi/v3` that kubectl reads: that the server checks fields and can dry-run itself, and, for
//! `explain` and for the patches of `apply`, the fields of the kinds. There are no descriptions.

use crate::patch::{ListRule, list_rule};
use crate::resource::{Kind, Scope, groups, kinds};
use crate::schema::{Field, Holds, Message, Type, message_of};
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

/// `/openapi/v3/api/v1` and `/openapi/v3/apis/GROUP/VERSION`: paths, parameters and schemas.
pub(super) fn document(group: &str, version: &str) -> Option<Value> {
    let kinds: Vec<_> = kinds().filter(|kind| kind.id.group == group && kind.version == version).collect();
    if kinds.is_empty() {
        return None;
    }
    let (mut paths, mut schemas) = (Map::new(), Map::new());
    for kind in kinds {
        if let Some(message) = message_of(&kind.api_version(), kind.kind) {
            describe(message, &mut schemas);
            let gvk = json!({"group": kind.id.group, "version": kind.version, "kind": kind.kind});
            let schema = &mut schemas[&message.name];
            schema["x-kubernetes-group-version-kind"] = json!([gvk]);
            for key in ["apiVersion", "kind"] {
                schema["properties"][key] = json!({"type": "string"});
            }
        }
        let root = if group.is_empty() { "/api/v1".to_owned() } else { format!("/apis/{group}/{version}") };
        let place = if kind.scope == Scope::Namespaced { "/namespaces/{namespace}" } else { "" };
        paths.insert(format!("{root}{place}/{}/{{name}}", kind.id.resource), operations(kind));
    }
    Some(json!({
        "openapi": "3.0.0", "info": {"title": "Kubernetes (playground)", "version": "v1.36.2"},
        "paths": paths, "components": {"schemas": schemas},
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

/// Adds the schema of a message, and those of what it holds.
fn describe(of: &Message, schemas: &mut Map<String, Value>) {
    if schemas.contains_key(&of.name) {
        return;
    }
    schemas.insert(of.name.clone(), Value::Null);
    let mut properties = Map::new();
    collect(of, &mut properties, schemas);
    schemas.insert(of.name.clone(), json!({"type": "object", "properties": properties}));
}

/// The properties of a message, with those that stand in the place of a field.
fn collect(of: &Message, properties: &mut Map<String, Value>, schemas: &mut Map<String, Value>) {
    for field in &of.fields {
        let inner = field.message();
        match inner {
            Some(inner) if field.name.is_empty() => collect(inner, properties, schemas),
            _ => {
                if let Some(inner) = inner {
                    describe(inner, schemas);
                }
                properties.insert(field.name.clone(), property(field, inner));
            }
        }
    }
}

fn property(field: &Field, inner: Option<&Message>) -> Value {
    let one = match (&field.kind, inner) {
        (_, Some(inner)) => json!({"allOf": [{"$ref": format!("#/components/schemas/{}", inner.name)}]}),
        (Type::Number, _) => json!({"type": "integer"}),
        (Type::Truth, _) => json!({"type": "boolean"}),
        (Type::Bytes, _) => json!({"type": "string", "format": "byte"}),
        (Type::Time | Type::MicroTime, _) => json!({"type": "string", "format": "date-time"}),
        (Type::NumberOrText, _) => json!({"type": "string", "format": "int-or-string"}),
        (Type::Any, _) => json!({"type": "object"}),
        _ => json!({"type": "string"}),
    };
    match field.holds {
        Holds::One => one,
        Holds::Map => json!({"type": "object", "additionalProperties": one}),
        Holds::List(_) => {
            let mut list = json!({"type": "array", "items": one});
            let keys = inner.into_iter().flat_map(|inner| &inner.fields);
            let sample: Map<String, Value> = keys.map(|key| (key.name.clone(), Value::Null)).collect();
            match list_rule(&field.name, Some(&Value::Object(sample))) {
                ListRule::MergeBy(key) => {
                    list["x-kubernetes-patch-strategy"] = json!("merge");
                    list["x-kubernetes-patch-merge-key"] = json!(key);
                }
                ListRule::Union => list["x-kubernetes-patch-strategy"] = json!("merge"),
                ListRule::Replace => {}
            }
            list
        }
    }
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
        assert!(schemas["Container"]["properties"]["command"].get("x-kubernetes-patch-strategy").is_none());
    }
}
