//! Pods that may not stay where they are: their node is gone, or has a `NoExecute` taint that they do not bear.

use crate::cluster::{Cluster, DeleteOptions, Part};
use crate::node::taint;
use crate::object;
use crate::recorder::{Recorder, Tone};
use crate::resource::Kind;
use crate::store::Write;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// Deletes them; returns when the next one's time is over.
pub(super) fn collect(
    cluster: &Cluster,
    pods: &Kind,
    nodes: &[Arc<Value>],
    placed: &[Arc<Value>],
    recorder: &Recorder,
) -> Option<Duration> {
    let mut next = None;
    for pod in placed {
        let Some(node) = nodes.iter().find(|node| node["metadata"]["name"] == pod["spec"]["nodeName"]) else {
            let why = ("DeletionByPodGC", "PodGC: node no longer exists");
            remove(cluster, pods, pod, why, Some(0));
            continue;
        };
        if object::is_terminating(pod) {
            continue;
        }
        let doomed = !taint::untolerated(pod, node, &["NoExecute"]).is_empty();
        let left = if doomed { Some(Duration::ZERO) } else { time_left(pod, node) };
        if left == Some(Duration::ZERO) {
            let at = format!("{}/{}", object::namespace(pod), object::name(pod));
            recorder.event(
                pod,
                Tone::Normal,
                "TaintManagerEviction",
                &format!("Marking for deletion Pod {at}"),
            );
            let why = ("DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint");
            remove(cluster, pods, pod, why, None);
        } else {
            next = [next, left].into_iter().flatten().min();
        }
    }
    next
}

/// How long the Pod may stay; counted from when the taint was set, or from the Pod's start when that is unknown.
fn time_left(pod: &Value, node: &Value) -> Option<Duration> {
    let patience = taint::patience(pod, node)?;
    let taints = node["spec"]["taints"].as_array().into_iter().flatten();
    let added = taints.filter_map(|taint| taint["timeAdded"].as_str()?.parse::<Timestamp>().ok()).max();
    let start =
        added.or_else(|| object::text(pod, "/status/startTime").parse().ok()).unwrap_or_else(Timestamp::now);
    let gone = Timestamp::now().duration_since(start).as_secs();
    Some(Duration::from_secs(u64::try_from(patience.saturating_sub(gone)).unwrap_or(0)))
}

fn remove(cluster: &Cluster, pods: &Kind, pod: &Value, (reason, message): (&str, &str), grace: Option<i64>) {
    let at = (object::namespace(pod), object::name(pod));
    let condition = json!({
        "type": "DisruptionTarget", "status": "True", "lastProbeTime": null, "lastTransitionTime": object::now(),
        "reason": reason, "message": message,
    });
    // An error in either means that the Pod is gone already.
    let _ = cluster.modify(pods, at, Part::Status, Write::Commit, |pod| {
        let status = object::child_mut(object::map_mut(pod), "status");
        let conditions = status.entry("conditions").or_insert_with(|| json!([]));
        if let Some(list) =
            conditions.as_array_mut().filter(|list| !list.iter().any(|one| one["type"] == "DisruptionTarget"))
        {
            list.push(condition);
        }
        Ok(())
    });
    let options = DeleteOptions {
        grace_period_seconds: grace,
        uid: Some(object::uid(pod).to_owned()),
        ..DeleteOptions::default()
    };
    let _ = cluster.delete(pods, at, &options, Write::Commit);
}
