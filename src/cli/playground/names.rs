//! The names of Services for programs outside of Pods.

use crate::cli::Failure;
use crate::cluster::Cluster;
use futures_util::StreamExt as _;
use k8s_openapi::api::core::v1::Service;
use kube::runtime::{WatchStreamExt as _, reflector, watcher};
use std::path::Path;
use std::pin::pin;

/// Keeps a file with a line for each Service that has an address, for as long as it is let. Errors: the file cannot
/// be written.
pub(super) async fn keep(cluster: &Cluster, path: &Path) -> Result<(), Failure> {
    let (reader, writer) = reflector::store();
    let services = watcher(cluster.api_all::<Service>(), watcher::Config::default()).default_backoff();
    let mut changes = pin!(reflector::reflector(writer, services));
    let mut written = None;
    while changes.next().await.is_some() {
        let mut lines: Vec<String> = reader.state().iter().filter_map(|one| line(one)).collect();
        lines.sort();
        let text: String = lines.concat();
        if written.as_ref() != Some(&text) {
            let failed = |source| Failure::Report { path: path.to_owned(), source };
            std::fs::write(path, &text).map_err(failed)?;
            written = Some(text);
        }
    }
    Ok(())
}

/// The address, then the names from the shortest to the longest.
fn line(service: &Service) -> Option<String> {
    let (name, namespace) = (service.metadata.name.as_ref()?, service.metadata.namespace.as_ref()?);
    let address = service.spec.as_ref()?.cluster_ip.as_ref()?;
    address.parse::<std::net::IpAddr>().ok()?;
    let short = if namespace == "default" { format!("{name} ") } else { String::new() };
    Some(format!(
        "{address} {short}{name}.{namespace} {name}.{namespace}.svc {name}.{namespace}.svc.cluster.local\n"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_service_with_an_address_has_its_names() {
        let of = |namespace: &str, address: &str| {
            let object = serde_json::json!({"metadata": {"name": "api", "namespace": namespace},
                "spec": {"clusterIP": address}});
            line(&serde_json::from_value(object).unwrap())
        };
        let expected = "127.1.0.4 api.shop api.shop.svc api.shop.svc.cluster.local\n";
        assert_eq!(of("shop", "127.1.0.4").as_deref(), Some(expected));
        assert!(of("default", "127.1.0.4").unwrap().starts_with("127.1.0.4 api api.default "));
        assert_eq!(of("shop", "None"), None);
    }
}
