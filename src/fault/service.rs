//! A Service whose Pods can be exchanged: by its selector.

use super::{FaultContext, Refusal, Victim, caution};
use crate::cluster::{ObjectRef, is_ready};
use k8s_openapi::api::core::v1::{Pod, Service};
use kube::api::ListParams;
use std::collections::BTreeMap;

/// A Service with a selector, and the Pods behind it.
#[derive(Debug, Clone)]
pub struct Selecting {
    /// The object.
    pub object: ObjectRef,
    /// The Service as it is.
    pub service: Service,
    /// Its selector; never empty.
    pub selector: BTreeMap<String, String>,
    /// The Pods that it selects, in the order of their names.
    pub pods: Vec<Pod>,
}

impl Selecting {
    /// The Service of this name. Errors: there is none, or what it sends where does not follow from a selector.
    pub async fn find(cx: &FaultContext, name: &str) -> Result<Selecting, Refusal> {
        let services = cx.cluster.api::<Service>();
        let found = cx.cluster.call(&format!("read Service {name}"), services.get_opt(name)).await?;
        let Some(service) = found else {
            let what = format!("no Service {name} in namespace {}", cx.cluster.namespace());
            return Err(Refusal::NoVictims { what, resource: "services" });
        };
        let object = ObjectRef::of(&service);
        if let Some(why) = unfit(&service) {
            return Err(Refusal::dangerous(object, why));
        }
        let selector = service.spec.iter().find_map(|spec| spec.selector.clone()).unwrap_or_default();
        let pods = selected(cx, &selector).await?;
        Ok(Selecting { object, service, selector, pods })
    }

    /// How many of its Pods are ready.
    pub fn ready(&self) -> usize {
        self.pods.iter().filter(|pod| is_ready(pod)).count()
    }

    /// It as a victim.
    pub fn victim(&self) -> Victim {
        let selector = written(&self.selector);
        Victim { object: self.object.clone(), detail: format!("{} ready Pods with {selector}", self.ready()) }
    }

    /// What about it people should know before its selector is changed.
    pub fn warnings(&self) -> Vec<String> {
        let Some(spec) = &self.service.spec else { return Vec::new() };
        let mut warnings = caution::managers(&serde_json::to_value(&self.service).unwrap_or_default());
        if self.ready() == 0 {
            warnings.push(format!("{} has no ready Pod even now", self.object));
        }
        if spec.session_affinity.as_deref() == Some("ClientIP") {
            warnings.push(format!(
                "{} keeps clients with their Pod (sessionAffinity); those that are with one may change it",
                self.object
            ));
        }
        warnings
    }
}

/// Why a Service's selector must not be changed.
fn unfit(service: &Service) -> Option<String> {
    let spec = service.spec.clone().unwrap_or_default();
    let why = if spec.type_.as_deref() == Some("ExternalName") {
        "it is only a name for something outside (ExternalName); cut the clients off with `partition` instead"
    } else if spec.cluster_ip.as_deref() == Some("None") {
        "it is headless, so clients connect to its Pods themselves and would not notice; use `partition` or \
         `pod_kill`"
    } else if spec.selector.unwrap_or_default().is_empty() {
        "it has no selector: somebody else writes its endpoints; use `partition` or `command`"
    } else {
        return None;
    };
    Some(why.to_owned())
}

/// The Pods with these labels that are not on their way out.
pub async fn selected(cx: &FaultContext, labels: &BTreeMap<String, String>) -> Result<Vec<Pod>, Refusal> {
    let params = ListParams::default().labels(&written(labels));
    let pods = cx.cluster.call("list the pods", cx.cluster.api::<Pod>().list(&params)).await?;
    Ok(pods.items.into_iter().filter(|pod| pod.metadata.deletion_timestamp.is_none()).collect())
}

/// A selector as kubectl takes it: `app=api,tier=web`.
pub fn written(labels: &BTreeMap<String, String>) -> String {
    let one = |(name, value): (&String, &String)| format!("{name}={value}");
    labels.iter().map(one).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn only_a_service_whose_selector_decides_is_taken() {
        let plain = json!({"spec": {"clusterIP": "10.0.0.1", "selector": {"app": "api"}}});
        let with = |pointer: &str, value: Value| {
            let mut service = plain.clone();
            service["spec"][pointer] = value;
            service
        };
        for (service, expected) in [
            (plain.clone(), None),
            (with("type", json!("ExternalName")), Some("ExternalName")),
            (with("clusterIP", json!("None")), Some("headless")),
            (with("selector", json!({})), Some("no selector")),
        ] {
            let why = unfit(&serde_json::from_value(service.clone()).unwrap());
            match expected {
                None => assert_eq!(why, None),
                Some(words) => assert!(why.unwrap().contains(words), "{service}"),
            }
        }
    }

    #[test]
    fn a_selector_is_written_as_kubectl_takes_it() {
        let labels = [("tier", "web"), ("app", "api")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!(written(&labels.into()), "app=api,tier=web");
    }
}
