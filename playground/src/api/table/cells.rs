//! The columns of each kind.

use crate::api::table::{age, pod};
use crate::object;
use crate::selector::LabelSelector;
use serde_json::{Value, json};

/// A column: its name, its type, whether it is only shown with `-o wide`, and what stands in it.
pub(super) struct Column {
    name: &'static str,
    kind: &'static str,
    priority: u8,
    pub(super) cell: fn(&Value) -> Value,
}

impl Column {
    pub(super) fn definition(&self) -> Value {
        let format = if self.name == "Name" { "name" } else { "" };
        json!({"name": self.name, "type": self.kind, "format": format, "description": "", "priority": self.priority})
    }
}

const fn text(name: &'static str, cell: fn(&Value) -> Value) -> Column {
    Column { name, kind: "string", priority: 0, cell }
}

const fn number(name: &'static str, cell: fn(&Value) -> Value) -> Column {
    Column { name, kind: "integer", priority: 0, cell }
}

const fn wide(name: &'static str, cell: fn(&Value) -> Value) -> Column {
    Column { name, kind: "string", priority: 1, cell }
}

fn at(object: &Value, pointer: &str) -> Value {
    match object.pointer(pointer) {
        None | Some(Value::Null) => json!("<none>"),
        Some(Value::String(text)) if text.is_empty() => json!("<none>"),
        Some(value) => value.clone(),
    }
}

fn count(object: &Value, pointer: &str) -> Value {
    json!(object.pointer(pointer).and_then(Value::as_i64).unwrap_or(0))
}

fn size(object: &Value, pointer: &str) -> Value {
    let value = object.pointer(pointer);
    json!(value.map_or(0, |value| {
        value.as_object().map_or_else(|| value.as_array().map_or(0, Vec::len), serde_json::Map::len)
    }))
}

fn of(object: &Value, part: &str, whole: &str) -> Value {
    json!(format!("{}/{}", count(object, part), count(object, whole)))
}

fn joined(values: impl Iterator<Item = String>) -> Value {
    let text = values.collect::<Vec<_>>().join(",");
    json!(if text.is_empty() { "<none>".to_owned() } else { text })
}

fn ports(service: &Value) -> Value {
    let ports = service["spec"]["ports"].as_array().into_iter().flatten();
    joined(ports.map(|port| match port["nodePort"].as_i64() {
        Some(node) => {
            format!("{}:{node}/{}", port["port"], port["protocol"].as_str().unwrap_or("TCP"))
        }
        None => format!("{}/{}", port["port"], port["protocol"].as_str().unwrap_or("TCP")),
    }))
}

fn node_status(node: &Value) -> Value {
    let conditions = node["status"]["conditions"].as_array();
    let ready = conditions
        .into_iter()
        .flatten()
        .find(|one| one["type"] == "Ready")
        .map(|one| one["status"] == "True");
    let mut words = vec![match ready {
        Some(true) => "Ready",
        Some(false) => "NotReady",
        None => "Unknown",
    }];
    if node["spec"]["unschedulable"] == true {
        words.push("SchedulingDisabled");
    }
    json!(words.join(","))
}

fn roles(node: &Value) -> Value {
    let labels = node["metadata"]["labels"].as_object().into_iter().flatten();
    joined(labels.filter_map(|(key, _)| key.strip_prefix("node-role.kubernetes.io/")).map(str::to_owned))
}

fn endpoints(slice: &Value) -> Value {
    let all = slice["endpoints"].as_array().into_iter().flatten();
    joined(all.filter_map(|one| one["addresses"][0].as_str()).map(str::to_owned))
}

fn slice_ports(slice: &Value) -> Value {
    joined(slice["ports"].as_array().into_iter().flatten().map(|port| port["port"].to_string()))
}

fn selector(object: &Value) -> Value {
    joined(std::iter::once(LabelSelector::from_object(&object["spec"]["selector"]).to_string()))
}

fn event_object(event: &Value) -> Value {
    let about = &event["involvedObject"];
    let (kind, name) =
        (about["kind"].as_str().unwrap_or_default(), about["name"].as_str().unwrap_or_default());
    json!(format!("{}/{name}", kind.to_lowercase()))
}

fn job_status(job: &Value) -> Value {
    let conditions = job["status"]["conditions"].as_array();
    let done = conditions
        .into_iter()
        .flatten()
        .find(|one| matches!(one["type"].as_str(), Some("Complete" | "Failed")) && one["status"] == "True");
    done.map_or_else(|| json!("Running"), |one| one["type"].clone())
}

const NAME: Column = text("Name", |object| json!(object::name(object)));
const AGE: Column = text("Age", |object| age::since(object, "/metadata/creationTimestamp"));

