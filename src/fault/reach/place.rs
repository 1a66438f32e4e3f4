//! Places that answered before the fault.

use super::seen::ask;
use super::{Seen, Speech, look};
use futures_util::future::join_all;
use k8s_openapi::api::core::v1::{Pod, Service};
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::Instant;

/// How long a look before the fault may take. What is slower can hardly be told from what is cut off.
const LIMIT: Duration = Duration::from_secs(2);
/// How often a place is looked at before the fault.
const LOOKS: usize = 5;

/// A port that works from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Its address.
    pub address: SocketAddr,
    /// What it speaks.
    pub speech: Speech,
    /// The median of the times to its first byte before the fault; none where no answer can be had.
    pub usual: Option<Duration>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.fmt(f)
    }
}

impl Place {
    /// The ports of a Service that work from here, each by the first of its addresses that does.
    pub async fn of_service(service: &Service) -> Vec<Place> {
        let addresses = addresses(service);
        let ports = service.spec.iter().flat_map(|spec| spec.ports.iter().flatten());
        let ports = ports.filter(|port| port.protocol.as_deref().unwrap_or("TCP") == "TCP");
        let tries = ports.map(async |port| {
            let number = u16::try_from(port.port).ok()?;
            for ip in &addresses {
                if let Some(place) = Place::at(SocketAddr::new(*ip, number), Speech::of(port)).await {
                    return Some(place);
                }
            }
            None
        });
        join_all(tries).await.into_iter().flatten().collect()
    }

    /// The declared ports of a Pod that work from here.
    pub async fn of_pod(pod: &Pod) -> Vec<Place> {
        let ip = pod.status.as_ref().and_then(|status| status.pod_ip.as_ref()?.parse::<IpAddr>().ok());
        let Some(ip) = ip else { return Vec::new() };
        let containers = pod.spec.iter().flat_map(|spec| &spec.containers);
        let ports = containers.flat_map(|container| container.ports.iter().flatten());
        let ports = ports.filter(|port| port.protocol.as_deref().unwrap_or("TCP") == "TCP");
        let tries = ports.map(async |port| {
            let number = u16::try_from(port.container_port).ok()?;
            let told = k8s_openapi::api::core::v1::ServicePort {
                name: port.name.clone(),
                port: port.container_port,
                ..Default::default()
            };
            Place::at(SocketAddr::new(ip, number), Speech::of(&told)).await
        });
        join_all(tries).await.into_iter().flatten().collect()
    }

    /// This port, if it works from here.
    async fn at(address: SocketAddr, speech: Speech) -> Option<Place> {
        let mut times = Vec::new();
        for _ in 0..LOOKS {
            match look(address, speech, LIMIT).await {
                Seen::Answered(time) => times.push(time),
                Seen::Open => return Some(Place { address, speech, usual: None }),
                _ => return None,
            }
        }
        Some(Place { address, speech, usual: Some(median(&mut times)) })
    }

    /// How long is waited for an answer before it counts as none: much longer than usual.
    pub fn patience(&self) -> Duration {
        Duration::from_secs(1).max(self.usual.unwrap_or_default() * 10)
    }

    /// Looks once more.
    pub async fn look(&self) -> Seen {
        look(self.address, self.speech, self.patience()).await
    }

    /// A connection that is held, to be asked on later; none where no answer can be had.
    pub async fn hold(&self) -> Option<TcpStream> {
        self.usual?;
        tokio::time::timeout(LIMIT, TcpStream::connect(self.address)).await.ok()?.ok()
    }

    /// Asks on a connection that was held.
    pub async fn ask(&self, held: &mut TcpStream) -> Seen {
        ask(held, self.speech, Instant::now(), self.patience()).await
    }
}

/// The middle one of the times; zero of none.
pub(in crate::fault) fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Where a Service may be reached: its cluster IPs, and those of its load balancer.
fn addresses(service: &Service) -> Vec<IpAddr> {
    let spec = service.spec.iter();
    let cluster = spec.flat_map(|spec| spec.cluster_ips.iter().flatten().chain(&spec.cluster_ip));
    let status = service.status.as_ref().and_then(|status| status.load_balancer.as_ref());
    let balancer = status.iter().flat_map(|status| status.ingress.iter().flatten());
    let all = cluster.chain(balancer.filter_map(|one| one.ip.as_ref()));
    let mut found: Vec<IpAddr> = Vec::new();
    for ip in all.filter_map(|ip| ip.parse().ok()) {
        if !found.contains(&ip) {
            found.push(ip);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_service_is_tried_at_each_address_once() {
        let service = json!({"spec": {"clusterIP": "10.0.0.7", "clusterIPs": ["10.0.0.7", "fd00::7"]},
            "status": {"loadBalancer": {"ingress": [{"hostname": "x.example"}, {"ip": "192.0.2.1"}]}}});
        let service: Service = serde_json::from_value(service).unwrap();
        let found: Vec<String> = addresses(&service).iter().map(ToString::to_string).collect();
        assert_eq!(found, ["10.0.0.7", "fd00::7", "192.0.2.1"]);
        let headless = serde_json::from_value(json!({"spec": {"clusterIP": "None"}})).unwrap();
        assert!(addresses(&headless).is_empty());
    }

    #[test]
    fn the_median_is_the_middle_one() {
        let ms = Duration::from_millis;
        assert_eq!(median(&mut [ms(9), ms(1), ms(3)]), ms(3));
        assert_eq!(median(&mut []), ms(0));
    }
}
