//! Containers of this program that are put into Pods and end by themselves.

use super::proof::{Running, RunningContainer};
use super::{Deed, FaultContext, Helpers, Refusal, rights};
use crate::cluster::{ObjectRef, Right};
use k8s_openapi::api::core::v1::Pod;
use serde_json::{Value, json};
use std::time::Duration;

/// What is put into Pods.
#[derive(Debug)]
pub struct Attached {
    /// What does it.
    pub deeds: Vec<Deed>,
    /// What shows that it runs.
    pub proof: Running,
}

/// The rights that putting containers into Pods and seeing them run needs.
pub fn attach_rights(namespace: &str) -> Vec<Right> {
    let mut needed = rights(namespace, "", "pods", &["watch"]);
    needed.extend(rights(namespace, "", "pods/ephemeralcontainers", &["patch"]));
    needed
}

/// Errors, in words: a fault of kind `kind` has no end.
pub fn check_ends(kind: &str, lasts: Option<Duration>) -> Result<(), String> {
    match lasts {
        Some(lasts) if !lasts.is_zero() => Ok(()),
        _ => Err(format!(
            "`{kind}` needs `for`: what it puts into a Pod ends by itself; say for example `for: 1m`"
        )),
    }
}

/// Puts `shakedown ARGS --for TIME` into each of the Pods.
pub fn attach(cx: &FaultContext, pods: &[Pod], args: &[&str]) -> Result<Attached, Refusal> {
    let lasts = cx.lasts.filter(|lasts| !lasts.is_zero());
    let lasts = lasts.ok_or_else(|| Refusal::Unfit("it has no end; say for example `for: 1m`".to_owned()))?;
    let time = format!("{}s", lasts.as_secs().max(1));
    let args: Vec<&str> = args.iter().copied().chain(["--for", time.as_str()]).collect();
    let (mut deeds, mut containers) = (Vec::new(), Vec::new());
    for pod in pods {
        let (name, object) = (cx.own_name(&format!("c{}", present(pod))), ObjectRef::of(pod));
        let container = container(cx, &name, &args);
        deeds.push(Deed::Attach { pod: object.clone(), container });
        containers.push(RunningContainer { pod: object, name });
    }
    Ok(Attached { deeds, proof: Running { containers } })
}

/// As Pod security `restricted` wants it.
fn container(cx: &FaultContext, name: &str, args: &[&str]) -> Value {
    json!({
        "name": name, "image": cx.helpers.image, "imagePullPolicy": cx.helpers.pull_policy, "args": args,
        "securityContext": {
            "runAsNonRoot": true, "runAsUser": Helpers::USER, "allowPrivilegeEscalation": false,
            "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]},
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    })
}

/// Those that are in the Pod stay there for ever, so that each new one needs another name.
fn present(pod: &Pod) -> usize {
    pod.spec.as_ref().and_then(|spec| spec.ephemeral_containers.as_ref()).map_or(0, Vec::len)
}
