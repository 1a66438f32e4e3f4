//! Endpoints: the old form of a Service's EndpointSlices, which some clients still read.

use crate::cluster::Part;
use crate::controllers::desk::Desk;
use crate::controllers::endpoints::ports;
use crate::controllers::pods;
use crate::controllers::work::{Controller, Next};
use crate::object;
use crate::resource::Kind;
use crate::selector::LabelSelector;
use crate::status::ApiError;
use crate::store::{Change, ObjectKey};
use serde_json::{Map, Value, json};
use std::sync::Arc;

const MANAGED_BY: &str = "endpoints.kubernetes.io/managed-by";
const MANAGER: &str = "endpoint-controller";

/// The controller of Endpoints: one object for each Service that has a selector, with the Service's name.
pub(super) struct Endpoints(pub(super) Desk);

impl Controller for Endpoints {
    type Key = ObjectKey;

    fn kinds(&self) -> Vec<&'static Kind> {
        vec![self.0.services, self.0.pods, self.0.endpoints]
    }

    fn wake(&self, kind: &'static Kind, change: &Change) -> Vec<ObjectKey> {
        if kind.id != self.0.pods.id {
            return vec![change.key.clone()];
        }
        self.0.services_of(change)
    }

    fn reconcile(&self, key: &ObjectKey) -> Result<Next, ApiError> {
        let present = self.0.get(self.0.endpoints, key);
        let service = self.0.get(self.0.services, key).filter(|service| !object::is_terminating(service));
        let Some(service) = service else {
            // Only what was made here: an object of a Service without a selector is its maker's.
            let own = present.filter(|one| object::label(one, MANAGED_BY) == Some(MANAGER));
            own.map_or(Ok(()), |own| self.0.delete(self.0.endpoints, &own))?;
            return Ok(Next::Rest);
        };
        if service["spec"]["selector"].as_object().is_none_or(Map::is_empty) {
            return Ok(Next::Rest);
        }
        let (labels, subsets) = (labels(&service), self.subsets(&service));
        match present {
            Some(present) => self.0.change(self.0.endpoints, &present, Part::Whole, |object| {
                object::metadata_mut(object).insert("labels".to_owned(), labels);
                match subsets {
                    Value::Null => drop(object::map_mut(object).shift_remove("subsets")),
                    subsets => object["subsets"] = subsets,
                }
            })?,
            None => {
                let metadata = json!({"name": key.name, "labels": labels});
                let wanted = json!({"metadata": metadata, "subsets": subsets});
                self.0.create(self.0.endpoints, &key.namespace, wanted)?;
            }
        }
        Ok(Next::Rest)
    }
}

impl Endpoints {
    /// The addresses, ready and not; null when there are none. Pods on their way out are left out.
    fn subsets(&self, service: &Value) -> Value {
        let selector = LabelSelector::from_map(&service["spec"]["selector"]);
        let mut pods = self.0.list(self.0.pods, object::namespace(service));
        pods.retain(|pod| {
            selector.matches(pod) && pods::is_active(pod) && !object::text(pod, "/status/podIP").is_empty()
        });
        if pods.is_empty() {
            return Value::Null;
        }
        let ports = ports(service, &pods);
        let always = service["spec"]["publishNotReadyAddresses"] == true;
        let (ready, other): (Vec<Arc<Value>>, Vec<Arc<Value>>) =
            pods.into_iter().partition(|pod| always || pods::is_ready(pod));
        let mut subset = Map::new();
        for (key, pods) in [("addresses", ready), ("notReadyAddresses", other)] {
            if !pods.is_empty() {
                subset.insert(key.to_owned(), pods.iter().map(|pod| address(service, pod)).collect());
            }
        }
        if ports.as_array().is_some_and(|ports| !ports.is_empty()) {
            subset.insert("ports".to_owned(), ports);
        }
        json!([subset])
    }
}

fn labels(service: &Value) -> Value {
    let mut labels = service["metadata"]["labels"].as_object().cloned().unwrap_or_default();
    labels.insert(MANAGED_BY.to_owned(), json!(MANAGER));
    if service["spec"]["clusterIP"] == "None" {
        labels.insert("service.kubernetes.io/headless".to_owned(), json!(""));
    }
    Value::Object(labels)
}

fn address(service: &Value, pod: &Value) -> Value {
    let mut address = json!({"ip": pod["status"]["podIP"]});
    let hostname = object::text(pod, "/spec/hostname");
    if !hostname.is_empty() && object::text(pod, "/spec/subdomain") == object::name(service) {
        address["hostname"] = json!(hostname);
    }
    address["nodeName"] = pod["spec"]["nodeName"].clone();
    address["targetRef"] = json!({
        "kind": "Pod", "namespace": object::namespace(pod), "name": object::name(pod), "uid": object::uid(pod),
    });
    address
}
