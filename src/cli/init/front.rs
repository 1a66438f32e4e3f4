//! Where users come in: the URL that the checks and the load ask.

use super::inventory::{Inventory, Workload, name_of};
use k8s_openapi::api::core::v1::{HTTPGetAction, Service, ServicePort};
use k8s_openapi::api::networking::v1::Ingress;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

/// Where users come in.
#[derive(Debug)]
pub(super) struct Front {
    /// The URL, without a slash at the end.
    pub(super) url: String,
    /// What leads there, and what to do when it does not.
    pub(super) why: Vec<String>,
    /// A path that is known to answer with success: that of the readiness probe.
    pub(super) path: Option<String>,
}

/// The readiness probe of a workload over HTTP, and the container's port as the probe means it.
pub(super) fn probe(workload: &Workload) -> Option<&HTTPGetAction> {
    let mut containers = workload.template.spec.iter().flat_map(|spec| &spec.containers);
    containers.find_map(|container| container.readiness_probe.as_ref()?.http_get.as_ref())
}

/// The way in: through an Ingress with a host name, a load balancer, or the address of a Service within the cluster.
pub(super) fn front(inventory: &Inventory) -> Option<Front> {
    let by_ingress = inventory.ingresses.iter().find_map(|ingress| of_ingress(inventory, ingress));
    by_ingress.or_else(|| {
        let mut all: Vec<&Service> = inventory
            .services
            .iter()
            .filter(|service| port(service).and_then(|port| url(service, port)).is_some())
            .collect();
        all.sort_by_key(|service| std::cmp::Reverse(rank(inventory, service)));
        all.first().and_then(|service| of_service(inventory, service))
    })
}

/// The more users probably come in there, the higher.
fn rank(inventory: &Inventory, service: &Service) -> (bool, bool, bool, i32) {
    let workload = inventory.behind(service);
    (
        outside(service).is_some(),
        workload.is_some_and(|workload| workload.key == "deployment"),
        workload.is_some_and(|workload| probe(workload).is_some()),
        workload.map_or(0, |workload| workload.replicas),
    )
}

fn of_ingress(inventory: &Inventory, ingress: &Ingress) -> Option<Front> {
    let spec = ingress.spec.as_ref()?;
    let rule = spec
        .rules
        .iter()
        .flatten()
        .find(|rule| rule.host.as_ref().is_some_and(|host| !host.starts_with('*')))?;
    let host = rule.host.clone()?;
    let tls = spec.tls.iter().flatten().any(|tls| tls.hosts.iter().flatten().any(|one| *one == host));
    let scheme = if tls { "https" } else { "http" };
    // The path of a probe is that of the Pod; through an Ingress it is the same only below a rule for everything.
    let all = rule.http.as_ref()?.paths.iter().find(|path| path.path.as_deref() == Some("/"));
    let service = all.and_then(|path| path.backend.service.as_ref());
    let service = service.and_then(|found| inventory.services.iter().find(|one| name_of(*one) == found.name));
    let path = service.and_then(|service| inventory.behind(service)).and_then(probe);
    Some(Front {
        url: format!("{scheme}://{host}"),
        why: vec![format!(
            "Ingress {} takes this host name; it has to lead there from here too",
            name_of(ingress)
        )],
        path: path.and_then(|probe| probe.path.clone()),
    })
}

fn of_service(inventory: &Inventory, service: &Service) -> Option<Front> {
    let workload = inventory.behind(service);
    let probed = workload.and_then(probe);
    let by_probe = probed.and_then(|probe| port_of_probe(service, workload?, &probe.port));
    let (name, port) = (name_of(service), by_probe.or_else(|| port(service))?);
    let why = match outside(service) {
        Some(_) => vec![format!("Service {name} has this address of a load balancer")],
        None => vec![
            format!(
                "the address of Service {name} within the cluster; from outside put the URL of your way in here,"
            ),
            format!(
                "or run beside it: kubectl -n {} port-forward service/{name} 8080:{}",
                inventory.namespace, port.port
            ),
        ],
    };
    Some(Front {
        url: url(service, port)?,
        why,
        path: by_probe.and(probed).and_then(|probe| probe.path.clone()),
    })
}

/// Its address for the world.
fn outside(service: &Service) -> Option<String> {
    let balancer = service.status.as_ref()?.load_balancer.as_ref()?;
    let way = balancer.ingress.as_ref()?.first()?;
    way.hostname.clone().or_else(|| way.ip.clone())
}

fn url(service: &Service, port: &ServicePort) -> Option<String> {
    let within = || service.spec.as_ref()?.cluster_ip.clone().filter(|ip| ip != "None" && !ip.is_empty());
    let host = outside(service).or_else(within)?;
    let host = if host.contains(':') { format!("[{host}]") } else { host };
    let scheme = if port.port == 443 || port.name.as_deref() == Some("https") { "https" } else { "http" };
    Some(format!("{scheme}://{host}:{}", port.port))
}

fn port(service: &Service) -> Option<&ServicePort> {
    let ports = service.spec.as_ref()?.ports.as_ref()?;
    let speaks_http = |port: &&ServicePort| port.name.as_deref().is_some_and(|name| name.starts_with("http"));
    ports.iter().find(speaks_http).or_else(|| ports.first())
}

/// The port of the Service that leads to the port of a probe.
fn port_of_probe<'s>(
    service: &'s Service,
    workload: &Workload,
    probe: &IntOrString,
) -> Option<&'s ServicePort> {
    let number = number(workload, probe)?;
    let mut ports = service.spec.as_ref()?.ports.iter().flatten();
    ports.find(|port| {
        let target = port.target_port.clone().unwrap_or(IntOrString::Int(port.port));
        self::number(workload, &target) == Some(number)
    })
}

/// A port of a container by its number or its name.
fn number(workload: &Workload, port: &IntOrString) -> Option<i32> {
    match port {
        IntOrString::Int(number) => Some(*number),
        IntOrString::String(name) => {
            let containers = workload.template.spec.iter().flat_map(|spec| &spec.containers);
            let mut ports = containers.flat_map(|container| container.ports.iter().flatten());
            ports.find(|port| port.name.as_ref() == Some(name)).map(|port| port.container_port)
        }
    }
}
