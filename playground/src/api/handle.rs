//! From a request to its answer.

use crate::api::access::{check_path, check_resource};
use crate::api::agent::NodeAgent;
use crate::api::answer::{self, Answer};
use crate::api::discovery::{self, Core};
use crate::api::pod::Handshake;
use crate::api::request::Request;
use crate::api::route::{Route, Target};
use crate::api::user::User;
use crate::api::{deletion, metrics, negotiate, openapi, query, read, subresource, watching, write};
use crate::cluster::{Cluster, Part};
use crate::identity::Tokens;
use crate::resource::Verbs;
use crate::status::{ApiError, Details};
use bytes::Bytes;
use http::{Method, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use serde_json::Value;
use std::sync::Arc;

/// The largest body that is read, as on a real server.
const LARGEST_BODY: usize = 3 * 1024 * 1024;

/// What every answer may need.
pub(super) struct Context {
    pub(super) cluster: Cluster,
    pub(super) tokens: Arc<Tokens>,
    pub(super) agent: Arc<dyn NodeAgent>,
    /// The server's address, as it tells it.
    pub(super) address: String,
}

/// Answers one request.
pub(super) async fn handle(context: &Context, incoming: http::Request<Incoming>) -> Answer {
    let (mut head, body) = incoming.into_parts();
    let handshake = Handshake::read(&mut head);
    let text = |name: header::HeaderName| {
        head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    };
    let path = head.uri.path().to_owned();
    if matches!(path.as_str(), "/healthz" | "/livez" | "/readyz") {
        return answer::bytes(StatusCode::OK, "text/plain; charset=utf-8", Bytes::from_static(b"ok"));
    }
    let Some(user) = user(context, &text(header::AUTHORIZATION)) else {
        return answer::refusal(&ApiError::unauthorized());
    };
    let user = match impersonated(user, &head.headers) {
        Ok(user) => user,
        Err(error) => return answer::refusal(&error),
    };
    let Ok(body) = Limited::new(body, LARGEST_BODY).collect().await.map(http_body_util::Collected::to_bytes)
    else {
        let message = format!("the body is larger than {LARGEST_BODY} bytes, or was cut off");
        return answer::refusal(&ApiError::new(413, "RequestEntityTooLarge", message, Details::default()));
    };
    let request = Request {
        method: head.method,
        query: query::Query::parse(head.uri.query().unwrap_or_default()),
        accept: text(header::ACCEPT),
        user_agent: text(header::USER_AGENT),
        content_type: text(header::CONTENT_TYPE),
        body,
        user,
        handshake,
    };
    let answered = match Route::parse(&path) {
        Route::Resource(target) => resource(context, &request, &target).await,
        Route::Path(path) => other(context, &request, &path),
        Route::Nothing => Ok(answer::no_such_page()),
    };
    answered.unwrap_or_else(|error| answer::refusal(&error))
}

fn user(context: &Context, authorization: &str) -> Option<User> {
    let bearer = context.tokens.bearer(authorization.strip_prefix("Bearer ")?.trim())?;
    User::of(bearer, &context.cluster)
}

/// The user that the administrator wants to be (`kubectl --as`); nobody else may.
fn impersonated(user: User, headers: &header::HeaderMap) -> Result<User, ApiError> {
    let Some(wanted) = headers.get("impersonate-user").and_then(|value| value.to_str().ok()) else {
        return Ok(user);
    };
    if !user.is_master() {
        let why = format!(
            "User \"{}\" cannot impersonate resource \"users\" in API group \"\" at the cluster scope",
            user.name
        );
        return Err(ApiError::forbidden("", "users", wanted, &why));
    }
    let mut wanted = User::named(wanted);
    let groups = headers.get_all("impersonate-group").iter().filter_map(|value| value.to_str().ok());
    wanted.groups.extend(groups.map(str::to_owned));
    Ok(wanted)
}

async fn resource(context: &Context, request: &Request, target: &Target) -> Result<Answer, ApiError> {
    let cluster = &context.cluster;
    check_resource(cluster, request, target)?;
    if let Some(subresource) = target.subresource {
        return subresource::serve(context, request, target, subresource).await;
    }
    if target.kind.verbs == Verbs::Measured {
        return metrics::serve(cluster, request, target);
    }
    if target.kind.verbs == Verbs::CreateOnly && request.method != Method::POST {
        return Err(ApiError::method_not_allowed());
    }
    match (&request.method, target.name.is_some()) {
        (&Method::GET, _) if request.query.flag("watch") => watching::watch(cluster, request, target),
        (&Method::GET, true) => read::get(cluster, request, target),
        (&Method::GET, false) => read::list(cluster, request, target),
        (&Method::POST, false) => write::create(cluster, request, target),
        (&Method::PUT, true) => write::update(cluster, request, target, Part::Whole),
        (&Method::PATCH, true) => write::patch(cluster, request, target, Part::Whole),
        (&Method::DELETE, true) => deletion::delete(cluster, request, target),
        (&Method::DELETE, false) => deletion::delete_collection(cluster, request, target),
        _ => Err(ApiError::method_not_allowed()),
    }
}

/// Paths that are no resource.
fn other(context: &Context, request: &Request, path: &str) -> Result<Answer, ApiError> {
    check_path(&context.cluster, request, path)?;
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let aggregated = negotiate::aggregated(&request.accept);
    let found: Option<Value> = match parts.as_slice() {
        ["version"] => Some(discovery::version()),
        ["api"] if aggregated => return Ok(told_at_once(Core::Alone)),
        ["apis"] if aggregated => return Ok(told_at_once(Core::Without)),
        ["api"] => Some(discovery::core_versions(&context.address)),
        ["apis"] => Some(discovery::group_list()),
        ["api", "v1"] => discovery::resource_list("", "v1"),
        ["apis", group] => discovery::one_group(group),
        ["apis", group, version] => discovery::resource_list(group, version),
        ["openapi", "v3"] => Some(openapi::index()),
        ["openapi", "v3", "api", "v1"] => openapi::document("", "v1"),
        ["openapi", "v3", "apis", group, version] => openapi::document(group, version),
        _ => None,
    };
    if found.is_some() && request.method != Method::GET {
        return Err(ApiError::method_not_allowed());
    }
    Ok(found.map_or_else(answer::no_such_page, |value| answer::json(StatusCode::OK, &value)))
}

fn told_at_once(core: Core) -> Answer {
    let body = Bytes::from(discovery::aggregated(core).to_string());
    answer::bytes(
        StatusCode::OK,
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
        body,
    )
}
