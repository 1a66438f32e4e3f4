//! Lowering the CPU limit of a Pod's containers within the rules of Kubernetes for a resize: what is there may be
//! changed but not added for a while, and the class of the Pod's service must stay.

use crate::units::Cpu;
use serde_json::{Value, json};

/// What lowers the limits.
#[derive(Debug, Clone, PartialEq)]
pub struct Lowered {
    /// The fields.
    pub fields: Vec<(String, Option<Value>)>,
    /// The containers, by name.
    pub containers: Vec<String>,
    /// Those of them that restart by it.
    pub restarted: Vec<String>,
}

/// The changes that hold `container`, or all, to `limit`. Errors, in words: Kubernetes would refuse it or could not
/// take it back; there is nothing to lower.
pub fn lower(pod: &Value, container: Option<&str>, limit: Cpu) -> Result<Lowered, String> {
    let containers = pod["spec"]["containers"].as_array().map(Vec::as_slice).unwrap_or_default();
    let name = |one: &Value| one["name"].as_str().unwrap_or_default().to_owned();
    if let Some(wanted) = container.filter(|wanted| !containers.iter().any(|one| name(one) == **wanted)) {
        let all: Vec<String> = containers.iter().map(name).collect();
        return Err(format!("it has no container `{wanted}`; it has {}", all.join(", ")));
    }
    let mut lowered = Lowered { fields: Vec::new(), containers: Vec::new(), restarted: Vec::new() };
    let mut after = pod.clone();
    let meant = |one: &Value| container.is_none_or(|wanted| name(one) == wanted);
    for (index, one) in containers.iter().enumerate().filter(|(_, one)| meant(one)) {
        let Some(present) = cpu(&one["resources"]["limits"]) else {
            return Err(format!(
                "its container `{}` has no CPU limit, and one that a resize adds cannot be taken away again; give it \
                 one in its manifest, or use `cpu_stress`",
                name(one)
            ));
        };
        if present <= limit {
            continue;
        }
        let mut set = |part: &str| {
            lowered.fields.push((
                format!("/spec/containers/{index}/resources/{part}/cpu"),
                Some(json!(limit.to_string())),
            ));
            after["spec"]["containers"][index]["resources"][part]["cpu"] = json!(limit.to_string());
        };
        set("limits");
        if cpu(&one["resources"]["requests"]).is_some_and(|request| request > limit) {
            set("requests");
        }
        lowered.containers.push(name(one));
        let mut policies = one["resizePolicy"].as_array().into_iter().flatten();
        if policies
            .any(|policy| policy["resourceName"] == "cpu" && policy["restartPolicy"] == "RestartContainer")
        {
            lowered.restarted.push(name(one));
        }
    }
    if lowered.fields.is_empty() {
        return Err(format!("its CPU limit is {limit} or less already; ask for less than it has"));
    }
    let (was, would_be) = (service_class(pod), service_class(&after));
    if was != would_be {
        return Err(format!(
            "its quality of service would go from {was} to {would_be}, which Kubernetes refuses while a Pod runs; ask \
             for a limit above its CPU request"
        ));
    }
    Ok(lowered)
}

/// The CPU in a map of resources.
fn cpu(resources: &Value) -> Option<Cpu> {
    resources["cpu"].as_str()?.parse().ok()
}

/// `Guaranteed`, `Burstable` or `BestEffort`, as the server reckons it.
fn service_class(pod: &Value) -> &'static str {
    let of = |list: &str| pod["spec"][list].as_array().cloned().unwrap_or_default();
    let all: Vec<Value> = [of("containers"), of("initContainers")].concat();
    let equal = |one: &Value, resource: &str| {
        let (limit, request) =
            (&one["resources"]["limits"][resource], &one["resources"]["requests"][resource]);
        !limit.is_null() && (request.is_null() || limit == request)
    };
    let any = |one: &Value| {
        let some = |part: &str| one["resources"][part].as_object().is_some_and(|map| !map.is_empty());
        some("limits") || some("requests")
    };
    if !all.iter().any(any) {
        "BestEffort"
    } else if all.iter().all(|one| equal(one, "cpu") && equal(one, "memory")) {
        "Guaranteed"
    } else {
        "Burstable"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(limits: &Value, requests: &Value) -> Value {
        let web = json!({"name": "web", "resources": {"limits": limits, "requests": requests}});
        json!({"spec": {"containers": [web]}})
    }

    fn cpu_and_memory(cpu: &str, memory: &str) -> Value {
        json!({"cpu": cpu, "memory": memory})
    }

    #[test]
    fn limits_go_down_and_requests_with_them_where_they_would_be_above() {
        let limits = "/spec/containers/0/resources/limits/cpu";
        let requests = "/spec/containers/0/resources/requests/cpu";
        let low = cpu_and_memory("10m", "16Mi");
        for (pod, expected) in [
            (pod(&cpu_and_memory("100m", "32Mi"), &low), vec![limits]),
            (pod(&cpu_and_memory("1", "32Mi"), &cpu_and_memory("100m", "16Mi")), vec![limits, requests]),
            // Guaranteed stays so, because both go down alike.
            (pod(&cpu_and_memory("1", "32Mi"), &cpu_and_memory("1", "32Mi")), vec![limits, requests]),
        ] {
            let lowered = lower(&pod, None, Cpu::millicores(50)).unwrap();
            let paths: Vec<&str> = lowered.fields.iter().map(|(path, _)| path.as_str()).collect();
            assert_eq!(paths, expected, "{pod}");
            assert!(lowered.fields.iter().all(|(_, value)| *value == Some(json!("50m"))));
            assert_eq!(lowered.containers, ["web"]);
        }
    }

    #[test]
    fn what_kubernetes_refuses_is_refused_with_the_next_move() {
        let burstable = pod(&cpu_and_memory("100m", "32Mi"), &cpu_and_memory("10m", "16Mi"));
        for (pod, container, part) in [
            (&pod(&json!({}), &json!({})), None, "has no CPU limit"),
            (&pod(&cpu_and_memory("50m", "1Mi"), &json!({})), None, "50m or less already"),
            (&burstable, Some("db"), "no container `db`; it has web"),
            (
                &pod(&cpu_and_memory("200m", "32Mi"), &cpu_and_memory("100m", "32Mi")),
                None,
                "from Burstable to Guaranteed",
            ),
        ] {
            let error = lower(pod, container, Cpu::millicores(50)).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn a_container_that_restarts_by_it_is_named() {
        let mut pod = pod(&cpu_and_memory("100m", "32Mi"), &cpu_and_memory("10m", "16Mi"));
        pod["spec"]["containers"][0]["resizePolicy"] =
            json!([{"resourceName": "cpu", "restartPolicy": "RestartContainer"}]);
        assert_eq!(lower(&pod, Some("web"), Cpu::millicores(50)).unwrap().restarted, ["web"]);
    }
}
