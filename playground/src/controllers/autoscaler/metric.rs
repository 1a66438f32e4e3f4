//! One metric of an autoscaler: what of the Pods it looks at.

use crate::controllers::autoscaler::replicas::{Count, Sample, State, Target, count};
use crate::controllers::pods;
use crate::metrics::PodUsage;
use crate::object;
use crate::quantity::{thousandths, units};
use crate::store::ObjectKey;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// CPU or memory of the Pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Resource {
    Cpu,
    Memory,
}

/// A metric that can be computed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Metric {
    resource: Resource,
    target: Target,
}

impl Metric {
    /// The metric of an element of `spec.metrics`; an error in words if it cannot be served.
    pub(super) fn of(spec: &Value) -> Result<Metric, String> {
        let kind = object::text(spec, "/type");
        if kind != "Resource" {
            return Err(format!("the playground measures metrics of type Resource only, not \"{kind}\""));
        }
        let resource = match object::text(spec, "/resource/name") {
            "cpu" => Resource::Cpu,
            "memory" => Resource::Memory,
            other => return Err(format!("the playground measures cpu and memory only, not \"{other}\"")),
        };
        let wanted = &spec["resource"]["target"];
        let average = resource.amount(&wanted["averageValue"]).map(Target::Average);
        let target = wanted["averageUtilization"].as_u64().map(Target::Utilization).or(average);
        let target = target.ok_or(
            "invalid resource metric source: neither a utilization target nor a value target was set",
        )?;
        Ok(Metric { resource, target })
    }

    /// Its name in messages.
    pub(super) fn described(self) -> String {
        let name = self.resource.name();
        match self.target {
            Target::Utilization(_) => format!("{name} resource utilization (percentage of request)"),
            Target::Average(_) => format!("{name} resource"),
        }
    }

    /// What the Pods ask for. Errors: in the words of the real controller.
    pub(super) fn count(
        self,
        current: u64,
        all: &[Arc<Value>],
        usage: &BTreeMap<ObjectKey, PodUsage>,
    ) -> Result<Count, String> {
        let name = self.resource.name();
        let what = match self.target {
            Target::Utilization(_) => format!("failed to get {name} utilization"),
            Target::Average(_) => format!("failed to get {name} usage"),
        };
        if all.is_empty() {
            return Err(format!("{what}: no pods returned by selector while calculating replica count"));
        }
        let measured = |pod: &Value| usage.get(&ObjectKey::new(object::namespace(pod), object::name(pod)));
        if !all.iter().any(|pod| measured(pod).is_some()) {
            return Err(format!(
                "{what}: unable to get metrics for resource {name}: no metrics returned from resource metrics API"
            ));
        }
        let mut samples = Vec::new();
        for pod in all.iter().filter(|pod| pods::is_active(pod)) {
            let usage = measured(pod);
            let used = usage.map(|usage| usage.containers.iter().map(|one| self.resource.used(one)).sum());
            let request = match self.target {
                Target::Utilization(_) => self.request(pod).map_err(|why| format!("{what}: {why}"))?,
                Target::Average(_) => 0,
            };
            samples.push(Sample { state: self.state(pod, usage), usage: used, request });
        }
        count(self.target, current, &samples).map_err(|why| format!("{what}: {why}"))
    }

    fn state(self, pod: &Value, usage: Option<&PodUsage>) -> State {
        let pending = object::text(pod, "/status/phase") == "Pending";
        if pending || (self.resource == Resource::Cpu && !pods::is_ready(pod)) {
            return State::Unready;
        }
        // The CPU that a start takes is no load.
        let early = |usage: &PodUsage, since: Timestamp| {
            usage.at.duration_since(since) < SignedDuration::try_from(usage.window).unwrap_or_default()
        };
        let starting = usage.zip(pods::ready_changed(pod)).is_some_and(|(usage, since)| early(usage, since));
        if self.resource == Resource::Cpu && starting { State::Unready } else { State::Ready }
    }

    fn request(self, pod: &Value) -> Result<u64, String> {
        let name = self.resource.name();
        let containers = pod["spec"]["containers"].as_array().into_iter().flatten();
        let requests = containers.map(|container| {
            self.resource.amount(&container["resources"]["requests"][name]).ok_or_else(|| {
                let (container, pod) = (object::text(container, "/name"), object::name(pod));
                format!("missing request for {name} in container {container} of Pod {pod}")
            })
        });
        requests.sum()
    }

    /// The element of `status.currentMetrics`.
    pub(super) fn shown(self, count: &Count) -> Value {
        let average = match self.resource {
            Resource::Cpu => format!("{}m", count.average),
            Resource::Memory => count.average.to_string(),
        };
        let mut current = json!({"averageValue": average});
        if let Some(percent) = count.utilization {
            current["averageUtilization"] = json!(percent);
        }
        json!({"type": "Resource", "resource": {"name": self.resource.name(), "current": current}})
    }
}

impl Resource {
    fn name(self) -> &'static str {
        match self {
            Resource::Cpu => "cpu",
            Resource::Memory => "memory",
        }
    }

    fn amount(self, quantity: &Value) -> Option<u64> {
        if quantity.is_null() {
            return None;
        }
        match self {
            Resource::Cpu => thousandths(quantity),
            Resource::Memory => units(quantity),
        }
    }

    fn used(self, usage: &crate::metrics::ContainerUsage) -> u64 {
        match self {
            Resource::Cpu => usage.millicores,
            Resource::Memory => usage.memory,
        }
    }
}
