//! The policy. Policies allow, they never forbid: what no policy allows is forbidden as soon as one selects the Pod.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Which way is cut.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// What comes in.
    Ingress,
    /// What goes out.
    Egress,
    /// Both.
    #[default]
    Both,
}

impl Direction {
    /// Those that it stands for, as Kubernetes names them.
    pub fn types(self) -> &'static [&'static str] {
        match self {
            Direction::Ingress => &["Ingress"],
            Direction::Egress => &["Egress"],
            Direction::Both => &["Ingress", "Egress"],
        }
    }
}

/// A quarantine.
#[derive(Debug, Clone, Copy)]
pub struct Quarantine<'q> {
    /// The policy's name, and the value of the label.
    pub name: &'q str,
    /// The TCP ports that are cut; all of everything when empty.
    pub ports: &'q [u16],
    /// Which way.
    pub direction: Direction,
}

impl Quarantine<'_> {
    /// The label of the Pods in it.
    pub const LABEL: &'static str = "shakedown.dev/quarantine";

    /// The policy.
    pub fn policy(&self) -> Value {
        let mut spec = json!({
            "podSelector": {"matchLabels": {Quarantine::LABEL: self.name}},
            "policyTypes": self.direction.types(),
        });
        for way in self.direction.types() {
            spec[way.to_lowercase()] = self.rules();
        }
        json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
            "metadata": {"name": self.name}, "spec": spec})
    }

    /// What stays allowed.
    fn rules(&self) -> Value {
        if self.ports.is_empty() {
            return json!([]);
        }
        let range = |(from, to): (u16, u16)| json!({"protocol": "TCP", "port": from, "endPort": to});
        let mut ports: Vec<Value> = others(self.ports).into_iter().map(range).collect();
        ports.push(json!({"protocol": "UDP"}));
        json!([{"ports": ports}])
    }
}

/// All ports but these, as ranges.
fn others(ports: &[u16]) -> Vec<(u16, u16)> {
    let mut ranges = Vec::new();
    let mut from = 1_u32;
    for port in ports.iter().map(|port| u32::from(*port)).collect::<BTreeSet<u32>>() {
        if port > from {
            ranges.push((from as u16, (port - 1) as u16));
        }
        from = port + 1;
    }
    if let Ok(from) = u16::try_from(from) {
        ranges.push((from, u16::MAX));
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn everything_is_cut_where_no_port_is_named() {
        let policy = Quarantine { name: "q", ports: &[], direction: Direction::Both }.policy();
        assert_eq!(
            policy["spec"],
            json!({"podSelector": {"matchLabels": {"shakedown.dev/quarantine": "q"}},
                "policyTypes": ["Ingress", "Egress"], "ingress": [], "egress": []})
        );
    }

    #[test]
    fn with_ports_all_others_stay_allowed_and_the_other_way_too() {
        let policy = Quarantine { name: "q", ports: &[5432], direction: Direction::Ingress }.policy();
        let range = |from, to| json!({"protocol": "TCP", "port": from, "endPort": to});
        let ports = json!([range(1, 5431), range(5433, 65535), {"protocol": "UDP"}]);
        assert_eq!(policy["spec"]["ingress"], json!([{"ports": ports}]));
        assert_eq!(policy["spec"]["policyTypes"], json!(["Ingress"]));
        assert!(policy["spec"]["egress"].is_null());
    }

    proptest! {
        #[test]
        fn a_port_is_either_cut_or_in_one_range(
            ports in prop::collection::vec(prop_oneof![1..4u16, 65_533..=u16::MAX, 1..=u16::MAX], 0..8),
            port in prop_oneof![1..5u16, 65_532..=u16::MAX, 1..=u16::MAX],
        ) {
            let allowed = others(&ports).iter().filter(|(from, to)| (*from..=*to).contains(&port)).count();
            prop_assert_eq!(allowed, usize::from(!ports.contains(&port)));
        }
    }
}
