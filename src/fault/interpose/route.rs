//! Which port of the proxy stands for which port of the Service.

use crate::fault::service::Selecting;
use k8s_openapi::api::core::v1::{Pod, ServicePort};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

/// One way through the proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Where the proxy listens: where the Service sends to.
    pub listen: u16,
    /// The names by which the Service finds this port; empty when it knows the number.
    pub names: Vec<String>,
    /// The port of the twin.
    pub upstream: u16,
}

/// The ways for all ports of a Service. Errors: a port that the proxy cannot stand for, and the next move.
pub fn routes(target: &Selecting) -> Result<Vec<Route>, String> {
    let mut routes: Vec<Route> = Vec::new();
    for port in target.service.spec.iter().flat_map(|spec| spec.ports.iter().flatten()) {
        let (listen, name) = listens(port, &target.pods)?;
        let upstream = number(port.port)?;
        let known = routes.iter().position(|route| route.listen == listen);
        let place = known.unwrap_or_else(|| {
            routes.push(Route { listen, names: Vec::new(), upstream });
            routes.len() - 1
        });
        if let Some(name) = name.filter(|name| !routes[place].names.contains(name)) {
            routes[place].names.push(name);
        }
    }
    if routes.is_empty() {
        return Err("it has no ports, so there is nothing to stand between; use `partition`".to_owned());
    }
    Ok(routes)
}

/// Where the proxy has to listen for a port of the Service, and by which name it is looked for.
fn listens(port: &ServicePort, pods: &[Pod]) -> Result<(u16, Option<String>), String> {
    let protocol = port.protocol.as_deref().unwrap_or("TCP");
    if protocol != "TCP" {
        return Err(format!(
            "its port {} is {protocol}, and the proxy passes TCP alone; use `partition` or \
             `service_blackhole`",
            port.port
        ));
    }
    match &port.target_port {
        None => Ok((number(port.port)?, None)),
        Some(IntOrString::Int(target)) => Ok((number(*target)?, None)),
        Some(IntOrString::String(name)) => match pods.iter().find_map(|pod| named(pod, name)) {
            Some(target) => Ok((number(target)?, Some(name.clone()))),
            None => Err(format!(
                "its port {} leads to a port named {name}, which none of its Pods has; correct targetPort",
                port.port
            )),
        },
    }
}

/// The number of a named port of a Pod.
fn named(pod: &Pod, name: &str) -> Option<i32> {
    let containers = pod.spec.iter().flat_map(|spec| &spec.containers);
    let mut ports = containers.flat_map(|container| container.ports.iter().flatten());
    ports.find(|port| port.name.as_deref() == Some(name)).map(|port| port.container_port)
}

fn number(port: i32) -> Result<u16, String> {
    u16::try_from(port).map_err(|_| format!("{port} is no port"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::ObjectRef;
    use serde_json::{Value, json};
    use std::collections::BTreeMap;

    fn target(ports: Value, pods: &[Value]) -> Selecting {
        let service = serde_json::from_value(json!({"spec": {"ports": ports}})).unwrap();
        let pods = pods.iter().map(|ports| {
            let pod = json!({"spec": {"containers": [{"name": "a"}, {"name": "b", "ports": ports}]}});
            serde_json::from_value(pod).unwrap()
        });
        let object = ObjectRef::of(&service);
        Selecting { object, service, selector: BTreeMap::new(), pods: pods.collect() }
    }

    #[test]
    fn the_proxy_listens_where_the_service_sends_to() {
        let pods = [json!([{"name": "web", "containerPort": 8080}, {"name": "ops", "containerPort": 9090}])];
        let route = |listen, names: &[&str], upstream| {
            let names = names.iter().map(ToString::to_string).collect();
            Route { listen, names, upstream }
        };
        for (ports, expected) in [
            (json!([{"port": 80}]), vec![route(80, &[], 80)]),
            (json!([{"port": 80, "targetPort": 8080}]), vec![route(8080, &[], 80)]),
            (json!([{"port": 80, "targetPort": "web"}]), vec![route(8080, &["web"], 80)]),
            (
                json!([{"port": 80, "targetPort": "web"}, {"port": 90, "targetPort": "ops"}]),
                vec![route(8080, &["web"], 80), route(9090, &["ops"], 90)],
            ),
            // Two doors of one room.
            (
                json!([{"port": 80, "targetPort": 8080}, {"port": 8080, "targetPort": "web"}]),
                vec![route(8080, &["web"], 80)],
            ),
        ] {
            assert_eq!(routes(&target(ports.clone(), &pods)).unwrap(), expected, "{ports}");
        }
    }

    #[test]
    fn what_no_proxy_can_stand_for_is_said() {
        for (ports, words) in [
            (json!([{"port": 53, "protocol": "UDP"}]), "its port 53 is UDP"),
            (json!([{"port": 80, "targetPort": "web"}]), "a port named web, which none of its Pods has"),
            (json!([]), "it has no ports"),
        ] {
            let why = routes(&target(ports, &[json!([])])).unwrap_err();
            assert!(why.contains(words), "{why}");
        }
    }
}
