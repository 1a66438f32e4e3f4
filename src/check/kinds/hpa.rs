//! `hpa`: an autoscaler works and has room left.

use crate::check::kubernetes::{Kubectl, in_time, named, reach, read};
use crate::check::{Check, CheckContext, CheckKind, Found, Probing};
use crate::cluster::{Right, rights};
use crate::journey::CompileContext;
use crate::source::{Located, Problem};
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// A `HorizontalPodAutoscaler` is able to scale, and is not at its end.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hpa {
    /// The autoscaler.
    pub name: Located<String>,
    /// Whether it may have as many replicas as it can; `refused` when left out.
    pub at_max: Option<Located<AtMax>>,
}

/// Whether an autoscaler may have as many replicas as it can.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AtMax {
    /// It has to have room for more.
    #[default]
    Refused,
    /// It may be at its end.
    Allowed,
}

impl CheckKind for Hpa {
    fn compile(
        spec: &Located<Hpa>,
        _cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<impl Check + 'static> {
        named(&spec.value.name, problems);
        Some(spec.value.clone())
    }
}

impl Check for Hpa {
    fn describe(&self) -> String {
        format!("autoscaler {}", self.name.value)
    }

    fn probe<'a>(&'a self, cx: &'a CheckContext) -> Probing<'a> {
        Box::pin(in_time(cx, self.ask(cx)))
    }

    fn rights(&self, namespace: &str) -> Vec<Right> {
        rights(namespace, "autoscaling", "horizontalpodautoscalers", &["get"])
    }
}

impl Hpa {
    async fn ask(&self, cx: &CheckContext) -> Result<Found, Found> {
        let cluster = reach(cx).await?;
        let name = &self.name.value;
        let hpa: HorizontalPodAutoscaler =
            read(cluster, name).await.map_err(|found| found.at(self.name.mark))?;
        let command = Kubectl::of(cluster).with(&format!("describe hpa {name}"));
        let (status, max) = (hpa.status.clone().unwrap_or_default(), hpa.spec.max_replicas);
        let current = status.current_replicas.unwrap_or(0);
        let told = |found: Found| found.reproduce(command.clone()).evidence(measured(&hpa));
        for kind in ["AbleToScale", "ScalingActive"] {
            let condition = status.conditions.iter().flatten().find(|one| one.type_ == kind);
            let Some(condition) = condition else {
                let why = format!("HorizontalPodAutoscaler {name} does not say whether it is {kind} yet");
                return Err(told(Found::fail(why).expected(format!("{kind} True"), "not known")));
            };
            if condition.status != "True" {
                let reason = condition.reason.as_deref().unwrap_or_default();
                let why = condition.message.as_deref().unwrap_or_default();
                return Err(told(
                    Found::fail(format!("HorizontalPodAutoscaler {name} cannot scale: {reason}: {why}"))
                        .expected(format!("{kind} True"), format!("{kind} {}", condition.status)),
                ));
            }
        }
        let at_max = self.at_max.as_ref().map_or(AtMax::default(), |at_max| at_max.value);
        if at_max == AtMax::Refused && current.max(status.desired_replicas) >= max {
            return Err(told(
                Found::fail(format!(
                    "HorizontalPodAutoscaler {name} is at its maximum of {max} replicas: more load has nowhere to go; raise `maxReplicas`, or write `at_max: allowed`"
                ))
                .at(self.at_max.as_ref().map_or(self.name.mark, |at_max| at_max.mark))
                .expected(format!("fewer than {max} replicas"), format!("{current} replicas")),
            ));
        }
        let measured = measured(&hpa).join("; ");
        Ok(Found::pass(format!("{current} of at most {max} replicas; {measured}")))
    }
}

/// What each metric is and should be: `cpu: 40%, target 60%`.
fn measured(hpa: &HorizontalPodAutoscaler) -> Vec<String> {
    let as_json = |value: serde_json::Result<Value>| value.unwrap_or_default();
    let targets = as_json(serde_json::to_value(&hpa.spec.metrics));
    let current = as_json(serde_json::to_value(hpa.status.as_ref().map(|status| &status.current_metrics)));
    let none = Vec::new();
    let targets = targets.as_array().unwrap_or(&none);
    let current = current.as_array().unwrap_or(&none);
    targets.iter().map(|target| line(target, current)).collect()
}

fn line(target: &Value, current: &[Value]) -> String {
    let name = name(target);
    let now = current.iter().find(|one| self::name(one) == name);
    let now = now.and_then(|one| amount(&body(one)["current"]));
    let wanted = amount(&body(target)["target"]).unwrap_or_else(|| "unknown".to_owned());
    format!("{name}: {}, target {wanted}", now.as_deref().unwrap_or("not measured"))
}

/// The part of a metric that has its numbers: its key is called as its type.
fn body(metric: &Value) -> Value {
    let kind = metric["type"].as_str().unwrap_or_default();
    let mut key = kind.to_owned();
    if let Some(first) = key.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    metric[key.as_str()].clone()
}

fn name(metric: &Value) -> String {
    let body = body(metric);
    let name = body["name"].as_str().or_else(|| body["metric"]["name"].as_str());
    name.unwrap_or_default().to_owned()
}

/// `60%`, or a quantity.
fn amount(values: &Value) -> Option<String> {
    if let Some(percent) = values["averageUtilization"].as_i64() {
        return Some(format!("{percent}%"));
    }
    ["averageValue", "value"].iter().find_map(|key| values[*key].as_str().map(ToOwned::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_metric_is_told_with_its_target() {
        let cpu = json!({"type": "Resource", "resource": {"name": "cpu",
            "target": {"type": "Utilization", "averageUtilization": 60}}});
        let cpu_now = json!({"type": "Resource", "resource": {"name": "cpu",
            "current": {"averageUtilization": 40, "averageValue": "40m"}}});
        let queue = json!({"type": "External", "external": {"metric": {"name": "queue"},
            "target": {"type": "AverageValue", "averageValue": "30"}}});
        assert_eq!(line(&cpu, std::slice::from_ref(&cpu_now)), "cpu: 40%, target 60%");
        assert_eq!(line(&queue, &[cpu_now]), "queue: not measured, target 30");
    }
}
