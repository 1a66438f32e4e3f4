//! How an object is now, in few words.

use crate::cluster::{is_ready, waits_for};
use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use k8s_openapi::api::core::v1::{Node, Pod};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use k8s_openapi::api::events::v1::Event;
use kube::core::ObjectMeta;

/// The longest words of an event that are kept.
const LONGEST: usize = 200;

/// How an object is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct State {
    pub(super) name: String,
    pub(super) words: String,
    pub(super) ready: Option<u32>,
}

fn name(meta: &ObjectMeta) -> String {
    meta.name.clone().unwrap_or_default()
}

pub(super) fn pod(pod: &Pod) -> State {
    let phase = pod.status.as_ref().and_then(|status| status.phase.clone()).unwrap_or_default();
    let words = match (pod.metadata.deletion_timestamp.is_some(), waits_for(pod)) {
        (true, _) => "Terminating".to_owned(),
        (false, Some(why)) => format!("{phase}: {}", why.trim_end()),
        (false, None) => phase,
    };
    State { name: name(&pod.metadata), words: short(words), ready: Some(u32::from(is_ready(pod))) }
}

pub(super) fn endpoint_slice(slice: &EndpointSlice) -> State {
    let service = slice.metadata.labels.as_ref().and_then(|labels| labels.get("kubernetes.io/service-name"));
    let all = slice.endpoints.as_deref().unwrap_or_default();
    // An endpoint that does not say is ready.
    let is_ready = |conditions: Option<bool>| conditions.unwrap_or(true);
    let ready = all
        .iter()
        .filter(|one| is_ready(one.conditions.as_ref().and_then(|conditions| conditions.ready)))
        .count();
    State {
        name: service.cloned().unwrap_or_else(|| name(&slice.metadata)),
        words: format!("{ready} of {} ready", all.len()),
        ready: u32::try_from(ready).ok(),
    }
}

pub(super) fn deployment(deployment: &Deployment) -> State {
    let wanted = deployment.spec.replicas.unwrap_or(1);
    let ready = deployment.status.as_ref().and_then(|status| status.ready_replicas);
    replicas(&deployment.metadata, wanted, ready)
}

pub(super) fn stateful_set(set: &StatefulSet) -> State {
    let wanted = set.spec.replicas.unwrap_or(1);
    let ready = set.status.as_ref().and_then(|status| status.ready_replicas);
    replicas(&set.metadata, wanted, ready)
}

fn replicas(meta: &ObjectMeta, wanted: i32, ready: Option<i32>) -> State {
    let ready = ready.unwrap_or(0);
    State { name: name(meta), words: format!("{ready} of {wanted} ready"), ready: u32::try_from(ready).ok() }
}

pub(super) fn node(node: &Node) -> State {
    let status = node.status.as_ref();
    let mut conditions = status.and_then(|status| status.conditions.as_ref()).into_iter().flatten();
    let ready = conditions.any(|one| one.type_ == "Ready" && one.status == "True");
    let cordoned = node.spec.as_ref().and_then(|spec| spec.unschedulable).unwrap_or(false);
    let words = match (ready, cordoned) {
        (true, false) => "Ready",
        (true, true) => "Ready, cordoned",
        (false, false) => "NotReady",
        (false, true) => "NotReady, cordoned",
    };
    State { name: name(&node.metadata), words: words.to_owned(), ready: Some(u32::from(ready)) }
}

pub(super) fn event(event: &Event) -> State {
    let about = event.regarding.as_ref().and_then(|object| object.name.clone());
    let words = format!(
        "{}: {}",
        event.reason.as_deref().unwrap_or_default(),
        event.note.as_deref().unwrap_or_default()
    );
    State { name: about.unwrap_or_else(|| name(&event.metadata)), words: short(words), ready: None }
}

fn short(words: String) -> String {
    match words.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words,
    }
}
