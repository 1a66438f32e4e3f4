//! A second Service for the same Pods.

use crate::fault::interpose::Route;
use crate::fault::service::Selecting;
use serde_json::{Value, json};

/// A Service of this name that sends where `target` sent.
pub fn twin_service(name: &str, target: &Selecting, routes: &[Route]) -> Value {
    let spec = target.service.spec.clone().unwrap_or_default();
    let of = |route: &Route| {
        let mut ports = spec.ports.iter().flatten();
        let port = ports.find(|port| port.port == i32::from(route.upstream))?;
        let target_port = json!(port.target_port.as_ref().map_or(json!(port.port), |target| json!(target)));
        Some(json!({"name": format!("p{}", port.port), "port": port.port, "targetPort": target_port}))
    };
    let mut twin = json!({
        "type": "ClusterIP",
        "selector": target.selector,
        "ports": routes.iter().filter_map(of).collect::<Vec<_>>(),
    });
    if let Some(first) = spec.ip_families.iter().flatten().next() {
        twin["ipFamilyPolicy"] = json!("SingleStack");
        twin["ipFamilies"] = json!([first]);
    }
    if spec.publish_not_ready_addresses == Some(true) {
        twin["publishNotReadyAddresses"] = json!(true);
    }
    json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": twin})
}
