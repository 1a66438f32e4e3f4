//! What is in a namespace.

use crate::cluster::{Cluster, ClusterError, Consent};
use k8s_openapi::api::apps::v1::{DaemonSet, Deployment, StatefulSet};
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::api::core::v1::{PodTemplateSpec, Service, ServiceAccount};
use k8s_openapi::api::networking::v1::Ingress;
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use kube::api::ListParams;
use kube::core::NamespaceResourceScope;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::fmt::Debug;

/// The account of the guard.
const GUARD: &str = "shakedown-guard";

/// A Deployment or a `StatefulSet`.
#[derive(Debug)]
pub(super) struct Workload {
    /// `deployment` or `statefulset`: the key of checks and faults.
    pub(super) key: &'static str,
    pub(super) name: String,
    pub(super) replicas: i32,
    pub(super) selector: LabelSelector,
    pub(super) template: PodTemplateSpec,
    /// Whether its Pods have volumes of their own.
    pub(super) keeps_data: bool,
    /// Whether those are deleted when it is scaled down.
    pub(super) loses_data: bool,
}

/// What is in a namespace.
#[derive(Debug, Default)]
pub(super) struct Inventory {
    pub(super) context: String,
    pub(super) namespace: String,
    pub(super) workloads: Vec<Workload>,
    pub(super) services: Vec<Service>,
    pub(super) ingresses: Vec<Ingress>,
    pub(super) autoscalers: Vec<HorizontalPodAutoscaler>,
    pub(super) budgets: Vec<PodDisruptionBudget>,
    /// Why faults may not go there.
    pub(super) objection: Option<String>,
    /// Whether the account of the guard is there.
    pub(super) has_guard: bool,
    /// What was not read, or what nothing is made of.
    pub(super) unused: Vec<String>,
}

impl Inventory {
    /// Reads it. Kinds that may not be read are noted. Errors: there is nothing, or the cluster does not answer.
    pub(super) async fn read(cluster: &Cluster) -> Result<Inventory, ClusterError> {
        let mut all = Inventory {
            context: cluster.context().to_owned(),
            namespace: cluster.namespace().to_owned(),
            objection: cluster.consent().await?.objection(cluster.namespace(), Consent::OfNamespace),
            ..Inventory::default()
        };
        all.workloads = all.list::<Deployment>(cluster).await?.into_iter().map(of_deployment).collect();
        let sets = all.list::<StatefulSet>(cluster).await?;
        all.workloads.extend(sets.into_iter().map(of_stateful_set));
        all.services = all.list(cluster).await?;
        all.leave_api_server();
        all.ingresses = all.list(cluster).await?;
        all.autoscalers = all.list(cluster).await?;
        all.budgets = all.list(cluster).await?;
        let accounts: Vec<ServiceAccount> = all.list(cluster).await?;
        all.has_guard = accounts.iter().any(|account| account.metadata.name.as_deref() == Some(GUARD));
        all.note::<DaemonSet>(cluster).await?;
        all.note::<CronJob>(cluster).await?;
        all.note::<Job>(cluster).await?;
        Ok(all)
    }

    /// The Service of the API server, which every cluster has in `default`, is no way in for users.
    fn leave_api_server(&mut self) {
        let (before, is_default) = (self.services.len(), self.namespace == "default");
        self.services.retain(|service| !(is_default && name_of(service) == "kubernetes"));
        if self.services.len() < before {
            self.unused.push("Service kubernetes leads to the API server: nothing was made of it".to_owned());
        }
    }

    /// The objects of a kind; none, with a note, where they may not be read.
    async fn list<K>(&mut self, cluster: &Cluster) -> Result<Vec<K>, ClusterError>
    where
        K: kube::Resource<Scope = NamespaceResourceScope, DynamicType = ()>,
        K: Clone + Debug + DeserializeOwned,
    {
        let doing = format!("list the {}", K::plural(&()));
        match cluster.call(&doing, cluster.api::<K>().list(&ListParams::default())).await {
            Ok(found) => Ok(found.items),
            // The server does not know the kind.
            Err(error) if error.code() == Some(404) => Ok(Vec::new()),
            Err(error) if error.code() == Some(403) => {
                self.unused.push(error.to_string());
                Ok(Vec::new())
            }
            Err(error) => Err(error),
        }
    }

    /// Notes the objects of a kind of which nothing is made.
    async fn note<K>(&mut self, cluster: &Cluster) -> Result<(), ClusterError>
    where
        K: kube::Resource<Scope = NamespaceResourceScope, DynamicType = ()>,
        K: Clone + Debug + DeserializeOwned,
    {
        let names: Vec<String> =
            self.list::<K>(cluster).await?.iter().filter_map(|one| one.meta().name.clone()).collect();
        let kind = K::kind(&());
        self.unused.extend(names.iter().map(|name| format!("{kind} {name}: nothing was made of it")));
        Ok(())
    }

    /// The Services that select the Pods of a workload, by their names.
    pub(super) fn services_of(&self, workload: &Workload) -> Vec<&Service> {
        let labels = workload.template.metadata.as_ref().and_then(|meta| meta.labels.as_ref());
        self.services.iter().filter(|service| selects(service, labels)).collect()
    }

    /// The workload behind a Service.
    pub(super) fn behind(&self, service: &Service) -> Option<&Workload> {
        self.workloads.iter().find(|workload| {
            selects(service, workload.template.metadata.as_ref().and_then(|meta| meta.labels.as_ref()))
        })
    }
}

/// The name of anything.
pub(super) fn name_of<K: kube::Resource<DynamicType = ()>>(object: &K) -> &str {
    object.meta().name.as_deref().unwrap_or_default()
}

fn selects(service: &Service, labels: Option<&BTreeMap<String, String>>) -> bool {
    let selector = service.spec.as_ref().and_then(|spec| spec.selector.as_ref());
    selector.is_some_and(|selector| {
        let has =
            |(name, value): (&String, &String)| labels.and_then(|labels| labels.get(name)) == Some(value);
        !selector.is_empty() && selector.iter().all(has)
    })
}

fn of_deployment(object: Deployment) -> Workload {
    Workload {
        key: "deployment",
        name: object.metadata.name.unwrap_or_default(),
        replicas: object.spec.replicas.unwrap_or(1),
        selector: object.spec.selector,
        template: object.spec.template,
        keeps_data: false,
        loses_data: false,
    }
}

fn of_stateful_set(object: StatefulSet) -> Workload {
    let policy = object.spec.persistent_volume_claim_retention_policy;
    Workload {
        key: "statefulset",
        name: object.metadata.name.unwrap_or_default(),
        replicas: object.spec.replicas.unwrap_or(1),
        selector: object.spec.selector,
        template: object.spec.template,
        keeps_data: object.spec.volume_claim_templates.is_some_and(|claims| !claims.is_empty()),
        loses_data: policy.and_then(|policy| policy.when_scaled).as_deref() == Some("Delete"),
    }
}
