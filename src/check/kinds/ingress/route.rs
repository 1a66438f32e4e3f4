//! Which backend an Ingress names for a host and a path.

use k8s_openapi::api::networking::v1::{
    HTTPIngressPath, IngressBackend, IngressRule, IngressSpec, IngressTLS,
};

/// The backend for a host and a path. The most exact host counts first, then the longest path; between paths of one
/// length an exact one.
pub(super) fn route<'s>(spec: &'s IngressSpec, host: &str, path: &str) -> Option<&'s IngressBackend> {
    let rules = || spec.rules.iter().flatten();
    let exact = rules().filter(|rule| named(rule) == host && !host.is_empty());
    let wild = rules().filter(|rule| is_wildcard_of(named(rule), host));
    let any = rules().filter(|rule| named(rule).is_empty());
    let best = |rules: Vec<&'s IngressRule>| {
        let paths = rules.into_iter().filter_map(|rule| rule.http.as_ref()).flat_map(|http| &http.paths);
        let fitting = paths.filter(|one| fits(one, path));
        fitting.max_by_key(|one| (written(one).trim_end_matches('/').len(), one.path_type == "Exact"))
    };
    let found = best(exact.collect()).or_else(|| best(wild.collect())).or_else(|| best(any.collect()));
    found.map(|path| &path.backend).or(spec.default_backend.as_ref())
}

/// Whether a certificate is meant for a host; one without hosts is meant for all.
pub(super) fn covers(tls: &IngressTLS, host: &str) -> bool {
    let hosts = tls.hosts.iter().flatten();
    hosts.clone().next().is_none() || hosts.into_iter().any(|one| one == host || is_wildcard_of(one, host))
}

fn named(rule: &IngressRule) -> &str {
    rule.host.as_deref().unwrap_or_default()
}

fn written(path: &HTTPIngressPath) -> &str {
    path.path.as_deref().unwrap_or("/")
}

/// `*.shop.test` stands for exactly one more label.
fn is_wildcard_of(pattern: &str, host: &str) -> bool {
    let Some(end) = pattern.strip_prefix('*') else { return false };
    host.strip_suffix(end).is_some_and(|label| !label.is_empty() && !label.contains('.'))
}

fn fits(rule: &HTTPIngressPath, path: &str) -> bool {
    let written = written(rule);
    if rule.path_type == "Exact" {
        return written == path;
    }
    // Whole parts count: `/api` is no prefix of `/apis`.
    let prefix = written.trim_end_matches('/');
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn the_most_exact_host_and_the_longest_path_count() {
        let to = |service: &str, path: &str, kind: &str| json!({"path": path, "pathType": kind, "backend": {"service": {"name": service}}});
        let rule = |host: Value, paths: Vec<Value>| json!({"host": host, "http": {"paths": paths}});
        let spec: IngressSpec = serde_json::from_value(json!({
            "defaultBackend": {"service": {"name": "default"}},
            "rules": [
                rule(json!("shop.test"), vec![
                    to("site", "/", "Prefix"), to("api", "/api", "Prefix"), to("login", "/api/login", "Exact"),
                ]),
                rule(json!("*.shop.test"), vec![to("tenant", "/", "Prefix")]),
                rule(Value::Null, vec![to("any", "/health", "Exact")]),
            ],
        }))
        .unwrap();
        for (host, path, service) in [
            ("shop.test", "/", "site"),
            ("shop.test", "/apis", "site"),
            ("shop.test", "/api", "api"),
            ("shop.test", "/api/", "api"),
            ("shop.test", "/api/orders", "api"),
            ("shop.test", "/api/login", "login"),
            ("shop.test", "/api/login/x", "api"),
            ("a.shop.test", "/api", "tenant"),
            ("a.b.shop.test", "/api", "default"),
            ("", "/health", "any"),
            ("other.test", "/health", "any"),
            ("other.test", "/", "default"),
        ] {
            let found = route(&spec, host, path).and_then(|backend| backend.service.as_ref());
            assert_eq!(found.map(|found| found.name.as_str()), Some(service), "{host}{path}");
        }
    }
}
