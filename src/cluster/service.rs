//! Where a Service is reached.

use super::{Cluster, ClusterError};
use k8s_openapi::api::core::v1::Service;

impl Cluster {
    /// `http://`, the cluster IP and the first port of a Service of the namespace. Errors: there is no such Service,
    /// or it has no address of its own.
    pub async fn service_url(&self, name: &str) -> Result<String, ClusterError> {
        let doing = format!("read Service {name}");
        let service = self.call(&doing, self.api::<Service>().get(name)).await?;
        let spec = service.spec.unwrap_or_default();
        let port = spec.ports.iter().flatten().next().map(|port| port.port);
        match (spec.cluster_ip.as_deref().filter(|ip| *ip != "None"), port) {
            (Some(ip), Some(port)) => Ok(format!("http://{ip}:{port}")),
            _ => Err(ClusterError::Strange {
                doing,
                server: self.server().to_owned(),
                why: "it has no cluster IP, or no port".to_owned(),
            }),
        }
    }
}
