//! Which ports are to be open, and where they lead: from Services and their `EndpointSlices`.

use crate::object;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// What one port of a Service leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    /// The Service, for its events.
    pub(super) service: (String, String),
    /// How long a client's address stays with its endpoint (`sessionAffinity: ClientIP`).
    pub(super) affinity: Option<Duration>,
    /// Those that take new connections; never empty.
    pub(super) endpoints: Vec<SocketAddr>,
}

/// The addresses to listen on: node ports on all addresses of `nodes`, and on 127.0.0.1. A port without endpoints
/// is not in it: connections to it are refused.
pub(super) fn plan(
    services: &[Arc<Value>],
    slices: &[Arc<Value>],
    nodes: &[Arc<Value>],
) -> BTreeMap<SocketAddr, Target> {
    let mut by_service: HashMap<(&str, &str), Vec<&Arc<Value>>> = HashMap::new();
    for slice in slices {
        if let Some(service) = object::label(slice, "kubernetes.io/service-name") {
            by_service.entry((object::namespace(slice), service)).or_default().push(slice);
        }
    }
    // Of a real node, 127.0.0.1 is out of the clients' reach; here all is one machine.
    let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let doors: Vec<IpAddr> = nodes.iter().flat_map(|node| addresses(node)).chain([loopback]).collect();
    let mut plan = BTreeMap::new();
    for service in services.iter().filter(|one| one["spec"]["type"] != "ExternalName") {
        let at = (object::namespace(service), object::name(service));
        let Some(own) = by_service.get(&at) else { continue };
        for port in service["spec"]["ports"].as_array().into_iter().flatten() {
            let endpoints = endpoints(own, object::text(port, "/name"));
            if endpoints.is_empty() || port["protocol"].as_str().unwrap_or("TCP") != "TCP" {
                continue;
            }
            let target = Target {
                service: (at.0.to_owned(), at.1.to_owned()),
                affinity: affinity(service),
                endpoints,
            };
            let number = |key: &str| port[key].as_u64().and_then(|number| u16::try_from(number).ok());
            let address: Option<IpAddr> = object::text(service, "/spec/clusterIP").parse().ok();
            let own = address.zip(number("port"));
            let shared = number("nodePort").filter(|port| *port > 0);
            let shared = shared.into_iter().flat_map(|port| doors.iter().map(move |door| (*door, port)));
            plan.extend(own.into_iter().chain(shared).map(|place| (SocketAddr::from(place), target.clone())));
        }
    }
    plan
}

fn addresses(node: &Value) -> impl Iterator<Item = IpAddr> {
    let list = node["status"]["addresses"].as_array().into_iter().flatten();
    list.filter_map(|one| one["address"].as_str()?.parse().ok())
}

fn affinity(service: &Value) -> Option<Duration> {
    let seconds =
        service.pointer("/spec/sessionAffinityConfig/clientIP/timeoutSeconds").and_then(Value::as_u64);
    (service["spec"]["sessionAffinity"] == "ClientIP").then(|| Duration::from_secs(seconds.unwrap_or(10_800)))
}

/// The ready endpoints of a port; if there are none, those that still serve while they end, as kube-proxy does.
fn endpoints(slices: &[&Arc<Value>], name: &str) -> Vec<SocketAddr> {
    let mut found = [Vec::new(), Vec::new()];
    for slice in slices {
        let ports = slice["ports"].as_array().into_iter().flatten();
        let Some(port) = ports.into_iter().find(|port| port["name"].as_str().unwrap_or_default() == name)
        else {
            continue;
        };
        let Some(port) = port["port"].as_u64().and_then(|port| u16::try_from(port).ok()) else { continue };
        for endpoint in slice["endpoints"].as_array().into_iter().flatten() {
            let is = |condition: &str| endpoint["conditions"][condition].as_bool();
            let rank = match (is("ready").unwrap_or(true), is("serving"), is("terminating")) {
                (true, ..) => 0,
                (false, Some(true), Some(true)) => 1,
                _ => continue,
            };
            let addresses = endpoint["addresses"].as_array().into_iter().flatten();
            let parsed = addresses.filter_map(|one| one.as_str()?.parse::<IpAddr>().ok());
            found[rank].extend(parsed.map(|address| SocketAddr::new(address, port)));
        }
    }
    let [ready, ending] = found;
    let mut chosen = if ready.is_empty() { ending } else { ready };
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn slice(conditions: &[Value]) -> Arc<Value> {
        let endpoints: Vec<Value> = conditions
            .iter()
            .enumerate()
            .map(|(index, one)| json!({"addresses": [format!("127.1.0.{index}")], "conditions": one}))
            .collect();
        Arc::new(json!({
            "metadata": {"namespace": "n", "labels": {"kubernetes.io/service-name": "api"}},
            "ports": [{"name": "", "port": 80}], "endpoints": endpoints,
        }))
    }

    #[test]
    fn a_node_port_is_open_on_every_node_and_on_the_loopback_address() {
        let ports = json!([{"port": 80, "nodePort": 30_000, "protocol": "TCP"}]);
        let service = json!({"metadata": {"namespace": "n", "name": "api"}, "spec": {"clusterIP": "127.130.128.1", "ports": ports}});
        let node = |address: &str| {
            let names =
                json!([{"type": "InternalIP", "address": address}, {"type": "Hostname", "address": "node"}]);
            Arc::new(json!({"status": {"addresses": names}}))
        };
        let nodes = [node("127.130.0.1"), node("127.130.0.2")];
        let plan = plan(&[Arc::new(service)], &[slice(&[json!({"ready": true})])], &nodes);
        let places: Vec<String> = plan.keys().map(ToString::to_string).collect();
        let expected = ["127.0.0.1:30000", "127.130.0.1:30000", "127.130.0.2:30000", "127.130.128.1:80"];
        assert_eq!(places, expected);
    }

    #[test]
    fn ready_endpoints_first_then_those_that_end_then_none() {
        let service = Arc::new(json!({
            "metadata": {"namespace": "n", "name": "api"},
            "spec": {"clusterIP": "127.96.0.9", "ports": [{"port": 8080, "protocol": "TCP"}]},
        }));
        let ready = json!({"ready": true});
        let ending = json!({"ready": false, "serving": true, "terminating": true});
        let unready = json!({"ready": false, "serving": false, "terminating": false});
        for (conditions, expected) in [
            (vec![unready.clone(), ready, ending.clone()], vec!["127.1.0.1:80"]),
            (vec![unready.clone(), ending], vec!["127.1.0.1:80"]),
            (vec![unready], vec![]),
        ] {
            let plan = plan(std::slice::from_ref(&service), &[slice(&conditions)], &[]);
            let found: Vec<String> =
                plan.values().flat_map(|target| &target.endpoints).map(ToString::to_string).collect();
            assert_eq!(found, expected, "{conditions:?}");
        }
    }
}
