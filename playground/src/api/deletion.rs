//! Delete and deletecollection.

use crate::api::answer::{self, Answer};
use crate::api::read::selector;
use crate::api::request::Request;
use crate::api::route::Target;
use crate::cluster::{Cluster, DeleteOptions, Deleted, Propagation};
use crate::object;
use crate::resource::{Deletion, Kind};
use crate::status::ApiError;
use crate::store::Write;
use http::StatusCode;
use serde_json::{Map, Value, json};

/// The options of a deletion, from the body or, where that is silent, the query.
pub(super) fn options(request: &Request, body: Option<&Value>) -> Result<(DeleteOptions, Write), ApiError> {
    let given = |key: &str| body.and_then(|body| body.get(key));
    let precondition = |key: &str| {
        let text = given("preconditions").and_then(|one| one.get(key)).and_then(Value::as_str);
        text.map(str::to_owned)
    };
    let text = given("propagationPolicy").and_then(Value::as_str);
    let orphan = given("orphanDependents").and_then(Value::as_bool);
    let propagation = match (text.unwrap_or(request.query.text("propagationPolicy")), orphan) {
        ("Foreground", _) => Propagation::Foreground,
        ("Orphan", _) | ("", Some(true)) => Propagation::Orphan,
        ("" | "Background", _) => Propagation::Background,
        (other, _) => {
            let message =
                format!("invalid propagationPolicy \"{other}\": use Background, Foreground or Orphan");
            return Err(ApiError::bad_request(message));
        }
    };
    let grace = given("gracePeriodSeconds").and_then(Value::as_i64);
    let options = DeleteOptions {
        grace_period_seconds: grace.or_else(|| request.query.text("gracePeriodSeconds").parse().ok()),
        uid: precondition("uid"),
        resource_version: precondition("resourceVersion"),
        propagation,
    };
    let dry =
        given("dryRun").and_then(Value::as_array).is_some_and(|list| list.iter().any(|one| one == "All"));
    Ok((options, if dry { Write::DryRun } else { request.write()? }))
}

/// DELETE of an object.
pub(super) fn delete(cluster: &Cluster, request: &Request, target: &Target) -> Result<Answer, ApiError> {
    let (options, write) = options(request, request.object()?.as_ref())?;
    let deleted = cluster.delete(target.kind, target.at(), &options, write)?;
    let body = match (&deleted, target.kind.deletion) {
        (Deleted::Gone(object), Deletion::Status) => success(target.kind, object),
        (Deleted::Gone(object) | Deleted::Going(object), _) => Value::clone(object),
    };
    Ok(answer::json(StatusCode::OK, &body))
}

fn success(kind: &Kind, object: &Value) -> Value {
    let mut details = Map::new();
    let facts = [
        ("name", object::name(object)),
        ("group", kind.id.group),
        ("kind", kind.id.resource),
        ("uid", object::uid(object)),
    ];
    for (key, text) in facts.into_iter().filter(|(_, text)| !text.is_empty()) {
        details.insert(key.to_owned(), json!(text));
    }
    json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details})
}

/// DELETE of a collection: each object that the selectors mean. The answer lists them as they were.
pub(super) fn delete_collection(
    cluster: &Cluster,
    request: &Request,
    target: &Target,
) -> Result<Answer, ApiError> {
    let selector = selector(target.kind, &request.query)?;
    let (options, write) = options(request, request.object()?.as_ref())?;
    let found = cluster.list(target.kind, target.namespace.as_deref(), &selector);
    for object in &found {
        match cluster.delete(target.kind, (object::namespace(object), object::name(object)), &options, write)
        {
            Err(error) if error.reason != "NotFound" => return Err(error),
            _ => {}
        }
    }
    let list = json!({
        "kind": format!("{}List", target.kind.kind), "apiVersion": target.kind.api_version(),
        "metadata": {"resourceVersion": cluster.store().version().to_string()},
        "items": found.iter().map(|object| Value::clone(object)).collect::<Vec<_>>(),
    });
    Ok(answer::json(StatusCode::OK, &list))
}
