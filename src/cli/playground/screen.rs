//! How the cluster is, on stderr: a table that renews itself at a terminal, elsewhere a line for each change.

use crate::cli::Failure;
use crate::cli::block::Block;
use crate::cluster::Cluster;
use futures_util::StreamExt as _;
use k8s_openapi::api::core::v1::Pod;
use kube::runtime::{WatchStreamExt as _, reflector, watcher};
use std::collections::BTreeMap;
use std::pin::pin;
use std::time::Duration;
use tabled::builder::Builder;
use tabled::settings::{Padding, Style};

/// No table is renewed more often.
const EVERY: Duration = Duration::from_millis(200);

/// Shows all Pods for as long as it is let.
pub(super) async fn show(cluster: &Cluster) -> Result<(), Failure> {
    let (reader, writer) = reflector::store();
    let pods = watcher(cluster.api_all::<Pod>(), watcher::Config::default()).default_backoff();
    let mut changes = pin!(reflector::reflector(writer, pods));
    let mut block = Block::of_terminal();
    let mut told = BTreeMap::new();
    while changes.next().await.is_some() {
        // What comes within a moment is shown at once.
        let pause = tokio::time::sleep(EVERY);
        let mut rest = pin!(changes.by_ref().take_until(pause));
        while rest.next().await.is_some() {}
        let rows: BTreeMap<String, [String; 5]> = reader.state().iter().filter_map(|pod| row(pod)).collect();
        match &mut block {
            Some(block) => block.show(&table(&rows)),
            None => news(&told, &rows).iter().for_each(|line| anstream::eprintln!("{line}")),
        }
        told = rows;
    }
    Ok(())
}

/// The namespace and name, then: ready, status, restarts, address, node.
fn row(pod: &Pod) -> Option<(String, [String; 5])> {
    let name = format!("{}/{}", pod.metadata.namespace.as_ref()?, pod.metadata.name.as_ref()?);
    let status = pod.status.clone().unwrap_or_default();
    let containers = status.container_statuses.unwrap_or_default();
    let ready = containers.iter().filter(|one| one.ready).count();
    let waiting = containers.iter().find_map(|one| one.state.as_ref()?.waiting.as_ref()?.reason.clone());
    let ended = containers.iter().find_map(|one| one.state.as_ref()?.terminated.as_ref()?.reason.clone());
    let phase = status.phase.unwrap_or_default();
    let state = match (&pod.metadata.deletion_timestamp, waiting.or(ended)) {
        (Some(_), _) => "Terminating".to_owned(),
        (None, Some(reason)) => reason,
        (None, None) => phase,
    };
    let restarts: i32 = containers.iter().map(|one| one.restart_count).sum();
    let node = pod.spec.as_ref().and_then(|spec| spec.node_name.clone()).unwrap_or_default();
    let address = status.pod_ip.unwrap_or_default();
    Some((name, [format!("{ready}/{}", containers.len()), state, restarts.to_string(), address, node]))
}

fn table(rows: &BTreeMap<String, [String; 5]>) -> String {
    if rows.is_empty() {
        return "no pods yet".to_owned();
    }
    let mut builder = Builder::default();
    builder.push_record(["pod", "ready", "status", "restarts", "address", "node"]);
    for (name, cells) in rows {
        builder.push_record(std::iter::once(name).chain(cells));
    }
    builder.build().with(Style::empty()).with(Padding::new(0, 2, 0, 0)).to_string()
}

/// A line for each Pod that is new, gone or changed.
fn news(before: &BTreeMap<String, [String; 5]>, now: &BTreeMap<String, [String; 5]>) -> Vec<String> {
    let changed = now.iter().filter(|(name, cells)| before.get(*name) != Some(cells));
    let changed = changed.map(|(name, [ready, state, restarts, _, node])| {
        let restarts = if restarts == "0" { String::new() } else { format!(", {restarts} restarts") };
        let node = if node.is_empty() { String::new() } else { format!(" on {node}") };
        format!("{name}: {state}, {ready} ready{restarts}{node}")
    });
    let gone = before.keys().filter(|name| !now.contains_key(*name)).map(|name| format!("{name}: gone"));
    changed.chain(gone).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rows(pods: &[serde_json::Value]) -> BTreeMap<String, [String; 5]> {
        pods.iter().filter_map(|pod| row(&serde_json::from_value(pod.clone()).unwrap())).collect()
    }

    #[test]
    fn each_change_is_one_line() {
        let container = json!({"name": "c", "image": "x", "imageID": "", "ready": true, "restartCount": 2});
        let running = json!({"metadata": {"name": "a", "namespace": "n"}, "spec": {"nodeName": "node-a",
            "containers": []}, "status": {"phase": "Running", "containerStatuses": [container]}});
        let pending = json!({"metadata": {"name": "b", "namespace": "n"}, "status": {"phase": "Pending"}});
        let (first, second) = (rows(&[running.clone(), pending]), rows(&[running]));
        let all = ["n/a: Running, 1/1 ready, 2 restarts on node-a", "n/b: Pending, 0/0 ready"];
        assert_eq!(news(&BTreeMap::new(), &first), all);
        assert_eq!(news(&first, &second), ["n/b: gone"]);
        assert!(table(&second).contains("n/a"));
    }
}
