//! Whether somebody is left to take over.

use crate::cluster::is_ready;
use crate::fault::select::controller;
use k8s_openapi::api::core::v1::Pod;
use std::collections::BTreeMap;

/// The controllers all of whose ready Pods are among `chosen`; `all` are the Pods of the namespace.
pub fn replicas(all: &[Pod], chosen: &[Pod]) -> Vec<String> {
    let ready = |pods: &[Pod]| {
        let mut counts = BTreeMap::new();
        for owner in pods.iter().filter(|pod| is_ready(pod)).filter_map(controller) {
            *counts.entry((owner.kind.clone(), owner.name.clone())).or_insert(0_usize) += 1;
        }
        counts
    };
    let there = ready(all);
    let hit = ready(chosen).into_iter().filter(|(owner, count)| there.get(owner) == Some(count));
    hit.map(|((kind, name), count)| match count {
        1 => format!("the only ready Pod of {kind}/{name} is hit: nothing is left to take over"),
        _ => format!("all {count} ready Pods of {kind}/{name} are hit: nothing is left to take over"),
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pod(name: &str, owner: &str, ready: &str) -> Pod {
        serde_json::from_value(json!({
            "metadata": {"name": name, "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet",
                "name": owner, "uid": owner, "controller": true}]},
            "status": {"conditions": [{"type": "Ready", "status": ready}]},
        }))
        .unwrap()
    }

    #[test]
    fn only_a_controller_that_loses_all_its_ready_pods_is_named() {
        let all =
            [pod("a1", "a", "True"), pod("a2", "a", "True"), pod("b1", "b", "True"), pod("b2", "b", "False")];
        for (chosen, expected) in [
            (&all[..1], vec![]),
            (&all[..2], vec!["all 2 ready Pods of ReplicaSet/a"]),
            (&all[2..3], vec!["the only ready Pod of ReplicaSet/b"]),
            (&all[3..], vec![]),
        ] {
            let warnings = replicas(&all, chosen);
            assert_eq!(warnings.len(), expected.len(), "{warnings:?}");
            assert!(warnings.iter().zip(expected).all(|(got, part)| got.starts_with(part)), "{warnings:?}");
        }
    }
}
