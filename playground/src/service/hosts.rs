//! The names of Services for programs outside of Pods: the playground has no DNS server.

use crate::cluster::Cluster;
use crate::object;
use crate::resource::by_kind;
use crate::selector::Selector;
use crate::store::{Expired, From};
use serde_json::Value;
use std::fmt::Write as _;
use std::path::Path;

/// Why a hosts file is not kept any longer.
#[derive(Debug, thiserror::Error)]
pub enum HostsError {
    /// The file.
    #[error(transparent)]
    File(#[from] std::io::Error),
    /// The changes of Services.
    #[error("cannot follow the Services: {0}")]
    Follow(#[from] Expired),
}

/// Keeps a file with [`hosts`] in it, in step with the Services, for as long as it is let. Errors: the file cannot
/// be written.
pub async fn keep_hosts(cluster: &Cluster, path: &Path) -> Result<(), HostsError> {
    let (Some(services), Some(slices)) =
        (by_kind("v1", "Service"), by_kind("discovery.k8s.io/v1", "EndpointSlice"))
    else {
        return Ok(());
    };
    let mut service_changes = cluster.follow(services, None, Selector::default(), From::Present)?;
    let mut slice_changes = cluster.follow(slices, None, Selector::default(), From::Present)?;
    let mut written = None;
    loop {
        while service_changes.try_next()?.is_some() || slice_changes.try_next()?.is_some() {}
        let text = hosts(cluster);
        if written.as_ref() != Some(&text) {
            std::fs::write(path, &text)?;
            written = Some(text);
        }
        tokio::select! {
            change = service_changes.next() => drop(change?),
            change = slice_changes.next() => drop(change?),
        }
    }
}

/// The Services as lines of a hosts file, in the order of their names: `127.x.y.z api.shop api.shop.svc
/// api.shop.svc.cluster.local`; those of the namespace `default` also by the bare name. A headless Service has a line for each of its ready endpoints, which has its own
/// name too if it has a hostname (as the Pods of a `StatefulSet` have). An `ExternalName` has no address, and no line.
pub fn hosts(cluster: &Cluster) -> String {
    let (Some(services), Some(slices)) =
        (by_kind("v1", "Service"), by_kind("discovery.k8s.io/v1", "EndpointSlice"))
    else {
        return String::new();
    };
    let mut lines = String::new();
    for service in cluster.list(services, None, &Selector::default()) {
        let (namespace, name) = (object::namespace(&service), object::name(&service));
        match object::text(&service, "/spec/clusterIP") {
            "" => {}
            "None" => {
                let all = cluster.list(slices, Some(namespace), &Selector::default());
                let own = all
                    .iter()
                    .filter(|slice| object::label(slice, "kubernetes.io/service-name") == Some(name));
                for endpoint in own.flat_map(|slice| slice["endpoints"].as_array().into_iter().flatten()) {
                    headless(&mut lines, endpoint, name, namespace);
                }
            }
            address => line(&mut lines, address, &names(name, namespace)),
        }
    }
    lines
}

fn headless(lines: &mut String, endpoint: &Value, name: &str, namespace: &str) {
    if endpoint["conditions"]["ready"] == false {
        return;
    }
    let own = endpoint["hostname"].as_str().map(|hostname| names(&format!("{hostname}.{name}"), namespace));
    let all = [own, Some(names(name, namespace))].into_iter().flatten().collect::<Vec<_>>().join(" ");
    for address in endpoint["addresses"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        line(lines, address, &all);
    }
}

fn names(name: &str, namespace: &str) -> String {
    let short = if namespace == "default" { format!("{name} ") } else { String::new() };
    format!("{short}{name}.{namespace} {name}.{namespace}.svc {name}.{namespace}.svc.cluster.local")
}

fn line(lines: &mut String, address: &str, names: &str) {
    // Writing into a string cannot fail.
    let _ = writeln!(lines, "{address} {names}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Store, Write};
    use serde_json::json;

    #[tokio::test]
    async fn the_file_follows_the_services() {
        let cluster = Cluster::new(Store::new(1 << 20));
        let make = |kind: &str, namespace: &str, object: Value| {
            cluster.create(by_kind("v1", kind).unwrap(), namespace, object, Write::Commit).unwrap()
        };
        make("Namespace", "", json!({"metadata": {"name": "default"}}));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hosts");
        let watching = async {
            for name in ["a", "b"] {
                make(
                    "Service",
                    "default",
                    json!({"metadata": {"name": name}, "spec": {"ports": [{"port": 80}]}}),
                );
                let named = format!(" {name} {name}.default {name}.default.svc ");
                while !std::fs::read_to_string(&path).is_ok_and(|text| text.contains(&named)) {
                    tokio::task::yield_now().await;
                }
            }
        };
        let patience = std::time::Duration::from_secs(20);
        tokio::select! {
            ended = keep_hosts(&cluster, &path) => panic!("it stopped: {ended:?}"),
            seen = tokio::time::timeout(patience, watching) => seen.unwrap(),
        }
    }

    #[test]
    fn services_by_their_names_and_headless_ones_by_their_endpoints() {
        let cluster = Cluster::new(Store::new(1 << 20));
        let make = |version: &str, kind: &str, namespace: &str, object: Value| {
            cluster.create(by_kind(version, kind).unwrap(), namespace, object, Write::Commit).unwrap()
        };
        make("v1", "Namespace", "", json!({"metadata": {"name": "shop"}}));
        let ports = json!([{"port": 80}]);
        let api =
            make("v1", "Service", "shop", json!({"metadata": {"name": "api"}, "spec": {"ports": ports}}));
        let headless = json!({"metadata": {"name": "db"}, "spec": {"clusterIP": "None", "ports": ports}});
        make("v1", "Service", "shop", headless);
        let elsewhere = json!({"type": "ExternalName", "externalName": "example.com"});
        make("v1", "Service", "shop", json!({"metadata": {"name": "mail"}, "spec": elsewhere}));
        let slice = json!({
            "metadata": {"name": "db-1", "labels": {"kubernetes.io/service-name": "db"}}, "addressType": "IPv4",
            "endpoints": [
                {"addresses": ["127.200.1.1"], "hostname": "db-0", "conditions": {"ready": true}},
                {"addresses": ["127.200.1.2"], "hostname": "db-1", "conditions": {"ready": false}},
            ],
        });
        make("discovery.k8s.io/v1", "EndpointSlice", "shop", slice);
        let address = object::text(&api, "/spec/clusterIP");
        let expected = format!(
            "{address} api.shop api.shop.svc api.shop.svc.cluster.local\n\
             127.200.1.1 db-0.db.shop db-0.db.shop.svc db-0.db.shop.svc.cluster.local \
             db.shop db.shop.svc db.shop.svc.cluster.local\n"
        );
        assert_eq!(hosts(&cluster), expected);
    }
}
