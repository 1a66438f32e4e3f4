//! Smoke checks of what is there.

use super::front::Front;
use super::inventory::{Inventory, Workload, name_of};
use crate::cli::yaml::quoted;
use k8s_openapi::api::networking::v1::Ingress;

/// The checks, as the lines of a list; what nothing was made of goes to `unused`.
pub(super) fn smoke(inventory: &Inventory, front: Option<&Front>, unused: &mut Vec<String>) -> String {
    let mut text = Vec::new();
    for workload in &inventory.workloads {
        text.push(rollout(workload, unused));
    }
    for service in &inventory.services {
        text.push(endpoints(inventory, service, unused));
    }
    for budget in &inventory.budgets {
        let name = name_of(budget);
        text.push(format!(
            "  - name: budget {name}\n    eventually: 60s\n    pdb: {{ name: {} }}\n",
            quoted(name)
        ));
    }
    for autoscaler in &inventory.autoscalers {
        let name = name_of(autoscaler);
        let max = autoscaler.spec.max_replicas;
        text.push(format!("  - name: autoscaler {name}          # at most {max} replicas\n"));
        text.push(format!(
            "    severity: warn\n    eventually: 60s\n    hpa: {{ name: {} }}\n",
            quoted(name)
        ));
    }
    for ingress in &inventory.ingresses {
        text.push(paths(ingress, unused));
    }
    if let Some(front) = front {
        text.push(way_in(front));
    }
    text.concat()
}

fn rollout(workload: &Workload, unused: &mut Vec<String>) -> String {
    let Workload { key, name, replicas, .. } = workload;
    if *replicas == 0 {
        unused.push(format!("{key} {name} has no replicas: nothing was made of it"));
        return String::new();
    }
    let containers = workload.template.spec.iter().flat_map(|spec| &spec.containers);
    for container in containers {
        if let Some(probe) = &container.readiness_probe
            && probe.http_get.is_none()
        {
            let kind = if probe.exec.is_some() { "a command" } else { "TCP or gRPC" };
            unused.push(format!(
                "{key} {name}: container {} is probed by {kind}; a check of your own can ask the same",
                container.name
            ));
        }
    }
    format!(
        "  - name: {key} {name}          # replicas: {replicas}; add `image`, `restarts`, `nodes` or `zones` to demand more
    eventually: 60s
    rollout: {{ {key}: {} }}\n",
        quoted(name)
    )
}

fn endpoints(
    inventory: &Inventory,
    service: &k8s_openapi::api::core::v1::Service,
    unused: &mut Vec<String>,
) -> String {
    let name = name_of(service);
    let Some(workload) = inventory.behind(service) else {
        unused.push(format!("Service {name} selects no Deployment and no StatefulSet of the namespace"));
        return String::new();
    };
    let ports = service.spec.iter().flat_map(|spec| spec.ports.iter().flatten());
    let ports: Vec<String> = ports.map(|port| port.port.to_string()).collect();
    // One may be on its way; none may not.
    let ready = workload.replicas.saturating_sub(1).max(1);
    format!(
        "  - name: service {name}          # port {}\n    eventually: 60s\n    endpoints: {{ service: {}, ready: {ready} }}\n",
        ports.join(", "),
        quoted(name)
    )
}

fn paths(ingress: &Ingress, unused: &mut Vec<String>) -> String {
    let name = name_of(ingress);
    let mut text = Vec::new();
    let rules = ingress.spec.iter().flat_map(|spec| spec.rules.iter().flatten());
    for rule in rules {
        for path in rule.http.iter().flat_map(|http| &http.paths) {
            let asked = path.path.as_deref().unwrap_or("/");
            let host = rule.host.as_deref().unwrap_or_default();
            let Some(service) = path.backend.service.as_ref().filter(|_| !host.starts_with('*')) else {
                unused.push(format!(
                    "Ingress {name}: {host}{asked} leads to no Service, or has a host with a star"
                ));
                continue;
            };
            let with_host = if host.is_empty() { String::new() } else { format!("host: {}, ", quoted(host)) };
            text.push(format!(
                "  - name: {}\n    eventually: 60s\n    ingress: {{ name: {}, {with_host}path: {}, service: {}, via: off }}          # without `via: off` the path is asked too\n",
                quoted(&format!("ingress {name} {host}{asked}")),
                quoted(name),
                quoted(asked),
                quoted(&service.name)
            ));
        }
    }
    text.concat()
}

fn way_in(front: &Front) -> String {
    match &front.path {
        Some(path) => format!(
            "  - name: the way in answers          # the path of its readiness probe
    eventually: 60s
    http: {{ get: {} }}\n",
            quoted(path)
        ),
        None => "  - name: the way in answers          # put a path here that should succeed
    eventually: 60s
    http: { get: /, expect: { status: [2xx, 3xx, 4xx] } }\n"
            .to_owned(),
    }
}
