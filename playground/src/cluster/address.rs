//! The addresses of Services: cluster IPs from the playground's own block, node ports that no other playground
//! of the machine has.

use crate::block::Block;
use crate::claim::Claim;
use crate::cluster::Cluster;
use crate::object::{self, child_mut, map_mut};
use crate::resource::by_kind;
use crate::selector::Selector;
use crate::status::{ApiError, Cause};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::ops::RangeInclusive;
use std::sync::Arc;

/// Node ports as on a real cluster.
const NODE_PORTS: RangeInclusive<u16> = 30_000..=32_767;
/// After so many addresses on which a port is taken, the port is taken on all of them.
const ADDRESS_TRIES: u32 = 16;

/// What was given out, apart from what the Services themselves say.
#[derive(Debug, Default)]
pub(super) struct Addresses {
    block: Option<Block>,
    /// The claims on node ports.
    ports: HashMap<u16, Claim>,
}

impl Addresses {
    /// The block of this playground, claimed by the first who needs it.
    pub(super) fn block(&mut self) -> io::Result<&Block> {
        match self.block {
            Some(ref block) => Ok(block),
            None => Ok(self.block.insert(Block::claim()?)),
        }
    }

    /// Gives a Service its cluster IP and node ports, unless it brings them or wants none. `services` are all
    /// that there are, as seen under the lock on these addresses.
    pub(super) fn assign(&mut self, service: &mut Value, services: &[Arc<Value>]) -> Result<(), ApiError> {
        let kind = object::text(service, "/spec/type").to_owned();
        if kind == "ExternalName" {
            return Ok(());
        }
        let own = service["metadata"]["uid"].clone();
        let others: Vec<_> = services.iter().filter(|other| other["metadata"]["uid"] != own).collect();
        let taken: HashSet<&str> =
            others.iter().filter_map(|one| one["spec"]["clusterIP"].as_str()).collect();
        let wanted = object::text(service, "/spec/clusterIP").to_owned();
        let address = match wanted.as_str() {
            "" => self.free_address(service, &taken)?,
            "None" => wanted,
            _ if taken.contains(wanted.as_str()) => {
                let why = "provided IP is already allocated";
                return Err(refused(service, Cause::invalid("spec.clusterIPs", &json!([wanted]), why)));
            }
            _ => wanted,
        };
        let spec = child_mut(map_mut(service), "spec");
        spec.insert("clusterIP".to_owned(), json!(address));
        spec.insert("clusterIPs".to_owned(), json!([address]));
        let taken: HashSet<u16> = others.iter().flat_map(|one| node_ports(one)).collect();
        if matches!(kind.as_str(), "NodePort" | "LoadBalancer") {
            self.assign_ports(service, &taken)?;
        }
        let kept: HashSet<u16> = taken.into_iter().chain(node_ports(service)).collect();
        self.ports.retain(|port, _| kept.contains(port));
        Ok(())
    }

    fn assign_ports(&mut self, service: &mut Value, taken: &HashSet<u16>) -> Result<(), ApiError> {
        let mut taken = taken.clone();
        for (index, wanted) in node_ports(service).into_iter().enumerate() {
            if taken.contains(&wanted) {
                let field = format!("spec.ports[{index}].nodePort");
                let why = "provided port is already allocated";
                return Err(refused(service, Cause::invalid(field, &json!(wanted), why)));
            }
            self.claim_port(wanted);
        }
        taken.extend(node_ports(service));
        let spec = child_mut(map_mut(service), "spec");
        for port in spec.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten() {
            if port["nodePort"].as_u64().is_none_or(|number| number == 0) {
                let free = self.free_port(&taken);
                let free = free.ok_or_else(|| ApiError::bad_request("all node ports are taken"))?;
                port["nodePort"] = json!(free);
                taken.insert(free);
            }
        }
        Ok(())
    }

    /// An address that no Service has, and on which nobody listens at the Service's ports.
    fn free_address(&mut self, service: &Value, taken: &HashSet<&str>) -> Result<String, ApiError> {
        let block = self.block().map_err(|error| {
            ApiError::bad_request(format!(
                "cannot take a block of addresses in 127.0.0.0/8: {error}; end another playground"
            ))
        })?;
        let ports: Vec<u16> = ports(service).iter().filter_map(|port| number(&port["port"])).collect();
        let mut tries = 0;
        let found = block.service(|address| {
            if taken.contains(address.to_string().as_str()) {
                return false;
            }
            tries += 1;
            tries > ADDRESS_TRIES || ports.iter().all(|port| is_free(address, *port))
        });
        let found =
            found.ok_or_else(|| ApiError::bad_request("all cluster IPs are taken; delete Services"))?;
        Ok(IpAddr::from(found).to_string())
    }

