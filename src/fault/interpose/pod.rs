//! The Pod that spoils connections.

use super::Route;
use crate::fault::Helpers;
use k8s_openapi::api::core::v1::Service;
use serde_json::{Value, json};

/// Where the Pod's probe knocks, unless a route needs this port.
const READY: u16 = 39_457;

/// A Pod of this name and with these labels that passes on each route to the Service `twin`, spoiled as the
/// `proxy` arguments in `faults` say. It may do nothing that the strictest security standard of Kubernetes forbids.
///
/// The twin has to be there before the Pod: by the variable that Kubernetes makes of it the proxy knows its address. On
/// a node that has not heard of the twin yet the proxy finds no upstream, ends, and is started again with it.
pub fn proxy_pod(
    (name, label): (&str, (&str, &str)),
    (twin, family): (&str, Family),
    routes: &[Route],
    faults: &[String],
    helpers: &Helpers,
) -> Value {
    let ready = (READY..u16::MAX).find(|port| routes.iter().all(|route| route.listen != *port));
    let ready = ready.unwrap_or(READY);
    let variable = format!("{}_SERVICE_HOST", twin.replace('-', "_").to_uppercase());
    let (own, upstream) = match family {
        Family::V4 => ("$(POD_IP)", format!("$({variable})")),
        // A socket of IPv6 takes both.
        Family::V4First => ("[::]", format!("$({variable})")),
        Family::V6First => ("[::]", format!("[$({variable})]")),
    };
    let mut args = vec!["proxy".to_owned()];
    for route in routes {
        args.extend(["--listen".to_owned(), format!("{own}:{}", route.listen)]);
        args.extend(["--upstream".to_owned(), format!("{upstream}:{}", route.upstream)]);
    }
    args.extend(["--ready".to_owned(), format!("{own}:{ready}")]);
    args.extend(faults.iter().cloned());
    let container = json!({
        "name": "proxy",
        "image": helpers.image,
        "imagePullPolicy": helpers.pull_policy,
        "args": args,
        "env": [{"name": "POD_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}],
        "ports": ports(routes),
        "readinessProbe": {"tcpSocket": {"port": ready}, "periodSeconds": 1},
        "resources": {"requests": {"cpu": "50m", "memory": "32Mi"}, "limits": {"memory": "256Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": false,
            "readOnlyRootFilesystem": true,
            "capabilities": {"drop": ["ALL"]},
        },
    });
    let mut security = json!({"runAsNonRoot": true, "runAsUser": Helpers::USER, "seccompProfile": {"type": "RuntimeDefault"}});
    if routes.iter().any(|route| route.listen < 1024) {
        // One of the few settings of the kernel that Kubernetes calls safe and every standard allows.
        security["sysctls"] = json!([{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]);
    }
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {(label.0): label.1}},
        "spec": {
            "containers": [container],
            "securityContext": security,
            "automountServiceAccountToken": false,
            "enableServiceLinks": true,
            "terminationGracePeriodSeconds": 10,
        },
    })
}

/// By which kinds of addresses a Service is reached; its twin has the first one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// IPv4 alone.
    V4,
    /// IPv4, and IPv6 too.
    V4First,
    /// IPv6, perhaps IPv4 too.
    V6First,
}

impl Family {
    /// Those of a Service.
    pub fn of(service: &Service) -> Family {
        let families = service.spec.iter().flat_map(|spec| spec.ip_families.iter().flatten());
        let families: Vec<&str> = families.map(String::as_str).collect();
        match families.as_slice() {
            ["IPv6", ..] => Family::V6First,
            ["IPv4", _, ..] => Family::V4First,
            _ => Family::V4,
        }
    }
}

/// The container's ports: a Service that looks for a name finds it here.
fn ports(routes: &[Route]) -> Vec<Value> {
    let of = |route: &Route| -> Vec<Value> {
        if route.names.is_empty() {
            return vec![json!({"containerPort": route.listen})];
        }
        let named = |name: &String| json!({"name": name, "containerPort": route.listen});
        route.names.iter().map(named).collect()
    };
    routes.iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(listen: u16, family: Family) -> Value {
        let routes = [
            Route { listen, names: vec!["web".to_owned()], upstream: 80 },
            Route { listen: 9090, names: Vec::new(), upstream: 9090 },
        ];
        let faults = ["--refuse".to_owned()];
        proxy_pod(("p", ("l", "v")), ("shakedown-x-twin", family), &routes, &faults, &Helpers::default())
    }

    #[test]
    fn the_proxy_stands_for_each_port_and_knows_the_twin_by_its_variable() {
        let made = pod(8080, Family::V4);
        let container = &made["spec"]["containers"][0];
        let args: Vec<&str> =
            container["args"].as_array().unwrap().iter().map(|a| a.as_str().unwrap()).collect();
        let expected = "proxy --listen $(POD_IP):8080 --upstream $(SHAKEDOWN_X_TWIN_SERVICE_HOST):80 \
            --listen $(POD_IP):9090 --upstream $(SHAKEDOWN_X_TWIN_SERVICE_HOST):9090 \
            --ready $(POD_IP):39457 --refuse";
        assert_eq!(args.join(" "), expected.split_whitespace().collect::<Vec<_>>().join(" "));
        let ports = json!([{"name": "web", "containerPort": 8080}, {"containerPort": 9090}]);
        assert_eq!(container["ports"], ports);
        assert_eq!(made["metadata"]["labels"], json!({"l": "v"}));
        assert!(made["spec"]["securityContext"]["sysctls"].is_null());
    }

    #[test]
    fn low_ports_other_families_and_a_taken_ready_port() {
        assert!(pod(80, Family::V4)["spec"]["securityContext"]["sysctls"].is_array());
        for (listen, family, words) in [
            (8080, Family::V6First, "--upstream,[$(SHAKEDOWN_X_TWIN_SERVICE_HOST)]:80"),
            (8080, Family::V4First, "--listen,[::]:8080,--upstream,$(SHAKEDOWN_X_TWIN_SERVICE_HOST):80"),
            (READY, Family::V4, "--ready,$(POD_IP):39458"),
        ] {
            let made = pod(listen, family).to_string().replace('"', "");
            assert!(made.contains(words), "{words}: {made}");
        }
    }
}
