//! The Node objects.

use crate::block::Block;
use crate::cluster::{Cluster, Part};
use crate::node::NodeOptions;
use crate::object;
use crate::resource::by_kind;
use crate::status::ApiError;
use crate::store::Write;
use serde_json::{Map, Value, json};

/// Creates the nodes, Ready.
pub(super) fn register(cluster: &Cluster, options: &NodeOptions, block: &Block) -> Result<(), ApiError> {
    let kind = by_kind("v1", "Node").ok_or_else(|| ApiError::not_implemented("nodes"))?;
    for index in 0..options.nodes.min(200) {
        let name = node_name(index);
        let mut labels = json!({
            "kubernetes.io/arch": architecture(), "kubernetes.io/hostname": name, "kubernetes.io/os": "linux",
        });
        if let Some(zone) = options.zones.get(index % options.zones.len().max(1)) {
            labels["topology.kubernetes.io/zone"] = json!(zone);
        }
        let node = json!({"metadata": {"name": name, "labels": labels}});
        cluster.create(kind, "", node, Write::Commit)?;
        let address = block.node(u8::try_from(index).unwrap_or(u8::MAX)).to_string();
        cluster.modify(kind, ("", &name), Part::Status, Write::Commit, |node| {
            node["status"] = status(options, &name, &address);
            Ok(())
        })?;
    }
    Ok(())
}

/// `node-a` to `node-z`, then `node-26` and on.
fn node_name(index: usize) -> String {
    match u8::try_from(index) {
        Ok(small) if small < 26 => format!("node-{}", char::from(b'a' + small)),
        _ => format!("node-{index}"),
    }
}

fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

fn status(options: &NodeOptions, name: &str, address: &str) -> Value {
    let now = object::now();
    let capacity: Map<String, Value> =
        options.capacity.iter().map(|(resource, amount)| (resource.clone(), json!(amount))).collect();
    let condition = |kind: &str, status: &str, reason: &str, message: &str| {
        json!({
            "type": kind, "status": status, "lastHeartbeatTime": now, "lastTransitionTime": now,
            "reason": reason, "message": message,
        })
    };
    json!({
        "capacity": capacity, "allocatable": capacity,
        "conditions": [
            condition("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
            condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
            condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
            condition("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
        ],
        "addresses": [{"type": "InternalIP", "address": address}, {"type": "Hostname", "address": name}],
        "nodeInfo": {
            "architecture": architecture(), "operatingSystem": "linux", "osImage": "the host of the playground",
            "containerRuntimeVersion": format!("process://{}", env!("CARGO_PKG_VERSION")),
            "kubeletVersion": "v1.36.2", "kernelVersion": "", "machineID": "", "systemUUID": "", "bootID": "",
            "kubeProxyVersion": "",
        },
    })
}
