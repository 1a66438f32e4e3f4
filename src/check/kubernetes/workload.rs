//! A Deployment or a `StatefulSet`, read as one kind of thing.

use super::reach::{list, read};
use crate::check::Found;
use crate::cluster::{Cluster, Progress, Right, Settled, rights};
use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet, StatefulSet};
use k8s_openapi::api::core::v1::{Pod, PodTemplateSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use kube::api::ListParams;

/// Where the number of a Deployment's newest revision stands.
const REVISION: &str = "deployment.kubernetes.io/revision";

/// Which kind of workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkloadKind {
    /// A Deployment.
    Deployment,
    /// A `StatefulSet`.
    StatefulSet,
}

/// A workload as it is now.
#[derive(Debug)]
pub struct Workload {
    /// `deployment/api`, as kubectl names it.
    pub title: String,
    /// How far its rollout is.
    pub progress: Progress,
    /// How many replicas it wants.
    pub wanted: i32,
    /// Its Pods.
    pub selector: LabelSelector,
    /// What its newest Pods are made of.
    pub template: PodTemplateSpec,
    newest: Option<(&'static str, String)>,
    /// The object that holds its newest revision, where there is one.
    pub revision: Option<ObjectMeta>,
}

impl Workload {
    /// Reads it.
    ///
    /// # Errors
    /// The finding that it is not there, or that it cannot be read.
    pub async fn read(cluster: &Cluster, kind: WorkloadKind, name: &str) -> Result<Workload, Found> {
        match kind {
            WorkloadKind::Deployment => Workload::of_deployment(cluster, name).await,
            WorkloadKind::StatefulSet => Workload::of_stateful_set(cluster, name).await,
        }
    }

    /// The rights that reading it needs.
    pub fn rights(kind: WorkloadKind, namespace: &str) -> Vec<Right> {
        let (resource, revisions) = match kind {
            WorkloadKind::Deployment => ("deployments", "replicasets"),
            WorkloadKind::StatefulSet => ("statefulsets", "controllerrevisions"),
        };
        let mut all = rights(namespace, "apps", resource, &["get"]);
        all.extend(rights(namespace, "apps", revisions, &["list"]));
        all
    }

    async fn of_deployment(cluster: &Cluster, name: &str) -> Result<Workload, Found> {
        let object: Deployment = read(cluster, name).await?;
        let sets: Vec<ReplicaSet> = list(cluster, &ListParams::default()).await?;
        let revision = |meta: &ObjectMeta| meta.annotations.as_ref()?.get(REVISION).cloned();
        let newest = sets.into_iter().map(|set| set.metadata).find(|meta| {
            let owned = meta.owner_references.iter().flatten();
            owned.map(|owner| Some(&owner.uid)).any(|uid| uid == object.metadata.uid.as_ref())
                && revision(meta) == revision(&object.metadata)
        });
        let hash = newest.as_ref().and_then(|meta| meta.labels.as_ref()?.get("pod-template-hash").cloned());
        Ok(Workload {
            title: format!("deployment/{name}"),
            progress: object.settled(),
            wanted: object.spec.replicas.unwrap_or(1),
            selector: object.spec.selector,
            template: object.spec.template,
            newest: hash.map(|hash| ("pod-template-hash", hash)),
            revision: newest,
        })
    }

    async fn of_stateful_set(cluster: &Cluster, name: &str) -> Result<Workload, Found> {
        let object: StatefulSet = read(cluster, name).await?;
        let update = object.status.as_ref().and_then(|status| status.update_revision.clone());
        let revision: Option<ObjectMeta> = match &update {
            Some(update) => {
                let all: Vec<k8s_openapi::api::apps::v1::ControllerRevision> =
                    list(cluster, &ListParams::default()).await?;
                let mut metas = all.into_iter().map(|revision| revision.metadata);
                metas.find(|meta| meta.name.as_ref() == Some(update))
            }
            None => None,
        };
        Ok(Workload {
            title: format!("statefulset/{name}"),
            progress: object.settled(),
            wanted: object.spec.replicas.unwrap_or(1),
            selector: object.spec.selector,
            template: object.spec.template,
            newest: update.map(|update| ("controller-revision-hash", update)),
            revision,
        })
    }

    /// Whether a Pod is of the newest revision, as far as that is known.
    pub fn is_newest(&self, pod: &Pod) -> bool {
        self.newest.as_ref().is_none_or(|(label, value)| {
            pod.metadata.labels.as_ref().and_then(|labels| labels.get(*label)) == Some(value)
        })
    }

    /// The images of its containers.
    pub fn images(&self) -> Vec<&str> {
        let containers = self.template.spec.iter().flat_map(|spec| &spec.containers);
        containers.filter_map(|container| container.image.as_deref()).collect()
    }
}
