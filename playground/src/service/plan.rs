//! Which ports are to be open, and where they lead: from Services and their `EndpointSlices`.

use crate::object;
use serde_json::Value;
use std::collections::BTreeMap;
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

/// The addresses to listen on. A port without endpoints is not in it: connections to it are refused.
pub(super) fn plan(services: &[Arc<Value>], slices: &[Arc<Value>]) -> BTreeMap<SocketAddr, Target> {
    let mut plan = BTreeMap::new();
    for service in services.iter().filter(|one| one["spec"]["type"] != "ExternalName") {
        let own: Vec<_> = slices
            .iter()
            .filter(|slice| object::namespace(slice) == object::namespace(service))
            .filter(|slice| object::label(slice, "kubernetes.io/service-name") == Some(object::name(service)))
            .collect();
        for port in service["spec"]["ports"].as_array().into_iter().flatten() {
            let endpoints = endpoints(&own, object::text(port, "/name"));
            if endpoints.is_empty() || port["protocol"].as_str().unwrap_or("TCP") != "TCP" {
                continue;
            }
            let target = Target {
                service: (object::namespace(service).to_owned(), object::name(service).to_owned()),
                affinity: affinity(service),
                endpoints,
            };
            let address: Option<IpAddr> = object::text(service, "/spec/clusterIP").parse().ok();
            let node = IpAddr::V4(Ipv4Addr::LOCALHOST);
            for (address, number) in [(address, &port["port"]), (Some(node), &port["nodePort"])] {
                let number =
                    number.as_u64().and_then(|number| u16::try_from(number).ok()).filter(|port| *port > 0);
                if let (Some(address), Some(number)) = (address, number) {
                    plan.insert(SocketAddr::new(address, number), target.clone());
                }
            }
        }
    }
    plan
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
            let plan = plan(std::slice::from_ref(&service), &[slice(&conditions)]);
            let found: Vec<String> =
                plan.values().flat_map(|target| &target.endpoints).map(ToString::to_string).collect();
            assert_eq!(found, expected, "{conditions:?}");
        }
    }
}
