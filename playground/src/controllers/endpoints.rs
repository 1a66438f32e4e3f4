//! EndpointSlices: where the Pods behind each Service are, and whether they serve.

use crate::cluster::Part;
use crate::controllers::desk::{Desk, owner_reference};
use crate::controllers::pods;
use crate::controllers::work::{Controller, Next};
use crate::object;
use crate::resource::Kind;
use crate::selector::LabelSelector;
use crate::status::ApiError;
use crate::store::{Change, ObjectKey};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

const MANAGER: &str = "endpointslice-controller.k8s.io";
const MANAGED_BY: &str = "endpointslice.kubernetes.io/managed-by";
const SERVICE: &str = "kubernetes.io/service-name";
const TRIGGER: &str = "endpoints.kubernetes.io/last-change-trigger-time";

/// The controller of EndpointSlices: one slice for each Service that has a selector.
pub(super) struct EndpointSlices {
    desk: Desk,
    /// By Service, the latest change of readiness that a slice already tells of.
    told: Mutex<HashMap<ObjectKey, Timestamp>>,
}

impl EndpointSlices {
    pub(super) fn new(desk: Desk) -> EndpointSlices {
        EndpointSlices { desk, told: Mutex::default() }
    }
}

impl Controller for EndpointSlices {
    type Key = ObjectKey;

    fn kinds(&self) -> Vec<&'static Kind> {
        vec![self.desk.services, self.desk.pods, self.desk.slices]
    }

    fn wake(&self, kind: &'static Kind, change: &Change) -> Vec<ObjectKey> {
        if kind.id == self.desk.services.id {
            return vec![change.key.clone()];
        }
        if kind.id == self.desk.slices.id {
            let service = object::label(&change.object, SERVICE);
            return service.map(|name| ObjectKey::new(&change.key.namespace, name)).into_iter().collect();
        }
        self.desk.services_of(change)
    }

    fn reconcile(&self, key: &ObjectKey) -> Result<Next, ApiError> {
        let service = self.desk.get(self.desk.services, key);
        let Some(service) = service.filter(|service| !object::is_terminating(service)) else {
            self.told.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
            return Ok(Next::Rest);
        };
        let selector = &service["spec"]["selector"];
        if selector.as_object().is_none_or(serde_json::Map::is_empty) {
            return Ok(Next::Rest);
        }
        let selector = LabelSelector::from_map(selector);
        let pods: Vec<_> = self
            .desk
            .list(self.desk.pods, &key.namespace)
            .into_iter()
            .filter(|pod| selector.matches(pod) && !pods::has_ended(pod))
            .filter(|pod| !object::text(pod, "/status/podIP").is_empty())
            .collect();
        let trigger = self.trigger(key, &service, &pods);
        match self.present(&service) {
            Some(slice) => self.update(&slice, &service, &pods, trigger)?,
            None => self.create(&service, &pods, trigger)?,
        }
        Ok(Next::Rest)
    }
}

impl EndpointSlices {
    fn present(&self, service: &Value) -> Option<Arc<Value>> {
        let name = object::name(service);
        let slices = self.desk.list(self.desk.slices, object::namespace(service));
        slices.into_iter().find(|slice| {
            object::label(slice, SERVICE) == Some(name) && object::label(slice, MANAGED_BY) == Some(MANAGER)
        })
    }

    /// The time of the latest change of readiness, if no slice has told of it.
    fn trigger(&self, key: &ObjectKey, service: &Value, pods: &[Arc<Value>]) -> Option<Timestamp> {
        let created = object::text(service, "/metadata/creationTimestamp").parse().ok();
        let latest = pods.iter().filter_map(|pod| pods::ready_changed(pod)).max().max(created)?;
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        match told.insert(key.clone(), latest) {
            Some(before) if before >= latest => None,
            _ => Some(latest),
        }
    }

    fn create(
        &self,
        service: &Value,
        pods: &[Arc<Value>],
        trigger: Option<Timestamp>,
    ) -> Result<(), ApiError> {
        let name = object::name(service);
        let mut slice = json!({
            "metadata": {
                "generateName": format!("{name}-"),
                "labels": service["metadata"]["labels"].as_object().cloned().unwrap_or_default(),
                "annotations": {},
                "ownerReferences": [owner_reference(self.desk.services, service)],
            },
            "addressType": "IPv4",
        });
        slice["metadata"]["labels"][MANAGED_BY] = json!(MANAGER);
        slice["metadata"]["labels"][SERVICE] = json!(name);
        if service["spec"]["clusterIP"] == "None" {
            slice["metadata"]["labels"]["service.kubernetes.io/headless"] = json!("");
        }
        if let Some(trigger) = trigger {
            slice["metadata"]["annotations"][TRIGGER] = json!(object::time(trigger));
        }
        let endpoints = self.endpoints(&Value::Null, service, pods);
        slice["ports"] = ports(service, pods);
        slice["endpoints"] = endpoints;
        self.desk.create(self.desk.slices, object::namespace(service), slice).map(|_| ())
    }

