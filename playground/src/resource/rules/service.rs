//! Services.

use crate::status::Cause;
use serde_json::{Value, json};

const TYPES: [&str; 4] = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];

/// A Service.
pub(in crate::resource) fn service(service: &Value) -> Vec<Cause> {
    let spec = &service["spec"];
    let mut causes = Vec::new();
    let ports = spec["ports"].as_array().map(Vec::as_slice).unwrap_or_default();
    let headless = spec["clusterIP"] == "None";
    if ports.is_empty() && !headless && spec["type"] != "ExternalName" {
        causes.push(Cause::required("spec.ports", ""));
    }
    for (index, port) in ports.iter().enumerate() {
        let at = format!("spec.ports[{index}]");
        if ports.len() > 1 && port["name"].as_str().unwrap_or_default().is_empty() {
            causes.push(Cause::required(format!("{at}.name"), ""));
        }
        let number = port["port"].as_i64().unwrap_or(0);
        if !(1..=65535).contains(&number) {
            let why = "must be between 1 and 65535, inclusive";
            causes.push(Cause::invalid(format!("{at}.port"), &json!(number), why));
        }
    }
    if let Some(name) = spec["type"].as_str().filter(|name| !TYPES.contains(name)) {
        causes.push(Cause::unsupported("spec.type", &json!(name), &TYPES));
    }
    causes
}

/// A change of a Service: its address stays.
pub(in crate::resource) fn service_change(old: &Value, new: &Value) -> Vec<Cause> {
    let (before, after) = (&old["spec"]["clusterIP"], &new["spec"]["clusterIP"]);
    if before.is_string() && before != after && new["spec"]["type"] != "ExternalName" {
        return vec![Cause::invalid("spec.clusterIPs[0]", after, "may not change once set")];
    }
    Vec::new()
}
