//! Objects as rows and columns, which is what `kubectl get` asks for.

mod age;
mod cells;
mod pod;

use crate::api::read::partial;
use crate::resource::Kind;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// One object.
pub(super) fn of_one(kind: &Kind, object: &Value) -> Value {
    let mut metadata = Map::new();
    if let Some(version) = object["metadata"].get("resourceVersion") {
        metadata.insert("resourceVersion".to_owned(), version.clone());
    }
    table(kind, std::iter::once(object), &metadata)
}

/// A page of a list.
pub(super) fn of_list(kind: &Kind, page: &[Arc<Value>], metadata: &Map<String, Value>) -> Value {
    table(kind, page.iter().map(|object| &**object), metadata)
}

fn table<'a>(kind: &Kind, objects: impl Iterator<Item = &'a Value>, metadata: &Map<String, Value>) -> Value {
    let columns = cells::columns(kind.kind);
    let definitions: Vec<Value> = columns.iter().map(cells::Column::definition).collect();
    let rows: Vec<Value> = objects
        .map(|object| {
            // The columns know the form in which objects are kept.
            let kept = kind.kept.map(|kept| {
                let mut object = object.clone();
                (kept.keep)(&mut object);
                object
            });
            let seen = kept.as_ref().unwrap_or(object);
            let cells: Vec<Value> = columns.iter().map(|column| (column.cell)(seen)).collect();
            json!({"cells": cells, "object": partial(object)})
        })
        .collect();
    json!({
        "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
        "columnDefinitions": definitions, "rows": rows,
    })
}