    fn update(
        &self,
        slice: &Value,
        service: &Value,
        pods: &[Arc<Value>],
        trigger: Option<Timestamp>,
    ) -> Result<(), ApiError> {
        let endpoints = self.endpoints(&slice["endpoints"], service, pods);
        let ports = ports(service, pods);
        if slice["endpoints"] == endpoints && slice["ports"] == ports {
            return Ok(());
        }
        self.desk.change(self.desk.slices, slice, Part::Whole, |slice| {
            slice["endpoints"] = endpoints;
            slice["ports"] = ports;
            let annotations = object::child_mut(object::metadata_mut(slice), "annotations");
            match trigger {
                Some(trigger) => annotations.insert(TRIGGER.to_owned(), json!(object::time(trigger))),
                None => annotations.shift_remove(TRIGGER),
            };
        })
    }

    /// The endpoints: those that were there keep their places, new ones come last. Null when there are none.
    fn endpoints(&self, before: &Value, service: &Value, pods: &[Arc<Value>]) -> Value {
        let place = |pod: &Value| {
            let known = before.as_array().into_iter().flatten();
            let mut known = known.map(|endpoint| &endpoint["targetRef"]["uid"]);
            known.position(|uid| *uid == pod["metadata"]["uid"]).unwrap_or(usize::MAX)
        };
        let mut ordered: Vec<_> = pods.iter().collect();
        ordered.sort_by_cached_key(|pod| (place(pod), ready_since(pod), object::version(pod)));
        let endpoints: Vec<_> = ordered.into_iter().map(|pod| self.endpoint(service, pod)).collect();
        if endpoints.is_empty() { Value::Null } else { Value::Array(endpoints) }
    }

    fn endpoint(&self, service: &Value, pod: &Value) -> Value {
        let (serving, terminating) = (pods::is_ready(pod), object::is_terminating(pod));
        let always = service["spec"]["publishNotReadyAddresses"] == true;
        let node = object::text(pod, "/spec/nodeName");
        let mut endpoint = json!({
            "addresses": [pod["status"]["podIP"]],
            "conditions": {"ready": always || (serving && !terminating), "serving": serving, "terminating": terminating},
        });
        let hostname = object::text(pod, "/spec/hostname");
        if !hostname.is_empty() && object::text(pod, "/spec/subdomain") == object::name(service) {
            endpoint["hostname"] = json!(hostname);
        }
        endpoint["targetRef"] = json!({
            "kind": "Pod", "namespace": object::namespace(pod), "name": object::name(pod), "uid": object::uid(pod),
        });
        endpoint["nodeName"] = json!(node);
        let node = self.desk.get(self.desk.nodes, &ObjectKey::new("", node));
        let zone = "topology.kubernetes.io/zone";
        let zone = node.as_deref().and_then(|node| object::label(node, zone)).or(object::label(pod, zone));
        if let Some(zone) = zone {
            endpoint["zone"] = json!(zone);
        }
        endpoint
    }
}

fn ready_since(pod: &Value) -> Option<Timestamp> {
    pods::ready_changed(pod)
}

/// The ports of a slice; null when it has no endpoints. A named target port is looked up in the first Pod that has it.
pub(super) fn ports(service: &Value, pods: &[Arc<Value>]) -> Value {
    if pods.is_empty() {
        return Value::Null;
    }
    let ports = service["spec"]["ports"].as_array().into_iter().flatten().filter_map(|port| {
        let target = match &port["targetPort"] {
            Value::String(name) => pods.iter().find_map(|pod| named_port(pod, name))?,
            Value::Null => port["port"].clone(),
            number => number.clone(),
        };
        let protocol = port["protocol"].as_str().unwrap_or("TCP");
        Some(json!({"name": port["name"].as_str().unwrap_or_default(), "protocol": protocol, "port": target}))
    });
    ports.collect()
}

fn named_port(pod: &Value, name: &str) -> Option<Value> {
    let containers = pod["spec"]["containers"].as_array().into_iter().flatten();
    let mut ports = containers.flat_map(|container| container["ports"].as_array().into_iter().flatten());
    ports.find(|port| port["name"] == name).map(|port| port["containerPort"].clone())
}
