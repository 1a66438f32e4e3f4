//! `metrics.k8s.io`: the measurements of the nodes in the form of metrics-server, which `kubectl top` reads.

use crate::api::answer::{self, Answer};
use crate::api::read::selector;
use crate::api::request::Request;
use crate::api::route::Target;
use crate::cluster::Cluster;
use crate::metrics::{ContainerUsage, PodUsage};
use crate::object;
use crate::resource::{Kind, Scope, by_kind};
use crate::selector::Selector;
use crate::status::ApiError;
use crate::store::ObjectKey;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Answers a request for measurements: of one Pod or node, or a list of them.
pub(super) fn serve(cluster: &Cluster, request: &Request, target: &Target) -> Result<Answer, ApiError> {
    if request.method != Method::GET || request.query.flag("watch") {
        return Err(ApiError::method_not_allowed());
    }
    let kind = target.kind;
    let measured = by_kind("v1", if kind.scope == Scope::Cluster { "Node" } else { "Pod" })
        .ok_or_else(|| ApiError::not_implemented(kind.kind))?;
    let pods = cluster.measurements().all();
    let value = if let Some(name) = &target.name {
        let namespace = target.at().0;
        let about = cluster.get(measured, namespace, name)?;
        let mut one = one(&about, &pods).ok_or_else(|| unmeasured(kind, namespace, name))?;
        one["kind"] = json!(kind.kind);
        one["apiVersion"] = json!(kind.api_version());
        one
    } else {
        let wanted = Selector { labels: selector(kind, &request.query)?.labels, ..Selector::default() };
        let about = cluster.list(measured, target.namespace.as_deref(), &wanted);
        let items: Vec<Value> = about.iter().filter_map(|about| one(about, &pods)).collect();
        json!({
            "kind": format!("{}List", kind.kind), "apiVersion": kind.api_version(), "metadata": {}, "items": items,
        })
    };
    Ok(answer::json(StatusCode::OK, &value))
}

/// There is such an object, but nothing has been measured of it.
fn unmeasured(kind: &Kind, namespace: &str, name: &str) -> ApiError {
    let name = if namespace.is_empty() { name.to_owned() } else { format!("{namespace}/{name}") };
    ApiError::not_found(kind.id.group, kind.id.resource, &name)
}

fn one(about: &Value, pods: &BTreeMap<ObjectKey, PodUsage>) -> Option<Value> {
    let (namespace, name) = (object::namespace(about), object::name(about));
    if about["kind"] == "Node" {
        return Some(of_node(about, pods.values().filter(|pod| pod.node == name)));
    }
    let usage = pods.get(&ObjectKey::new(namespace, name))?;
    let containers: Vec<Value> = usage
        .containers
        .iter()
        .map(|one| json!({"name": one.name, "usage": amounts([one].into_iter())}))
        .collect();
    let mut shown = head(about);
    shown["timestamp"] = json!(object::time(usage.at));
    shown["window"] = json!(window(usage));
    shown["containers"] = json!(containers);
    Some(shown)
}

/// A node uses what its Pods use: the machine below is everybody's.
fn of_node<'a>(node: &Value, pods: impl Iterator<Item = &'a PodUsage>) -> Value {
    let pods: Vec<&PodUsage> = pods.collect();
    let latest = pods.iter().max_by_key(|pod| pod.at);
    let mut shown = head(node);
    shown["timestamp"] = json!(latest.map_or_else(object::now, |pod| object::time(pod.at)));
    shown["window"] = json!(latest.map_or_else(|| "1s".to_owned(), |pod| window(pod)));
    shown["usage"] = amounts(pods.iter().flat_map(|pod| &pod.containers));
    shown
}

fn head(about: &Value) -> Value {
    let mut metadata = json!({"name": object::name(about)});
    if !object::namespace(about).is_empty() {
        metadata["namespace"] = json!(object::namespace(about));
    }
    metadata["creationTimestamp"] = json!(object::now());
    if let Some(labels) = about["metadata"].get("labels") {
        metadata["labels"] = labels.clone();
    }
    json!({"metadata": metadata})
}

fn window(usage: &PodUsage) -> String {
    format!("{:.3}s", usage.window.as_secs_f64())
}

/// The sum, in metrics-server's units.
fn amounts<'a>(containers: impl Iterator<Item = &'a ContainerUsage>) -> Value {
    let (cpu, memory) =
        containers.fold((0, 0), |(cpu, memory), one| (cpu + one.millicores, memory + one.memory));
    json!({"cpu": format!("{}n", cpu * 1_000_000), "memory": format!("{}Ki", memory / 1024)})
}
