//! What a new cluster holds.

use crate::cluster::Cluster;
use crate::identity::certificate;
use crate::resource::by_kind;
use crate::status::ApiError;
use crate::store::Write;
use serde_json::{Value, json};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

const RBAC: &str = "rbac.authorization.k8s.io/v1";
const READ: [&str; 3] = ["get", "list", "watch"];
const GROUPS: [&str; 8] =
    ["", "apps", "batch", "policy", "discovery.k8s.io", "networking.k8s.io", "autoscaling", "metrics.k8s.io"];

/// The ports that the Service `kubernetes` may have. On most clusters it is 443, for which a playground of a user other
/// than root lacks the privilege; programs read it from `KUBERNETES_SERVICE_PORT`.
const API_PORTS: [u16; 4] = [6443, 16443, 26443, 36443];
/// An address of this machine that nothing listens on.
const FREE: Ipv4Addr = Ipv4Addr::new(127, 255, 255, 254);

/// The first port that is not taken at all addresses of this machine, as a real API server on it takes 6443.
fn api_port() -> u16 {
    let free = |port: &u16| TcpListener::bind((FREE, *port)).is_ok();
    API_PORTS.into_iter().find(free).unwrap_or(API_PORTS[0])
}

/// Creates the usual namespaces with what each has, the Service of the API server, and the usual roles.
pub(crate) fn bootstrap(cluster: &Cluster) -> Result<(), ApiError> {
    for namespace in ["default", "kube-system", "kube-public", "kube-node-lease"] {
        put(cluster, "v1", "Namespace", "", json!({"metadata": {"name": namespace}}))?;
        put(cluster, "v1", "ServiceAccount", namespace, json!({"metadata": {"name": "default"}}))?;
        if let Some(identity) = cluster.identity() {
            put(cluster, "v1", "ConfigMap", namespace, certificate(identity))?;
        }
    }
    let ports = json!([{"name": "https", "port": api_port(), "protocol": "TCP"}]);
    let labels = json!({"component": "apiserver", "provider": "kubernetes"});
    let service = json!({"metadata": {"name": "kubernetes", "labels": labels}, "spec": {"ports": ports}});
    put(cluster, "v1", "Service", "default", service)?;
    for (name, rules) in roles() {
        put(cluster, RBAC, "ClusterRole", "", json!({"metadata": {"name": name}, "rules": rules}))?;
    }
    for (role, group) in [
        ("cluster-admin", "system:masters"),
        ("system:basic-user", "system:authenticated"),
        ("system:discovery", "system:authenticated"),
    ] {
        let binding = json!({
            "metadata": {"name": role}, "roleRef": {"kind": "ClusterRole", "name": role},
            "subjects": [{"kind": "Group", "name": group}],
        });
        put(cluster, RBAC, "ClusterRoleBinding", "", binding)?;
    }
    Ok(())
}

/// Leads the Service `kubernetes` to where the API server listens.
pub(crate) fn publish(cluster: &Cluster, server: SocketAddr) -> Result<(), ApiError> {
    let (address, port) = (server.ip().to_string(), server.port());
    let ports = json!([{"name": "https", "port": port, "protocol": "TCP"}]);
    let slice = json!({
        "metadata": {"name": "kubernetes", "labels": {"kubernetes.io/service-name": "kubernetes"}},
        "addressType": "IPv4", "endpoints": [{"addresses": [address], "conditions": {"ready": true}}],
        "ports": ports,
    });
    put(cluster, "discovery.k8s.io/v1", "EndpointSlice", "default", slice)?;
    let labels = json!({"endpointslice.kubernetes.io/skip-mirror": "true"});
    let endpoints = json!({
        "metadata": {"name": "kubernetes", "labels": labels},
        "subsets": [{"addresses": [{"ip": address}], "ports": ports}],
    });
    put(cluster, "v1", "Endpoints", "default", endpoints)
}

fn put(cluster: &Cluster, version: &str, kind: &str, namespace: &str, object: Value) -> Result<(), ApiError> {
    let kind = by_kind(version, kind).ok_or_else(|| ApiError::not_implemented(kind))?;
    cluster.create(kind, namespace, object, Write::Commit).map(|_| ())
}

fn roles() -> [(&'static str, Value); 5] {
    let paths =
        ["/api", "/api/*", "/apis", "/apis/*", "/openapi", "/openapi/*", "/version", "/version/", "/healthz"];
    let reviews = json!({
        "apiGroups": ["authorization.k8s.io"],
        "resources": ["selfsubjectaccessreviews", "selfsubjectrulesreviews"], "verbs": ["create"],
    });
    let who = json!({
        "apiGroups": ["authentication.k8s.io"], "resources": ["selfsubjectreviews"], "verbs": ["create"],
    });
    let all = json!({"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]});
    [
        ("cluster-admin", json!([all, {"nonResourceURLs": ["*"], "verbs": ["*"]}])),
        ("edit", json!([{"apiGroups": GROUPS, "resources": ["*"], "verbs": ["*"]}])),
        ("system:basic-user", json!([reviews, who])),
        ("system:discovery", json!([{"nonResourceURLs": paths, "verbs": ["get"]}])),
        ("view", json!([{"apiGroups": GROUPS, "resources": ["*"], "verbs": READ}])),
    ]
}
