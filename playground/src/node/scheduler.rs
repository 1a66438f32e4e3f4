//! Binds Pods to nodes, and takes them away from nodes whose taints they do not bear.

use crate::cluster::Cluster;
use crate::node::{fit, garbage};
use crate::object;
use crate::recorder::{Recorder, Tone};
use crate::resource::{Kind, by_kind};
use crate::selector::Selector;
use crate::status::ApiError;
use crate::store::{Expired, From, Write};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// Runs until it is dropped.
pub(super) async fn run(cluster: Cluster) -> Result<(), Expired> {
    let (Some(pods), Some(nodes)) = (by_kind("v1", "Pod"), by_kind("v1", "Node")) else { return Ok(()) };
    let recorder = Recorder::new(&cluster, "default-scheduler");
    let mut pod_changes = cluster.follow(pods, None, Selector::default(), From::Present)?;
    let mut node_changes = cluster.follow(nodes, None, Selector::default(), From::Present)?;
    let mut again = None;
    loop {
        let timer = async {
            match again {
                Some(wait) => tokio::time::sleep(wait).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            change = pod_changes.next() => drop(change?),
            change = node_changes.next() => drop(change?),
            () = timer => {}
        }
        while pod_changes.try_next()?.is_some() || node_changes.try_next()?.is_some() {}
        again = pass(&cluster, pods, nodes, &recorder);
    }
}

/// Looks at everything once; returns when to look again even if nothing changes.
fn pass(cluster: &Cluster, pods: &Kind, nodes: &Kind, recorder: &Recorder) -> Option<Duration> {
    let all_nodes = cluster.list(nodes, None, &Selector::default());
    let all = cluster.list(pods, None, &Selector::default());
    let (mut placed, pending): (Vec<_>, Vec<_>) = all
        .into_iter()
        .filter(|pod| !is_over(pod))
        .partition(|pod| !object::text(pod, "/spec/nodeName").is_empty());
    for pod in pending.into_iter().filter(|pod| is_ours(pod)) {
        let at = (object::namespace(&pod), object::name(&pod));
        match fit::choose(&pod, &all_nodes, &placed) {
            Ok(node) => {
                if let Ok(bound) = cluster.bind(at, &node, Write::Commit) {
                    let message = format!("Successfully assigned {}/{} to {node}", at.0, at.1);
                    recorder.event(&bound, Tone::Normal, "Scheduled", &message);
                    placed.push(bound);
                }
            }
            Err(why) => refuse(cluster, pods, &pod, &why, recorder),
        }
    }
    garbage::collect(cluster, pods, &all_nodes, &placed, recorder)
}

fn is_over(pod: &Value) -> bool {
    matches!(object::text(pod, "/status/phase"), "Succeeded" | "Failed")
}

fn is_ours(pod: &Value) -> bool {
    let gated = pod["spec"]["schedulingGates"].as_array().is_some_and(|gates| !gates.is_empty());
    let scheduler = object::text(pod, "/spec/schedulerName");
    !gated && !object::is_terminating(pod) && matches!(scheduler, "" | "default-scheduler")
}

/// Notes that no node fits; once for each reason, or the note itself would wake the scheduler again.
fn refuse(cluster: &Cluster, pods: &Kind, pod: &Arc<Value>, why: &str, recorder: &Recorder) {
    let at = (object::namespace(pod), object::name(pod));
    let noted = pod["status"]["conditions"].as_array().into_iter().flatten();
    if noted.into_iter().any(|one| one["type"] == "PodScheduled" && one["message"] == why) {
        return;
    }
    let condition = json!({
        "type": "PodScheduled", "observedGeneration": object::generation(pod), "status": "False",
        "lastProbeTime": null, "lastTransitionTime": object::now(), "reason": "Unschedulable", "message": why,
    });
    let written = cluster.modify(pods, at, crate::cluster::Part::Status, Write::Commit, |pod| {
        if !object::text(pod, "/spec/nodeName").is_empty() {
            return Err(ApiError::bad_request("the pod was bound in the meantime"));
        }
        let status = object::child_mut(object::map_mut(pod), "status");
        let conditions = status.entry("conditions").or_insert_with(|| json!([]));
        if let Some(list) = conditions.as_array_mut() {
            list.retain(|one| one["type"] != "PodScheduled");
            list.push(condition);
        }
        Ok(())
    });
    if written.is_ok() {
        recorder.event(pod, Tone::Warning, "FailedScheduling", why);
    }
}
