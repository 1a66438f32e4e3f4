//! What a path means.

use crate::resource::{Kind, Scope, Subresource, by_resource, groups};
use percent_encoding::percent_decode_str;

/// Where a request goes.
#[derive(Debug, Clone)]
pub(super) enum Route {
    /// To a resource.
    Resource(Target),
    /// To something else: discovery, health, version.
    Path(String),
    /// Nowhere.
    Nothing,
}

/// A resource, or an object of it, or a part of that.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) kind: &'static Kind,
    /// `None` in a request across namespaces or for the whole cluster.
    pub(super) namespace: Option<String>,
    pub(super) name: Option<String>,
    pub(super) subresource: Option<Subresource>,
}

impl Target {
    /// Namespace (empty when there is none) and name.
    pub(super) fn at(&self) -> (&str, &str) {
        (self.namespace.as_deref().unwrap_or_default(), self.name.as_deref().unwrap_or_default())
    }
}

impl Route {
    pub(super) fn parse(path: &str) -> Route {
        let parts: Vec<String> = path
            .split('/')
            .filter(|part| !part.is_empty())
            .map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned())
            .collect();
        let words: Vec<&str> = parts.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["api", "v1", rest @ ..] if !rest.is_empty() => resource("", "v1", rest),
            ["apis", group, version, rest @ ..] if !rest.is_empty() => match known(group, version) {
                Some((group, version)) => resource(group, version, rest),
                None => Route::Nothing,
            },
            _ => Route::Path(format!("/{}", words.join("/"))),
        }
    }
}

fn known(group: &str, version: &str) -> Option<(&'static str, &'static str)> {
    groups().into_iter().find(|one| *one == (group, version))
}

fn resource(group: &str, version: &str, rest: &[&str]) -> Route {
    let found = |namespace: Option<&str>, resource: &str, name: Option<&str>, sub: Option<&str>| {
        let kind = by_resource(group, version, resource)?;
        let subresource = match sub {
            Some(name) => Some(kind.subresource(name)?),
            None => None,
        };
        // An object of a namespaced kind is only found in its namespace; others never are.
        let placed = match kind.scope {
            Scope::Namespaced => namespace.is_some() || name.is_none(),
            Scope::Cluster => namespace.is_none(),
        };
        let (namespace, name) = (namespace.map(str::to_owned), name.map(str::to_owned));
        placed.then_some(Target { kind, namespace, name, subresource })
    };
    let target = match rest {
        ["namespaces", namespace, resource] => found(Some(namespace), resource, None, None)
            .or_else(|| found(None, "namespaces", Some(namespace), Some(resource))),
        ["namespaces", namespace, resource, name] => found(Some(namespace), resource, Some(name), None),
        ["namespaces", namespace, resource, name, sub] => {
            found(Some(namespace), resource, Some(name), Some(sub))
        }
        [resource] => found(None, resource, None, None),
        [resource, name] => found(None, resource, Some(name), None),
        [resource, name, sub] => found(None, resource, Some(name), Some(sub)),
        _ => None,
    };
    target.map_or(Route::Nothing, Route::Resource)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(path: &str) -> String {
        match Route::parse(path) {
            Route::Nothing => "nothing".to_owned(),
            Route::Path(path) => format!("path {path}"),
            Route::Resource(target) => format!(
                "{} {}/{} {}",
                target.kind.id,
                target.namespace.as_deref().unwrap_or("*"),
                target.name.as_deref().unwrap_or("*"),
                target.subresource.map_or("", Subresource::as_str)
            ),
        }
    }

    #[test]
    fn paths() {
        for (path, expected) in [
            ("/api/v1/pods", "pods */* "),
            ("/api/v1/namespaces/a/pods", "pods a/* "),
            ("/api/v1/namespaces/a/pods/b/eviction", "pods a/b eviction"),
            ("/api/v1/namespaces/a", "namespaces */a "),
            ("/api/v1/namespaces/a/status", "namespaces */a status"),
            ("/apis/apps/v1/namespaces/a/deployments/d/scale", "deployments.apps a/d scale"),
            ("/api/v1/nodes/n", "nodes */n "),
            ("/api/v1/pods/b", "nothing"),
            ("/api/v1/namespaces/a/nodes", "nothing"),
            ("/apis/nothing.example/v1/things", "nothing"),
            ("/apis/apps/v1", "path /apis/apps/v1"),
            ("/version/", "path /version"),
        ] {
            assert_eq!(told(path), expected, "{path}");
        }
    }
}
