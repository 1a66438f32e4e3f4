//! Create, update and patch.

use crate::api::answer::{self, Answer};
use crate::api::patching::Patch;
use crate::api::read::show;
use crate::api::request::Request;
use crate::api::review::review;
use crate::api::route::Target;
use crate::api::validation::{Validation, warned};
use crate::cluster::{Applied, Cluster, Part};
use crate::object;
use crate::ownership::Force;
use crate::resource::{Kind, Verbs, misfit};
use crate::status::{ApiError, Cause};
use http::StatusCode;
use serde_json::{Value, json};

/// The object in a request's body: of the right kind, in the right place. And what to warn the client of.
fn body(request: &Request, target: &Target) -> Result<(Value, Vec<String>), ApiError> {
    let kind = target.kind;
    let mut object = request.object()?.ok_or_else(|| ApiError::bad_request("the request has no body"))?;
    if !object.is_object() {
        let message = "couldn't get version/kind; json parse error: json: cannot unmarshal into Go value of type struct";
        return Err(ApiError::bad_request(message));
    }
    check_kind(kind, &object)?;
    if let Some(misfit) = misfit(kind.kind, &object) {
        let (version, kind) = (kind.version, kind.kind);
        let message = format!("{kind} in version \"{version}\" cannot be handled as a {kind}: {misfit}");
        return Err(ApiError::bad_request(message));
    }
    let warnings = Validation::of(request)?.check(kind, &mut object).map_err(|error| {
        let (version, kind) = (kind.version, kind.kind);
        ApiError::bad_request(format!(
            "{kind} in version \"{version}\" cannot be handled as a {kind}: {error}"
        ))
    })?;
    let (namespace, name) = target.at();
    let given = object::namespace(&object);
    if !given.is_empty() && given != namespace {
        let message = "the namespace of the provided object does not match the namespace sent on the request";
        return Err(ApiError::bad_request(message));
    }
    if !namespace.is_empty() {
        object::metadata_mut(&mut object).insert("namespace".to_owned(), json!(namespace));
    }
    let given = object::name(&object);
    if target.name.is_some() && given != name {
        let message = format!("the name of the object ({given}) does not match the name on the URL ({name})");
        return Err(ApiError::bad_request(message));
    }
    Ok((object, warnings))
}

/// A body may leave its kind out, but not be of another one.
fn check_kind(kind: &Kind, object: &Value) -> Result<(), ApiError> {
    let (given_version, given_kind) = (object::text(object, "/apiVersion"), object::text(object, "/kind"));
    let version = kind.api_version();
    if !given_version.is_empty() && given_version != version {
        let message = format!(
            "the API version in the data ({given_version}) does not match the expected API version ({version})"
        );
        return Err(ApiError::bad_request(message));
    }
    if !given_kind.is_empty() && given_kind != kind.kind {
        let message =
            format!("{given_kind} in version \"{}\" cannot be handled as a {}", kind.version, kind.kind);
        return Err(ApiError::bad_request(message));
    }
    Ok(())
}

/// POST to a collection.
pub(super) fn create(cluster: &Cluster, request: &Request, target: &Target) -> Result<Answer, ApiError> {
    let cluster = &cluster.written_by(request.writer(target));
    let (object, warnings) = body(request, target)?;
    if target.kind.verbs == Verbs::CreateOnly {
        return Ok(answer::json(StatusCode::CREATED, &review(cluster, &request.user, target.kind, &object)));
    }
    if object::version(&object) > 0 {
        return Err(ApiError::bad_request("resourceVersion should not be set on objects to be created"));
    }
    let stored = cluster.create(target.kind, target.at().0, object, request.write()?)?;
    Ok(warned(show(StatusCode::CREATED, target.kind, request, &stored), &warnings))
}

/// PUT of an object or a part of it.
pub(super) fn update(
    cluster: &Cluster,
    request: &Request,
    target: &Target,
    part: Part,
) -> Result<Answer, ApiError> {
    let cluster = &cluster.written_by(request.writer(target));
    let (object, warnings) = body(request, target)?;
    // The real server takes blind updates of most kinds, but not of these.
    if matches!(target.kind.kind, "Lease" | "PodDisruptionBudget") && object::version(&object) == 0 {
        let cause = Cause::invalid("metadata.resourceVersion", &json!(0), "must be specified for an update");
        target.kind.check(target.at().1, vec![cause])?;
    }
    let stored = cluster.update(target.kind, object, part, request.write()?)?;
    Ok(warned(show(StatusCode::OK, target.kind, request, &stored), &warnings))
}

/// PATCH of an object or a part of it.
pub(super) fn patch(
    cluster: &Cluster,
    request: &Request,
    target: &Target,
    part: Part,
) -> Result<Answer, ApiError> {
    let cluster = &cluster.written_by(request.writer(target));
    let validation = Validation::of(request)?;
    let (patch, write) = (Patch::read(request)?, request.write()?);
    let patch = match patch {
        Patch::Apply(wanted, force) => return apply(cluster, request, target, part, wanted, force),
        patch => patch,
    };
    let mut warnings = Vec::new();
    let patched = cluster.modify(target.kind, target.at(), part, write, |present| {
        warnings = patch.apply(target.kind, present, validation)?;
        Ok(())
    })?;
    Ok(warned(show(StatusCode::OK, target.kind, request, &patched), &warnings))
}

/// PATCH that is a server-side apply.
fn apply(
    cluster: &Cluster,
    request: &Request,
    target: &Target,
    part: Part,
    mut wanted: Value,
    force: Force,
) -> Result<Answer, ApiError> {
    let kind = target.kind;
    check_kind(kind, &wanted)?;
    let (namespace, name) = target.at();
    if let Some(misfit) = misfit(kind.kind, &wanted) {
        let message = format!("failed to create typed patch object ({namespace}/{name}): {misfit}");
        return Err(ApiError::bad_request(message));
    }
    // The real server's apply takes no field that it does not know, whatever `fieldValidation` says.
    Validation::Strict.check(kind, &mut wanted).map_err(|error| {
        let kind = format!("{}, Kind={}", kind.api_version(), kind.kind);
        ApiError::bad_request(format!(
            "failed to create typed patch object ({namespace}/{name}; {kind}): {error}"
        ))
    })?;
    if wanted.pointer("/metadata/managedFields").is_some_and(|owners| *owners != json!([])) {
        return Err(ApiError::bad_request("metadata.managedFields must be nil"));
    }
    let applied = cluster.apply(kind, target.at(), part, wanted, force, request.write()?)?;
    let (code, object) = match applied {
        Applied::Created(object) => (StatusCode::CREATED, object),
        Applied::Changed(object) => (StatusCode::OK, object),
    };
    Ok(show(code, kind, request, &object))
}
