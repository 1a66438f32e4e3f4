//! How many can answer behind a Service.

use super::pods::{selected, unready};
use super::reach::{list, read};
use crate::check::Found;
use crate::cluster::{Cluster, Right, rights};
use k8s_openapi::api::core::v1::Service;
use k8s_openapi::api::discovery::v1::EndpointSlice;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use kube::api::ListParams;
use std::collections::BTreeSet;

/// A Service and what is behind it.
#[derive(Debug)]
pub struct Backend {
    /// The Service.
    pub service: Service,
    /// How many endpoints are ready. One with an IPv4 and an IPv6 address counts once.
    pub ready: usize,
    /// How many endpoints there are.
    pub all: usize,
}

impl Backend {
    /// Reads it.
    ///
    /// # Errors
    /// The finding that there is no such Service, or that it cannot be read.
    pub async fn read(cluster: &Cluster, name: &str) -> Result<Backend, Found> {
        let service: Service = read(cluster, name).await?;
        let of_it = ListParams::default().labels(&format!("kubernetes.io/service-name={name}"));
        let slices: Vec<EndpointSlice> = list(cluster, &of_it).await?;
        let (mut ready, mut all) = (BTreeSet::new(), BTreeSet::new());
        for endpoint in slices.into_iter().flat_map(|slice| slice.endpoints.unwrap_or_default()) {
            let pod = endpoint.target_ref.and_then(|pod| pod.name);
            let Some(name) = pod.or_else(|| endpoint.addresses.into_iter().next()) else { continue };
            // Nothing said means ready.
            if endpoint.conditions.and_then(|now| now.ready).unwrap_or(true) {
                ready.insert(name.clone());
            }
            all.insert(name);
        }
        Ok(Backend { service, ready: ready.len(), all: all.len() })
    }

    /// The rights that reading it and saying why needs.
    pub fn rights(namespace: &str) -> Vec<Right> {
        let mut all = rights(namespace, "", "services", &["get"]);
        all.extend(rights(namespace, "discovery.k8s.io", "endpointslices", &["list"]));
        all.extend(rights(namespace, "", "pods", &["list"]));
        all
    }

    /// Why not more are ready, as far as it can be seen.
    pub async fn why(&self, cluster: &Cluster) -> Vec<String> {
        let spec = self.service.spec.clone().unwrap_or_default();
        let Some(labels) = spec.selector.filter(|labels| !labels.is_empty()) else {
            return vec!["the Service has no selector: somebody else writes its endpoints".to_owned()];
        };
        let pairs: Vec<String> = labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let selector = LabelSelector { match_labels: Some(labels), ..LabelSelector::default() };
        match selected(cluster, &selector).await {
            Ok(pods) if pods.is_empty() => vec![format!("no Pod has the labels {}", pairs.join(","))],
            Ok(pods) => match unready(&pods) {
                none if none.is_empty() => {
                    let count = pods.len();
                    let pods = if count == 1 { "Pod has" } else { "Pods have" };
                    vec![format!("{count} {pods} the labels {}, none of them unready", pairs.join(","))]
                }
                lines => lines,
            },
            Err(found) => vec![found.reason],
        }
    }
}
