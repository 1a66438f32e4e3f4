//! Faults that fit what is there.

use super::inventory::{Inventory, Workload, name_of};
use crate::cli::yaml::quoted;

/// Images of programs that keep data.
const DATABASES: [&str; 14] = [
    "postgres",
    "mysql",
    "mariadb",
    "mongo",
    "redis",
    "valkey",
    "rabbitmq",
    "kafka",
    "elasticsearch",
    "opensearch",
    "cassandra",
    "etcd",
    "minio",
    "clickhouse",
];

/// The first fault, and from one to the next, in seconds.
const FIRST: u32 = 12;
const APART: u32 = 15;
/// More would make a long run.
const MOST: usize = 6;

/// A fault of the draft.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) name: String,
    /// When it is injected, in seconds.
    pub(super) at: u32,
    /// The rest of it as YAML.
    body: String,
}

impl Fault {
    /// As an item of a list.
    pub(super) fn text(&self) -> String {
        format!("  - name: {}\n    at: {}s\n{}", quoted(&self.name), self.at, self.body)
    }
}

/// When the load may end: the system has had time to be itself again.
pub(super) fn ends(faults: &[Fault]) -> u32 {
    faults.last().map_or(20, |fault| fault.at + 30)
}

/// The faults; what nothing was made of goes to `unused`.
pub(super) fn faults(inventory: &Inventory, unused: &mut Vec<String>) -> Vec<Fault> {
    let mut all: Vec<(String, String)> = Vec::new();
    for workload in &inventory.workloads {
        if is_database(workload) {
            all.extend(outage(inventory, workload, unused));
        } else if workload.replicas >= 2 {
            all.extend(kill(workload, unused));
        }
    }
    let left = all.split_off(all.len().min(MOST));
    unused
        .extend(left.iter().map(|(name, _)| format!("fault {name} was left out: the run would become long")));
    let at = |place: usize| FIRST + APART * u32::try_from(place).unwrap_or(u32::MAX / APART);
    all.into_iter().enumerate().map(|(place, (name, body))| Fault { name, at: at(place), body }).collect()
}

/// Whether it keeps data: in volumes of its own, or because its image is known for it.
fn is_database(workload: &Workload) -> bool {
    let containers = workload.template.spec.iter().flat_map(|spec| &spec.containers);
    let mut images = containers.filter_map(|container| container.image.as_deref());
    workload.key == "statefulset"
        && (workload.keeps_data || images.any(|image| DATABASES.iter().any(|name| image.contains(name))))
}

fn kill(workload: &Workload, unused: &mut Vec<String>) -> Option<(String, String)> {
    let Workload { key, name, replicas, selector, .. } = workload;
    let labels = selector.match_labels.as_ref().filter(|labels| !labels.is_empty());
    let Some(labels) = labels.filter(|_| selector.match_expressions.iter().flatten().next().is_none()) else {
        unused.push(format!("{key} {name} selects its Pods by expressions: no fault was made of it"));
        return None;
    };
    let pairs: Vec<String> = labels.iter().map(|(label, value)| format!("{label}={value}")).collect();
    let body = format!(
        "    pod_kill: {{ pods: {}, count: 1, leave: 1 }}          # {key} {name}, replicas: {replicas}\n",
        quoted(&pairs.join(","))
    );
    Some((format!("kill-one-of-{name}"), body))
}

fn outage(inventory: &Inventory, workload: &Workload, unused: &mut Vec<String>) -> Option<(String, String)> {
    let Workload { key, name, .. } = workload;
    let services = inventory.services_of(workload);
    let with_address = services.iter().find(|service| {
        let ip = service.spec.as_ref().and_then(|spec| spec.cluster_ip.as_deref());
        ip.is_some_and(|ip| ip != "None" && !ip.is_empty())
    });
    let how = match with_address {
        Some(service) => format!("service: {}", quoted(name_of(*service))),
        None if workload.loses_data => {
            unused
                .push(format!("{key} {name} deletes its volumes with its replicas: no fault was made of it"));
            return None;
        }
        None => format!("workload: {key}/{name}, by: scale"),
    };
    let body = format!(
        "    for: 4s\n    db_outage: {{ {how} }}          # it looks like a database: it keeps data\n"
    );
    Some((format!("outage-of-{name}"), body))
}
