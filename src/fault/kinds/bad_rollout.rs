//! A revision that cannot become ready is rolled out.

use crate::cluster::{ObjectRef, Right, is_ready};
use crate::fault::proof::{Flaw, Stuck};
use crate::fault::select::{everyone, is_of_deployment};
use crate::fault::workload::{Workload, check_rolls, replicas};
use crate::fault::{
    Deed, FaultContext, FaultKind, Lasting, Plan, Planning, Refusal, Victim, caution, rights,
};
use k8s_openapi::api::core::v1::Pod;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// A port where nobody listens: only the first user of a container could.
const DEAF: i32 = 1;

/// A Deployment rolls out a revision that cannot become ready. A sound strategy keeps the old Pods serving.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BadRollout {
    /// The Deployment, by its name.
    pub deployment: String,
    /// The container that is spoilt; the first when it is left out.
    pub container: Option<String>,
    /// An image that does not exist.
    pub image: Option<String>,
    /// `true` for a readiness probe that always fails.
    #[serde(default)]
    pub failing_readiness: bool,
}

impl BadRollout {
    fn flaw(&self) -> Result<Flaw, String> {
        match (&self.image, self.failing_readiness) {
            (Some(image), false) => Ok(Flaw::Image(image.clone())),
            (None, true) => Ok(Flaw::Readiness { port: DEAF }),
            _ => {
                Err("say what is bad about it: `image: no.such/image:1`, or `failing_readiness: true`"
                    .to_owned())
            }
        }
    }
}

impl FaultKind for BadRollout {
    fn name(&self) -> &'static str {
        "bad_rollout"
    }

    fn rights(&self, namespace: &str) -> Vec<Right> {
        let workload = Workload::deployment(&self.deployment);
        let mut needed = workload.rights(namespace, &["get", "patch"]);
        needed.extend(workload.rights_of_notes(namespace));
        needed.extend(rights(namespace, "", "pods", &["list", "watch"]));
        needed
    }

    fn check(&self, _lasts: Option<Duration>) -> Result<(), String> {
        self.flaw().map(drop)
    }

    fn plan<'a>(&'a self, cx: &'a FaultContext) -> Planning<'a> {
        Box::pin(async move {
            let flaw = self.flaw().map_err(Refusal::Unfit)?;
            let (object, present) = Workload::deployment(&self.deployment).read(cx).await?;
            check_rolls(&present, &object)?;
            let (container, field) =
                spoil(&present, self.container.as_deref(), &flaw).map_err(Refusal::Unfit)?;
            let pods = everyone(cx).await?;
            let old: Vec<&Pod> = pods.iter().filter(|pod| is_of_deployment(pod, &object.name)).collect();
            let ready = old.iter().filter(|pod| is_ready(pod)).count();
            if ready == 0 {
                let what = format!("{object} has no ready Pod, so that a bad revision would change nothing");
                return Err(Refusal::NoVictims { what, resource: "pods" });
            }
            let serving = serving(&present).min(ready);
            let mut warnings = caution::managers(&present);
            if serving == 0 {
                warnings.push(format!("the strategy of {object} keeps no old Pod: this is an outage"));
            }
            Ok(Plan {
                victims: vec![Victim {
                    object: object.clone(),
                    detail: format!("{ready} ready Pods, container {container}"),
                }],
                deeds: vec![change(object, field)],
                proof: Arc::new(Stuck {
                    old: old.iter().filter_map(|pod| pod.metadata.uid.clone()).collect(),
                    serving,
                    container,
                    flaw,
                }),
                warnings,
            })
        })
    }
}

fn change(object: ObjectRef, field: (String, Option<Value>)) -> Deed {
    Deed::Change { object, subresource: None, fields: vec![field], lasting: Lasting::UntilUndone }
}

/// The container and the change of its template. Errors, in words: there is no such container, or the image is that
/// which it has.
fn spoil(
    deployment: &Value,
    container: Option<&str>,
    flaw: &Flaw,
) -> Result<(String, (String, Option<Value>)), String> {
    let all = deployment.pointer("/spec/template/spec/containers").and_then(Value::as_array);
    let mut all = all.into_iter().flatten().enumerate();
    let found = all.find(|(_, one)| container.is_none_or(|wanted| one["name"] == wanted));
    let Some((index, one)) = found else {
        return Err(format!("it has no container `{}`; see its template", container.unwrap_or_default()));
    };
    let (part, value) = match flaw {
        Flaw::Image(image) if one["image"] == image.as_str() => {
            return Err(format!("it runs `{image}` already; name an image that does not exist"));
        }
        Flaw::Image(image) => ("image", json!(image)),
        // Whole, as the server keeps it: what it would fill in would look like a change by somebody else.
        Flaw::Readiness { port } => (
            "readinessProbe",
            json!({"tcpSocket": {"port": port}, "timeoutSeconds": 1, "periodSeconds": 1, "successThreshold": 1,
                "failureThreshold": 1}),
        ),
    };
    let name = one["name"].as_str().unwrap_or_default().to_owned();
    Ok((name, (format!("/spec/template/spec/containers/{index}/{part}"), Some(value))))
}

/// How many Pods a Deployment keeps available while it rolls out.
fn serving(deployment: &Value) -> usize {
    let strategy = &deployment["spec"]["strategy"];
    let all = replicas(deployment) as usize;
    if strategy["type"] == "Recreate" {
        return 0;
    }
    let missing = match &strategy["rollingUpdate"]["maxUnavailable"] {
        Value::Number(count) => count.as_u64().unwrap_or(0) as usize,
        Value::String(share) => {
            let percent: usize = share.trim_end_matches('%').parse().unwrap_or(0);
            all * percent / 100
        }
        _ => all / 4,
    };
    all.saturating_sub(missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deployment(strategy: &Value) -> Value {
        json!({"spec": {"replicas": 4, "strategy": strategy, "template": {"spec": {"containers": [
            {"name": "web", "image": "web:1"}, {"name": "log", "image": "log:1"}]}}}})
    }

    #[test]
    fn one_container_is_spoilt() {
        let image = Flaw::Image("none:1".to_owned());
        for (container, flaw, expected) in [
            (None, &image, Ok("/spec/template/spec/containers/0/image")),
            (Some("log"), &image, Ok("/spec/template/spec/containers/1/image")),
            (
                Some("log"),
                &Flaw::Readiness { port: 1 },
                Ok("/spec/template/spec/containers/1/readinessProbe"),
            ),
            (Some("db"), &image, Err("no container `db`")),
            (None, &Flaw::Image("web:1".to_owned()), Err("runs `web:1` already")),
        ] {
            match (spoil(&deployment(&json!({})), container, flaw), expected) {
                (Ok((_, (path, _))), Ok(wanted)) => assert_eq!(path, wanted),
                (Err(error), Err(part)) => assert!(error.contains(part), "{error}"),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn the_strategy_says_how_many_serve() {
        let rolling = |max: Value| json!({"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": max}});
        for (strategy, expected) in [
            (json!({"type": "Recreate"}), 0),
            (rolling(json!(0)), 4),
            (rolling(json!(1)), 3),
            (rolling(json!("30%")), 3),
            (rolling(json!("100%")), 0),
            (json!({}), 3),
        ] {
            assert_eq!(serving(&deployment(&strategy)), expected, "{strategy}");
        }
    }
}
