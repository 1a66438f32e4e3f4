//! How the cluster is, on stderr: a table that renews itself at a terminal, elsewhere a line for each change.

use crate::cli::Failure;
use crate::cli::block::{Block, Room};
use crate::cli::telling::tell;
use crate::cluster::Cluster;
use crate::report::{harmless, middle};
use futures_util::StreamExt as _;
use k8s_openapi::api::core::v1::Pod;
use kube::runtime::{WatchStreamExt as _, reflector, watcher};
use std::collections::BTreeMap;
use std::pin::pin;
use std::time::Duration;
use tabled::builder::Builder;
use tabled::settings::{Padding, Style};
use tokio::sync::mpsc::UnboundedReceiver;

/// No table is renewed more often.
const EVERY: Duration = Duration::from_millis(200);

/// The titles of [`Cells`].
const TITLES: [&str; 5] = ["ready", "status", "restarts", "address", "node"];
/// Spaces between two columns.
const GAP: usize = 2;
/// A name keeps at least so many characters, be the others cut.
const NAME: usize = 16;

/// What a Pod's line says behind its namespace and name: ready, status, restarts, address, node.
type Cells = [String; 5];

/// Shows all Pods, and what is said meanwhile above them, for as long as it is let.
pub(super) async fn show(cluster: &Cluster, mut said: UnboundedReceiver<String>) -> Result<(), Failure> {
    let (reader, writer) = reflector::store();
    let pods = watcher(cluster.api_all::<Pod>(), watcher::Config::default()).default_backoff();
    let mut changes = pin!(reflector::reflector(writer, pods));
    let mut screen = Screen { block: Block::of_terminal(), told: BTreeMap::new() };
    loop {
        tokio::select! {
            Some(line) = said.recv() => {
                screen.say(&line);
                continue;
            }
            change = changes.next() => if change.is_none() {
                return Ok(());
            },
        }
        // What comes within a moment is shown at once.
        let pause = tokio::time::sleep(EVERY);
        let mut rest = pin!(changes.by_ref().take_until(pause));
        while rest.next().await.is_some() {}
        screen.renew(reader.state().iter().filter_map(|pod| row(pod)).collect());
    }
}

struct Screen {
    /// `None` where nobody watches.
    block: Option<Block>,
    told: BTreeMap<String, Cells>,
}

impl Screen {
    fn renew(&mut self, rows: BTreeMap<String, Cells>) {
        match &mut self.block {
            Some(block) => block.show(&table(&rows, Block::room())),
            None => news(&self.told, &rows).iter().for_each(|line| tell(harmless(line))),
        }
        self.told = rows;
    }

    fn say(&mut self, line: &str) {
        if let Some(block) = &mut self.block {
            block.clear();
        }
        tell(line);
        if let Some(block) = &mut self.block {
            block.show(&table(&self.told, Block::room()));
        }
    }
}

/// The namespace and name, then: ready, status, restarts, address, node.
fn row(pod: &Pod) -> Option<(String, Cells)> {
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

/// A line that counts, and the Pods in the order of their names. Where not all fit, those that are not as they should
/// be come first; where names are too wide for the rest to be seen, they are cut.
fn table(rows: &BTreeMap<String, Cells>, room: Room) -> String {
    if rows.is_empty() {
        return "no pods yet".to_owned();
    }
    let well = rows.values().filter(|cells| is_well(cells)).count();
    let mut lines: Vec<_> = rows.iter().collect();
    if lines.len() + 2 > room.rows {
        lines.sort_by_key(|(_, cells)| is_well(cells));
    }
    let widest = |column: usize, title: &str| {
        let cells = rows.values().map(|cells| cells[column].chars().count());
        cells.max().unwrap_or(0).max(title.len()) + GAP
    };
    let others: usize = TITLES.iter().enumerate().map(|(column, title)| widest(column, title)).sum();
    let names = (room.columns + GAP).saturating_sub(others + GAP).max(NAME);
    let mut builder = Builder::default();
    builder.push_record(std::iter::once("pod").chain(TITLES));
    for (name, cells) in lines {
        builder.push_record(std::iter::once(middle(name, names)).chain(cells.iter().cloned()));
    }
    let table = builder.build().with(Style::empty()).with(Padding::new(0, GAP, 0, 0)).to_string();
    format!("{well} of {} pods are ready or done\n{table}", rows.len())
}

/// Ready, or finished with success.
fn is_well([ready, state, ..]: &Cells) -> bool {
    match state.as_str() {
        "Running" => ready.split_once('/').is_some_and(|(ready, all)| ready == all),
        state => matches!(state, "Completed" | "Succeeded"),
    }
}

/// A line for each Pod that is new, gone or changed.
fn news(before: &BTreeMap<String, Cells>, now: &BTreeMap<String, Cells>) -> Vec<String> {
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

    fn rows(pods: &[serde_json::Value]) -> BTreeMap<String, Cells> {
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
    }

    #[test]
    fn who_is_not_well_is_seen_however_many_there_are_and_long_their_names() {
        let line = |state: &str| ["1/1", state, "0", "127.200.1.1", "node-a"].map(str::to_owned);
        let mut all: BTreeMap<String, Cells> =
            (0..50).map(|n| (format!("n/a-{n}"), line("Running"))).collect();
        let long = format!("n/z-{}-end", "long-".repeat(20));
        all.insert(long, line("CrashLoopBackOff"));
        let told = table(&all, Room { columns: 79, rows: 22 });
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(lines[0], "50 of 51 pods are ready or done");
        assert!(lines[2].starts_with("n/z-long-") && lines[2].contains("…"), "{}", lines[2]);
        assert!(lines[2].contains("-end  1/1    CrashLoopBackOff  0         127.200.1.1  node-a"));
        assert!(lines.iter().all(|line| line.trim_end().chars().count() <= 79), "{told}");
        let told = table(&all, Room { columns: 79, rows: 60 });
        assert!(told.lines().last().is_some_and(|line| line.starts_with("n/z-")), "by name where all fit");
    }
}
