//! Services, endpoint slices and network policies. Addresses are given out by the cluster, which sees them all.

use crate::object::{child_mut, map_mut, set_default};
use serde_json::{Value, json};

/// A Service, without its addresses.
pub(in crate::resource) fn service(object: &mut Value) {
    let spec = child_mut(map_mut(object), "spec");
    set_default(spec, "type", "ClusterIP");
    for port in spec.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten() {
        let port = map_mut(port);
        set_default(port, "protocol", "TCP");
        if let Some(number) = port.get("port").cloned() {
            set_default(port, "targetPort", number);
        }
    }
    set_default(spec, "sessionAffinity", "None");
    if spec["sessionAffinity"] == "ClientIP" {
        set_default(spec, "sessionAffinityConfig", json!({"clientIP": {"timeoutSeconds": 10_800}}));
    }
    if spec["type"] == "ExternalName" {
        return;
    }
    set_default(spec, "ipFamilies", json!(["IPv4"]));
    set_default(spec, "ipFamilyPolicy", "SingleStack");
    set_default(spec, "internalTrafficPolicy", "Cluster");
    if spec["type"] != "ClusterIP" {
        set_default(spec, "externalTrafficPolicy", "Cluster");
    }
}

/// The status of a new Service or Ingress.
pub(in crate::resource) fn service_status(object: &mut Value) {
    object["status"] = json!({"loadBalancer": {}});
}

/// An update that does not name the addresses and node ports keeps them.
pub(in crate::resource) fn service_carry(old: &Value, new: &mut Value) {
    let spec = child_mut(map_mut(new), "spec");
    for key in ["clusterIP", "clusterIPs"] {
        if let Some(kept) = old["spec"].get(key) {
            set_default(spec, key, kept.clone());
        }
    }
    if spec.get("type").is_some_and(|kind| *kind == "ClusterIP") {
        return;
    }
    let before = old["spec"]["ports"].as_array().cloned().unwrap_or_default();
    for port in spec.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten() {
        let same = before.iter().find(|one| one["port"] == port["port"]).and_then(|one| one.get("nodePort"));
        if let Some(kept) = same {
            set_default(map_mut(port), "nodePort", kept.clone());
        }
    }
}

/// An EndpointSlice.
pub(in crate::resource) fn endpoint_slice(object: &mut Value) {
    for port in object.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten() {
        let port = map_mut(port);
        set_default(port, "name", "");
        set_default(port, "protocol", "TCP");
    }
}

/// A NetworkPolicy.
pub(in crate::resource) fn network_policy(object: &mut Value) {
    let spec = child_mut(map_mut(object), "spec");
    let egress = spec.get("egress").and_then(Value::as_array).is_some_and(|rules| !rules.is_empty());
    set_default(spec, "policyTypes", if egress { json!(["Ingress", "Egress"]) } else { json!(["Ingress"]) });
}
