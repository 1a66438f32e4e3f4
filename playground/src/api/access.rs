//! Whether a request may be done.

use crate::api::rbac::{Attributes, allows};
use crate::api::request::Request;
use crate::api::route::Target;
use crate::cluster::Cluster;
use crate::resource::Subresource;
use crate::status::{ApiError, Details};
use http::Method;

/// The verb of a request to a resource.
pub(super) fn verb(request: &Request, target: &Target) -> &'static str {
    match (&request.method, target.name.is_some()) {
        (&Method::GET | &Method::HEAD, _) if request.query.flag("watch") && target.subresource.is_none() => {
            "watch"
        }
        (&Method::GET | &Method::HEAD, true) if target.subresource == Some(Subresource::Exec) => "create",
        (&Method::GET | &Method::HEAD, true) => "get",
        (&Method::GET | &Method::HEAD, false) => "list",
        (&Method::POST, _) => "create",
        (&Method::PUT, _) => "update",
        (&Method::PATCH, _) => "patch",
        (&Method::DELETE, true) => "delete",
        (&Method::DELETE, false) => "deletecollection",
        _ => "",
    }
}

/// Refuses with 403 what no rule allows.
pub(super) fn check_resource(cluster: &Cluster, request: &Request, target: &Target) -> Result<(), ApiError> {
    let id = target.kind.id;
    let resource = match target.subresource {
        Some(subresource) => format!("{}/{}", id.resource, subresource.as_str()),
        None => id.resource.to_owned(),
    };
    let verb = verb(request, target);
    let (namespace, name) = target.at();
    // A namespace lies in itself: a Role in it may allow to read it.
    let namespace = if (id.group, id.resource) == ("", "namespaces") { name } else { namespace };
    let wanted = Attributes {
        verb: verb.to_owned(),
        group: id.group.to_owned(),
        resource: resource.clone(),
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        path: String::new(),
    };
    if allows(cluster, &request.user, &wanted).is_some() {
        return Ok(());
    }
    let place = match namespace {
        "" => "at the cluster scope".to_owned(),
        namespace => format!("in the namespace \"{namespace}\""),
    };
    let why = format!(
        "User \"{}\" cannot {verb} resource \"{resource}\" in API group \"{}\" {place}",
        request.user.name, id.group
    );
    Err(ApiError::forbidden(id.group, id.resource, name, &why))
}

/// Refuses with 403 a path that no rule allows.
pub(super) fn check_path(cluster: &Cluster, request: &Request, path: &str) -> Result<(), ApiError> {
    let verb = request.method.as_str().to_lowercase();
    let wanted = Attributes { verb: verb.clone(), path: path.to_owned(), ..Attributes::default() };
    if allows(cluster, &request.user, &wanted).is_some() {
        return Ok(());
    }
    let message = format!("forbidden: User \"{}\" cannot {verb} path \"{path}\"", request.user.name);
    Err(ApiError::new(403, "Forbidden", message, Details::default()))
}