    /// A node port, chosen at random as on a real server, that neither a Service nor another playground has, and
    /// on which nobody listens.
    fn free_port(&mut self, taken: &HashSet<u16>) -> Option<u16> {
        let [one, two, ..] = uuid::Uuid::new_v4().into_bytes();
        let (start, end) = (*NODE_PORTS.start(), *NODE_PORTS.end());
        let first = start + u16::from_le_bytes([one, two]) % (end - start + 1);
        let mut candidates = (first..=end).chain(start..first).filter(|port| !taken.contains(port));
        candidates.find(|port| is_free(Ipv4Addr::LOCALHOST, *port) && self.claim_port(*port))
    }

    /// Whether this playground has the port now.
    fn claim_port(&mut self, port: u16) -> bool {
        if self.ports.contains_key(&port) {
            return true;
        }
        let Ok(claim) = Claim::take(&format!("node-port/{port}")) else { return false };
        self.ports.insert(port, claim);
        true
    }
}

impl Cluster {
    /// All Services, to see which addresses are taken.
    pub(super) fn services(&self) -> Vec<Arc<Value>> {
        by_kind("v1", "Service").map(|kind| self.list(kind, None, &Selector::default())).unwrap_or_default()
    }

    /// The addresses that this playground has to itself; claimed when they are first asked for.
    pub(crate) fn block(&self) -> io::Result<Block> {
        self.addresses().block().cloned()
    }
}

fn refused(service: &Value, cause: Cause) -> ApiError {
    ApiError::invalid("", "Service", object::name(service), vec![cause])
}

fn ports(service: &Value) -> &[Value] {
    service["spec"]["ports"].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn node_ports(service: &Value) -> Vec<u16> {
    ports(service).iter().filter_map(|port| number(&port["nodePort"])).collect()
}

fn number(port: &Value) -> Option<u16> {
    port.as_u64().and_then(|number| u16::try_from(number).ok()).filter(|number| *number > 0)
}

/// Whether a listener could be there; where this user may not listen at all, the proxy will say so.
fn is_free(address: Ipv4Addr, port: u16) -> bool {
    TcpListener::bind((address, port)).map_or_else(|error| error.kind() != ErrorKind::AddrInUse, |_| true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(name: &str, spec: &Value) -> Value {
        json!({"metadata": {"name": name, "uid": name}, "spec": spec})
    }

    #[test]
    fn two_playgrounds_give_out_no_address_and_no_node_port_twice() {
        let mut playgrounds = [Addresses::default(), Addresses::default()];
        let mut seen = HashSet::new();
        for round in 0..40 {
            let given = &mut playgrounds[round % 2];
            let mut made = service("s", &json!({"type": "NodePort", "ports": [{"port": 8080}]}));
            // The last Service of this playground is told of as another's, so that it keeps its port.
            let before: Vec<Arc<Value>> = given
                .ports
                .keys()
                .map(|port| Arc::new(service("o", &json!({"ports": [{"nodePort": port}]}))))
                .collect();
            given.assign(&mut made, &before).unwrap();
            let port = made["spec"]["ports"][0]["nodePort"].as_u64().unwrap();
            assert!((30_000..=32_767).contains(&port));
            assert!(seen.insert(port.to_string()), "{port} twice");
            assert!(seen.insert(object::text(&made, "/spec/clusterIP").to_owned()), "{made}");
        }
    }

    #[test]
    fn an_address_on_which_somebody_listens_is_left_out() {
        let mut given = Addresses::default();
        let first = given.block().unwrap().service(|_| true).unwrap();
        let busy = Ipv4Addr::from(u32::from(first) + 1);
        let host = TcpListener::bind((busy, 0)).unwrap();
        let port = host.local_addr().unwrap().port();
        let mut made = service("s", &json!({"type": "ClusterIP", "ports": [{"port": port}]}));
        given.assign(&mut made, &[]).unwrap();
        assert_ne!(made["spec"]["clusterIP"], busy.to_string(), "the next in turn, but for the listener");
    }

    #[test]
    fn what_is_taken_is_refused_and_what_is_free_again_is_given_back() {
        let mut given = Addresses::default();
        let mut one = service("one", &json!({"type": "NodePort", "ports": [{"port": 80}]}));
        given.assign(&mut one, &[]).unwrap();
        let port = one["spec"]["ports"][0]["nodePort"].clone();
        let mut two = service("two", &json!({"type": "NodePort", "ports": [{"port": 80, "nodePort": port}]}));
        let refused = given.assign(&mut two.clone(), &[Arc::new(one)]).unwrap_err();
        assert!(refused.message.contains("provided port is already allocated"), "{refused:?}");
        given.assign(&mut two, &[]).unwrap();
        let mut plain = service("three", &json!({"type": "ClusterIP", "ports": [{"port": 80}]}));
        given.assign(&mut plain, &[]).unwrap();
        assert!(given.ports.is_empty(), "no Service has a node port any more");
    }
}
