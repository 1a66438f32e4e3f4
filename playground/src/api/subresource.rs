//! Requests to a part of an object, or for a deed on it.

use crate::api::answer::{self, Answer};
use crate::api::deletion;
use crate::api::handle::Context;
use crate::api::patching::Patch;
use crate::api::pod;
use crate::api::read;
use crate::api::request::Request;
use crate::api::route::Target;
use crate::api::validation::Validation;
use crate::api::write;
use crate::cluster::{Part, apply_scale, scale_of};
use crate::identity::{Account, Bound};
use crate::object;
use crate::resource::{Subresource, by_kind, misfit};
use crate::status::{ApiError, Details};
use http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// Answers a request to `subresource` of the target.
pub(super) async fn serve(
    context: &Context,
    request: &Request,
    target: &Target,
    subresource: Subresource,
) -> Result<Answer, ApiError> {
    match subresource {
        Subresource::Status => part(context, request, target, Part::Status),
        Subresource::EphemeralContainers => part(context, request, target, Part::EphemeralContainers),
        Subresource::Resize => part(context, request, target, Part::Resize),
        Subresource::Finalize => part(context, request, target, Part::Finalize),
        Subresource::Scale => scale(context, request, target),
        Subresource::Eviction => only_post(request).and_then(|()| evict(context, request, target)),
        Subresource::Binding => only_post(request).and_then(|()| bind(context, request, target)),
        Subresource::Token => only_post(request).and_then(|()| token(context, request, target)),
        Subresource::Log => pod::log(context, request, target).await,
        Subresource::Exec => pod::exec(context, request, target).await,
    }
}

fn only_post(request: &Request) -> Result<(), ApiError> {
    if request.method == Method::POST { Ok(()) } else { Err(ApiError::method_not_allowed()) }
}

fn part(context: &Context, request: &Request, target: &Target, part: Part) -> Result<Answer, ApiError> {
    match request.method {
        Method::GET => read::get(&context.cluster, request, target),
        Method::PUT => write::update(&context.cluster, request, target, part),
        Method::PATCH => write::patch(&context.cluster, request, target, part),
        _ => Err(ApiError::method_not_allowed()),
    }
}

fn scale(context: &Context, request: &Request, target: &Target) -> Result<Answer, ApiError> {
    let cluster = &context.cluster.written_by(request.writer(target));
    let kind = target.kind;
    let workload = match request.method {
        Method::GET => cluster.get(kind, target.at().0, target.at().1)?,
        Method::PUT => {
            let scale = request.object()?.ok_or_else(|| ApiError::bad_request("the request has no body"))?;
            if let Some(misfit) = misfit("Scale", &scale) {
                let message = format!("Scale in version \"v1\" cannot be handled as a Scale: {misfit}");
                return Err(ApiError::bad_request(message));
            }
            cluster.modify(kind, target.at(), Part::Whole, request.write()?, |present| {
                apply_scale(present, &scale)
            })?
        }
        Method::PATCH => {
            let patch = Patch::read(request)?;
            cluster.modify(kind, target.at(), Part::Whole, request.write()?, |present| {
                let mut scale = scale_of(present);
                patch.apply(kind, &mut scale, Validation::Ignore)?;
                apply_scale(present, &scale)
            })?
        }
        _ => return Err(ApiError::method_not_allowed()),
    };
    Ok(answer::json(StatusCode::OK, &scale_of(&workload)))
}

/// The answer to a deed that was done.
fn done() -> Answer {
    let status =
        json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201});
    answer::json(StatusCode::CREATED, &status)
}

fn evict(context: &Context, request: &Request, target: &Target) -> Result<Answer, ApiError> {
    let eviction = request.object()?.unwrap_or_default();
    let given = object::name(&eviction);
    if !given.is_empty() && given != target.at().1 {
        let message = format!("name in URL does not match name in Eviction object: {given}");
        return Err(ApiError::bad_request(message));
    }
    let (options, write) = deletion::options(request, eviction.get("deleteOptions"))?;
    context.cluster.evict(target.at(), &options, write)?;
    Ok(done())
}

fn bind(context: &Context, request: &Request, target: &Target) -> Result<Answer, ApiError> {
    let binding = request.object()?.unwrap_or_default();
    let node = object::text(&binding, "/target/name");
    if node.is_empty() {
        return Err(ApiError::bad_request("the Binding names no node in target.name"));
    }
    context.cluster.bind(target.at(), node, request.write()?)?;
    Ok(done())
}

/// Seconds that a token is good for unless the request says.
const TOKEN_SECONDS: i64 = 3600;

fn token(context: &Context, request: &Request, target: &Target) -> Result<Answer, ApiError> {
    let account = context.cluster.get(target.kind, target.at().0, target.at().1)?;
    let mut body = request.object()?.unwrap_or_else(|| json!({}));
    let seconds = body.pointer("/spec/expirationSeconds").and_then(Value::as_i64).unwrap_or(TOKEN_SECONDS);
    let expires = Timestamp::now()
        .saturating_add(SignedDuration::from_secs(seconds.max(600)))
        .unwrap_or(Timestamp::MAX);
    let (namespace, name) = target.at();
    let account = Account {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        uid: object::uid(&account).to_owned(),
        pod: bound(context, namespace, &body["spec"]["boundObjectRef"])?,
    };
    let token = context.tokens.issue(account, expires);
    body["kind"] = json!("TokenRequest");
    body["apiVersion"] = json!("authentication.k8s.io/v1");
    body["metadata"] = json!({"name": name, "namespace": namespace, "creationTimestamp": object::now()});
    body["spec"]["expirationSeconds"] = json!(seconds.max(600));
    body["status"] = json!({"token": token, "expirationTimestamp": object::time(expires)});
    Ok(answer::json(StatusCode::CREATED, &body))
}

/// The Pod that a token is wanted for, if it is for one alone.
fn bound(context: &Context, namespace: &str, wanted: &Value) -> Result<Option<Bound>, ApiError> {
    if wanted.is_null() {
        return Ok(None);
    }
    let pods = by_kind("v1", "Pod").filter(|kind| wanted["kind"] == kind.kind);
    let pods = pods.ok_or_else(|| ApiError::not_implemented("a token bound to anything but a Pod"))?;
    let pod = context.cluster.get(pods, namespace, object::text(wanted, "/name"))?;
    let uid = object::uid(&pod);
    if wanted["uid"].as_str().is_some_and(|given| given != uid) {
        let message = format!("the UID in the bound object reference does not match the UID in record {uid}");
        return Err(ApiError::new(409, "Conflict", message, Details::default()));
    }
    Ok(Some(Bound { name: object::name(&pod).to_owned(), uid: uid.to_owned() }))
}
