//! The addresses of Services. They lie in 127.0.0.0/8, which the machine answers without any set-up, so that a
//! proxy can really listen on them.

use crate::cluster::Cluster;
use crate::object::{child_mut, map_mut};
use crate::resource::by_kind;
use crate::selector::Selector;
use crate::status::{ApiError, Cause};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::net::Ipv4Addr;
use std::sync::Arc;

/// Cluster IPs are given out from 127.96.0.1 upwards.
const FIRST_ADDRESS: u32 = 0x7f60_0001;
/// This many.
const ADDRESSES: u32 = 65_000;
/// Node ports as on a real cluster.
const NODE_PORTS: std::ops::RangeInclusive<i64> = 30_000..=32_767;

impl Cluster {
    /// All Services, to see which addresses are taken.
    pub(super) fn services(&self) -> Vec<Arc<Value>> {
        by_kind("v1", "Service").map(|kind| self.list(kind, None, &Selector::default())).unwrap_or_default()
    }
}

/// Gives a Service its cluster IP and node ports, unless it brings them or wants none. The caller holds the
/// lock on addresses, under which it asked for `services`.
pub(super) fn assign_addresses(service: &mut Value, services: &[Arc<Value>]) -> Result<(), ApiError> {
    let kind = service["spec"]["type"].as_str().unwrap_or("ClusterIP").to_owned();
    if kind == "ExternalName" {
        return Ok(());
    }
    let own = service["metadata"]["uid"].clone();
    let others: Vec<_> = services.iter().filter(|other| other["metadata"]["uid"] != own).collect();
    let taken: HashSet<&str> = others.iter().filter_map(|one| one["spec"]["clusterIP"].as_str()).collect();
    let wanted = service["spec"]["clusterIP"].as_str().unwrap_or_default().to_owned();
    let address = match wanted.as_str() {
        "" => free_address(&taken)?,
        "None" => wanted,
        _ if taken.contains(wanted.as_str()) => {
            let name = crate::object::name(service).to_owned();
            let why = "provided IP is already allocated";
            let cause = Cause::invalid("spec.clusterIPs", &json!([wanted]), why);
            return Err(ApiError::invalid("", "Service", &name, vec![cause]));
        }
        _ => wanted,
    };
    let spec = child_mut(map_mut(service), "spec");
    spec.insert("clusterIP".to_owned(), json!(address));
    spec.insert("clusterIPs".to_owned(), json!([address]));
    if matches!(kind.as_str(), "NodePort" | "LoadBalancer") {
        let mut taken: HashSet<i64> =
            others.iter().flat_map(|one| ports(one)).filter_map(|port| port["nodePort"].as_i64()).collect();
        for port in spec.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten() {
            if port["nodePort"].as_i64().is_none_or(|number| number == 0) {
                let free = NODE_PORTS.clone().find(|number| !taken.contains(number));
                let free = free.ok_or_else(|| ApiError::bad_request("all node ports are taken"))?;
                port["nodePort"] = json!(free);
            }
            taken.extend(port["nodePort"].as_i64());
        }
    }
    Ok(())
}

fn ports(service: &Value) -> &[Value] {
    service["spec"]["ports"].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn free_address(taken: &HashSet<&str>) -> Result<String, ApiError> {
    (0..ADDRESSES)
        .map(|index| Ipv4Addr::from(FIRST_ADDRESS + index).to_string())
        .find(|address| !taken.contains(address.as_str()))
        .ok_or_else(|| ApiError::bad_request("all cluster IPs are taken; delete Services"))
}
