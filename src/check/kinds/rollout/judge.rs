//! What has to hold of a workload and its Pods, one after the other; the first that does not is the finding.

use super::Rollout;
use crate::check::Found;
use crate::check::kubernetes::{Kubectl, Workload, last_words, name_of, refused, troubles, unready};
use crate::cluster::{Cluster, Progress};
use k8s_openapi::api::core::v1::{Node, Pod};
use std::collections::BTreeSet;

const ZONE: &str = "topology.kubernetes.io/zone";

/// No Pod is in a crash loop or without its image. Of the newest revision that does not pass by itself; older Pods are
/// about to go.
pub(super) async fn stays_up(
    cluster: &Cluster,
    kubectl: &Kubectl,
    workload: &Workload,
    pods: &[Pod],
) -> Result<(), Found> {
    for pod in pods {
        let Some(trouble) = troubles(pod).into_iter().next() else { continue };
        let name = &trouble.pod;
        let (reason, command) = if trouble.crashes() {
            let last = trouble.last.as_deref().unwrap_or("it ended");
            let reason = format!(
                "pod {name} of {} is in CrashLoopBackOff: container {} ended {} times, last: {last}",
                workload.title, trouble.container, trouble.restarts
            );
            (reason, format!("logs {name} -c {} --previous", trouble.container))
        } else {
            let reason = format!(
                "pod {name} of {} does not start: container {}: {}: {}",
                workload.title, trouble.container, trouble.reason, trouble.message
            );
            (reason, format!("describe pod {name}"))
        };
        let found = Found::fail(reason.trim_end_matches([':', ' ']))
            .expected("running containers", &trouble.reason)
            .reproduce(kubectl.with(&command))
            .evidence(last_words(cluster, pod).await);
        return Err(if workload.is_newest(pod) { found.for_good() } else { found });
    }
    Ok(())
}

/// One container has the image that was meant.
pub(super) fn image(spec: &Rollout, kubectl: &Kubectl, workload: &Workload) -> Result<(), Found> {
    let Some(image) = &spec.image else { return Ok(()) };
    let found = workload.images();
    if found.contains(&image.value.as_str()) {
        return Ok(());
    }
    let found = found.join(", ");
    let path = "{.spec.template.spec.containers[*].image}";
    Err(Found::fail(format!("{} should run {}, but runs {found}", workload.title, image.value))
        .at(image.mark)
        .expected(&image.value, found)
        .reproduce(kubectl.with(&format!("get {} -o jsonpath='{path}'", workload.title))))
}

/// What `kubectl rollout status` waits for.
pub(super) fn complete(kubectl: &Kubectl, workload: &Workload, pods: &[Pod]) -> Result<(), Found> {
    let found = |why: &str| {
        Found::fail(format!("{} is not complete: {why}", workload.title))
            .expected(format!("{} new and available replicas, no others", workload.wanted), why)
            .reproduce(kubectl.with(&format!("rollout status {} --timeout=10s", workload.title)))
            .evidence(unready(pods))
    };
    match &workload.progress {
        Progress::Done => Ok(()),
        Progress::Underway(why) => Err(found(why)),
        Progress::Stuck(why) => Err(found(why).for_good()),
    }
}

/// No Pod was started again more often than allowed.
pub(super) async fn restarts(
    cluster: &Cluster,
    spec: &Rollout,
    kubectl: &Kubectl,
    workload: &Workload,
    pods: &[Pod],
) -> Result<(), Found> {
    let Some(limit) = &spec.restarts else { return Ok(()) };
    let of = |pod: &Pod| -> i64 {
        let statuses = pod.status.iter().flat_map(|status| status.container_statuses.iter().flatten());
        statuses.map(|status| i64::from(status.restart_count)).sum()
    };
    let Some(worst) = pods.iter().max_by_key(|pod| of(pod)).filter(|pod| of(pod) > i64::from(limit.value))
    else {
        return Ok(());
    };
    let name = name_of(worst);
    Err(Found::fail(format!(
        "pod {name} of {} was restarted {} times, at most {} are allowed",
        workload.title,
        of(worst),
        limit.value
    ))
    .at(limit.mark)
    .for_good()
    .expected(format!("at most {} restarts", limit.value), format!("{} restarts", of(worst)))
    .reproduce(kubectl.with(&format!("logs {name} --previous")))
    .evidence(last_words(cluster, worst).await))
}

/// The Pods are on as many nodes and zones as wanted.
pub(super) async fn spread(
    cluster: &Cluster,
    spec: &Rollout,
    kubectl: &Kubectl,
    pods: &[Pod],
) -> Result<(), Found> {
    let node_of = |pod: &Pod| pod.spec.as_ref().and_then(|spec| spec.node_name.clone());
    let nodes: BTreeSet<String> = pods.iter().filter_map(node_of).collect();
    let apart = |what: &str, wanted: &crate::source::Located<u32>, found: &BTreeSet<String>| {
        if found.len() >= wanted.value as usize {
            return Ok(());
        }
        let names: Vec<&str> = found.iter().map(String::as_str).collect();
        let names = names.join(", ");
        let mut places: Vec<_> =
            pods.iter().map(|pod| (node_of(pod).unwrap_or_default(), name_of(pod))).collect();
        places.sort();
        Err(Found::fail(format!(
            "the Pods should be on at least {} {what}, but all are on {}: {names}",
            wanted.value,
            found.len()
        ))
        .at(wanted.mark)
        .expected(format!("at least {} {what}", wanted.value), names)
        .reproduce(kubectl.with("get pods -o wide"))
        .evidence(places.into_iter().map(|(node, pod)| format!("pod {pod} on {node}"))))
    };
    if let Some(wanted) = &spec.nodes {
        apart("nodes", wanted, &nodes)?;
    }
    if let Some(wanted) = &spec.zones {
        let mut zones = BTreeSet::new();
        for name in &nodes {
            let node = cluster.call(&format!("read Node {name}"), cluster.api_all::<Node>().get(name)).await;
            let labels = node.map_err(|error| refused(&error))?.metadata.labels.unwrap_or_default();
            zones.extend(labels.get(ZONE).cloned());
        }
        apart("zones", wanted, &zones)?;
    }
    Ok(())
}
