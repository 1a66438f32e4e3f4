//! Get and list.

use crate::api::answer::{self, Answer};
use crate::api::negotiate::{View, view};
use crate::api::query::Query;
use crate::api::request::Request;
use crate::api::route::Target;
use crate::api::table;
use crate::cluster::Cluster;
use crate::resource::Kind;
use crate::selector::Selector;
use crate::status::ApiError;
use crate::store::{ObjectKey, Snapshot};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// The selectors of a query, checked against what the kind can be selected by.
pub(super) fn selector(kind: &Kind, query: &Query) -> Result<Selector, ApiError> {
    let bad = |error: crate::selector::SelectorError| ApiError::bad_request(error.to_string());
    let labels = query.text("labelSelector").parse().map_err(bad)?;
    let fields: crate::selector::FieldSelector = query.text("fieldSelector").parse().map_err(bad)?;
    fields.check(kind.fields).map_err(bad)?;
    Ok(Selector { labels, fields })
}

/// One object, in the form that the client wants.
pub(super) fn show(code: StatusCode, kind: &Kind, request: &Request, object: &Value) -> Answer {
    match view(&request.accept) {
        View::Plain => answer::json(code, object),
        View::Table => answer::json(code, &table::of_one(kind, object)),
        View::Metadata => answer::json(code, &partial(object)),
    }
}

/// An object's metadata alone.
pub(super) fn partial(object: &Value) -> Value {
    json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": object["metadata"]})
}

/// GET of an object.
pub(super) fn get(cluster: &Cluster, request: &Request, target: &Target) -> Result<Answer, ApiError> {
    let object = cluster.get(target.kind, target.at().0, target.at().1)?;
    Ok(show(StatusCode::OK, target.kind, request, &object))
}

/// GET of a collection.
pub(super) fn list(cluster: &Cluster, request: &Request, target: &Target) -> Result<Answer, ApiError> {
    let selector = selector(target.kind, &request.query)?;
    let (snapshot, after) = snapshot(cluster, target.kind, &request.query)?;
    let limit =
        request.query.number("limit").filter(|limit| *limit > 0).map_or(usize::MAX, |limit| limit as usize);
    let mut page: Vec<Arc<Value>> = Vec::new();
    let mut last: Option<&ObjectKey> = None;
    let mut remaining = 0_u64;
    for (key, object) in &snapshot.objects {
        let here = target.namespace.as_ref().is_none_or(|namespace| key.namespace == *namespace);
        let new = after.as_ref().is_none_or(|after| key > after);
        if !here || !new || !selector.matches(object) {
            continue;
        }
        if page.len() < limit {
            page.push(Arc::clone(object));
            last = Some(key);
        } else {
            remaining += 1;
        }
    }
    let mut metadata = Map::new();
    metadata.insert("resourceVersion".to_owned(), json!(snapshot.version.to_string()));
    if let Some(last) = last.filter(|_| remaining > 0) {
        metadata.insert("continue".to_owned(), json!(token(snapshot.version, last)));
        if selector.is_everything() {
            metadata.insert("remainingItemCount".to_owned(), json!(remaining));
        }
    }
    Ok(answer::json(StatusCode::OK, &render(target.kind, request, &page, &metadata)))
}

fn render(kind: &Kind, request: &Request, page: &[Arc<Value>], metadata: &Map<String, Value>) -> Value {
    match view(&request.accept) {
        View::Plain => json!({
            "kind": format!("{}List", kind.kind), "apiVersion": kind.api_version(), "metadata": metadata,
            "items": page.iter().map(|object| untyped(object)).collect::<Vec<_>>(),
        }),
        View::Table => table::of_list(kind, page, metadata),
        View::Metadata => json!({
            "kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
            "items": page.iter().map(|object| partial(object)).collect::<Vec<_>>(),
        }),
    }
}

/// An item of a list: the list says what kind it is.
fn untyped(object: &Value) -> Value {
    let fields = object.as_object().into_iter().flatten();
    let kept = fields.filter(|(key, _)| !matches!(key.as_str(), "kind" | "apiVersion"));
    Value::Object(kept.map(|(key, value)| (key.clone(), value.clone())).collect())
}

/// The objects to list from, and the key after which this page begins.
fn snapshot(
    cluster: &Cluster,
    kind: &Kind,
    query: &Query,
) -> Result<(Snapshot, Option<ObjectKey>), ApiError> {
    let token = query.text("continue");
    if token.is_empty() {
        let exact = query.number("resourceVersion").filter(|_| query.text("resourceVersionMatch") == "Exact");
        return match exact {
            Some(version) => Ok((at(cluster, kind, version)?, None)),
            None => Ok((cluster.snapshot(kind), None)),
        };
    }
    let (version, after) =
        read_token(token).ok_or_else(|| ApiError::bad_request("continue key is not valid"))?;
    Ok((at(cluster, kind, version)?, Some(after)))
}

fn at(cluster: &Cluster, kind: &Kind, version: u64) -> Result<Snapshot, ApiError> {
    cluster.snapshot_at(kind, version).map_err(|_| {
        ApiError::expired(
            "The provided continue parameter is too old to display a consistent list result. You must start a new \
             list without the continue parameter.",
        )
    })
}

/// As the real server's: the version of the list, and where to go on.
fn token(version: u64, last: &ObjectKey) -> String {
    let start = format!("{}/{}\u{0}", last.namespace, last.name);
    STANDARD.encode(json!({"v": "meta.k8s.io/v1", "rv": version, "start": start}).to_string())
}

fn read_token(token: &str) -> Option<(u64, ObjectKey)> {
    let value: Value = serde_json::from_slice(&STANDARD.decode(token).ok()?).ok()?;
    let (namespace, name) = value["start"].as_str()?.trim_end_matches('\u{0}').split_once('/')?;
    Some((value["rv"].as_u64()?, ObjectKey::new(namespace, name)))
}