const PODS: &[Column] = &[
    NAME,
    text("Ready", pod::ready),
    text("Status", pod::status),
    text("Restarts", pod::restarts),
    AGE,
    wide("IP", |pod| at(pod, "/status/podIP")),
    wide("Node", |pod| at(pod, "/spec/nodeName")),
    wide("Nominated Node", |_| json!("<none>")),
    wide("Readiness Gates", |_| json!("<none>")),
];
const DEPLOYMENTS: &[Column] = &[
    NAME,
    text("Ready", |object| of(object, "/status/readyReplicas", "/spec/replicas")),
    number("Up-to-date", |object| count(object, "/status/updatedReplicas")),
    number("Available", |object| count(object, "/status/availableReplicas")),
    AGE,
    wide("Selector", selector),
];
const REPLICA_SETS: &[Column] = &[
    NAME,
    number("Desired", |object| count(object, "/spec/replicas")),
    number("Current", |object| count(object, "/status/replicas")),
    number("Ready", |object| count(object, "/status/readyReplicas")),
    AGE,
    wide("Selector", selector),
];
const STATEFUL_SETS: &[Column] =
    &[NAME, text("Ready", |object| of(object, "/status/readyReplicas", "/spec/replicas")), AGE];
const SERVICES: &[Column] = &[
    NAME,
    text("Type", |object| at(object, "/spec/type")),
    text("Cluster-IP", |object| at(object, "/spec/clusterIP")),
    text("External-IP", |_| json!("<none>")),
    text("Port(s)", ports),
    AGE,
    wide("Selector", |object| {
        joined(std::iter::once(LabelSelector::from_map(&object["spec"]["selector"]).to_string()))
    }),
];
const NODES: &[Column] = &[
    NAME,
    text("Status", node_status),
    text("Roles", roles),
    AGE,
    text("Version", |node| at(node, "/status/nodeInfo/kubeletVersion")),
    wide("Internal-IP", |node| at(node, "/status/addresses/0/address")),
];
const NAMESPACES: &[Column] = &[NAME, text("Status", |object| at(object, "/status/phase")), AGE];
const JOBS: &[Column] = &[
    NAME,
    text("Status", job_status),
    text("Completions", |object| of(object, "/status/succeeded", "/spec/completions")),
    text("Duration", |object| age::since(object, "/status/startTime")),
    AGE,
];
const BUDGETS: &[Column] = &[
    NAME,
    text("Min Available", |object| at(object, "/spec/minAvailable")),
    text("Max Unavailable", |object| at(object, "/spec/maxUnavailable")),
    number("Allowed Disruptions", |object| count(object, "/status/disruptionsAllowed")),
    AGE,
];
const SLICES: &[Column] = &[
    NAME,
    text("AddressType", |object| at(object, "/addressType")),
    text("Ports", slice_ports),
    text("Endpoints", endpoints),
    AGE,
];
const EVENTS: &[Column] = &[
    text("Last Seen", |event| age::since(event, "/lastTimestamp")),
    text("Type", |event| at(event, "/type")),
    text("Reason", |event| at(event, "/reason")),
    text("Object", event_object),
    text("Message", |event| at(event, "/message")),
];
const CONFIG_MAPS: &[Column] = &[NAME, number("Data", |object| size(object, "/data")), AGE];
const SECRETS: &[Column] =
    &[NAME, text("Type", |object| at(object, "/type")), number("Data", |object| size(object, "/data")), AGE];
const CLAIMS: &[Column] = &[
    NAME,
    text("Status", |object| at(object, "/status/phase")),
    text("Volume", |object| at(object, "/spec/volumeName")),
    text("Capacity", |object| at(object, "/status/capacity/storage")),
    AGE,
];
const LEASES: &[Column] = &[NAME, text("Holder", |object| at(object, "/spec/holderIdentity")), AGE];
const SERVICE_ACCOUNTS: &[Column] = &[NAME, number("Secrets", |object| size(object, "/secrets")), AGE];
const OTHERS: &[Column] = &[NAME, AGE];

/// The columns of a kind; name and age for those that have none of their own.
pub(super) fn columns(kind: &str) -> &'static [Column] {
    match kind {
        "Pod" => PODS,
        "Deployment" => DEPLOYMENTS,
        "ReplicaSet" => REPLICA_SETS,
        "StatefulSet" => STATEFUL_SETS,
        "Service" => SERVICES,
        "Node" => NODES,
        "Namespace" => NAMESPACES,
        "Job" => JOBS,
        "PodDisruptionBudget" => BUDGETS,
        "EndpointSlice" => SLICES,
        "Event" => EVENTS,
        "ConfigMap" => CONFIG_MAPS,
        "PersistentVolumeClaim" => CLAIMS,
        "Secret" => SECRETS,
        "Lease" => LEASES,
        "ServiceAccount" => SERVICE_ACCOUNTS,
        _ => OTHERS,
    }
}
