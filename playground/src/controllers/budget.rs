//! PodDisruptionBudgets: how many Pods may go at the moment.

use crate::controllers::condition;
use crate::controllers::deployment::{Round, share};
use crate::controllers::desk::{Desk, key_of, number};
use crate::controllers::pods;
use crate::controllers::work::{Controller, Next};
use crate::object;
use crate::resource::{Kind, by_kind};
use crate::selector::LabelSelector;
use crate::status::ApiError;
use crate::store::{Change, ObjectKey};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

/// For so long an evicted Pod counts as gone although nothing is seen of its going.
const PATIENCE: Duration = Duration::from_mins(2);

/// The controller of budgets.
pub(super) struct Budgets(pub(super) Desk);

impl Controller for Budgets {
    type Key = ObjectKey;

    fn kinds(&self) -> Vec<&'static Kind> {
        vec![self.0.budgets, self.0.pods, self.0.replica_sets, self.0.stateful_sets]
    }

    fn wake(&self, kind: &'static Kind, change: &Change) -> Vec<ObjectKey> {
        if kind.id == self.0.budgets.id {
            return vec![change.key.clone()];
        }
        // The wish of a workload may change what is expected, whatever its own labels are.
        let workload = kind.id != self.0.pods.id;
        let budgets = self.0.list(self.0.budgets, &change.key.namespace).into_iter();
        let meant = budgets.filter(|budget| {
            let selector = LabelSelector::from_object(&budget["spec"]["selector"]);
            workload
                || selector.matches(&change.object)
                || change.previous.as_ref().is_some_and(|before| selector.matches(before))
        });
        meant.map(|budget| key_of(&budget)).collect()
    }

    fn reconcile(&self, key: &ObjectKey) -> Result<Next, ApiError> {
        let Some(budget) = self.0.get(self.0.budgets, key) else { return Ok(Next::Rest) };
        let selector = LabelSelector::from_object(&budget["spec"]["selector"]);
        let mut pods = self.0.list(self.0.pods, &key.namespace);
        pods.retain(|pod| selector.matches(pod) && !pods::has_ended(pod));
        let disrupted = still_disrupted(&budget, &pods);
        let healthy = pods.iter().filter(|pod| {
            let evicted = disrupted.contains_key(object::name(pod));
            pods::is_ready(pod) && !object::is_terminating(pod) && !evicted
        });
        let healthy = i64::try_from(healthy.count()).unwrap_or(i64::MAX);
        let (expected, desired) = self.expected(&budget, &pods);
        let allowed = if expected > 0 { (healthy - desired).max(0) } else { 0 };
        let next = if disrupted.is_empty() { Next::Rest } else { Next::After(PATIENCE) };
        let status = status(&budget, disrupted, [allowed, healthy, desired, expected]);
        self.0.set_status(self.0.budgets, &budget, status)?;
        Ok(next)
    }
}

impl Budgets {
    /// How many Pods there should be, and how many of them healthy.
    fn expected(&self, budget: &Value, pods: &[Arc<Value>]) -> (i64, i64) {
        let spec = &budget["spec"];
        let present = i64::try_from(pods.len()).unwrap_or(i64::MAX);
        if let Some(least) = spec["minAvailable"].as_i64() {
            return (present, least);
        }
        let wished = self.wished(pods);
        if !spec["minAvailable"].is_null() {
            return (wished, share(&spec["minAvailable"], wished, Round::Up));
        }
        let most = share(&spec["maxUnavailable"], wished, Round::Up);
        (wished, (wished - most).max(0))
    }

    /// The sizes that the Pods' workloads are to have, together.
    fn wished(&self, pods: &[Arc<Value>]) -> i64 {
        let mut seen = HashSet::new();
        let mut wished = 0;
        for pod in pods {
            let Some(top) = self.workload(pod) else { continue };
            if seen.insert(object::uid(&top).to_owned()) {
                wished += number(&top, "/spec/replicas");
            }
        }
        wished
    }

    /// The Deployment behind a Pod's ReplicaSet, or else what controls the Pod.
    fn workload(&self, pod: &Value) -> Option<Arc<Value>> {
        let mut found = self.controller(pod)?;
        while let Some(above) = self.controller(&found) {
            found = above;
        }
        Some(found)
    }

    fn controller(&self, object: &Value) -> Option<Arc<Value>> {
        let owner = object::controller(object)?;
        let kind = by_kind(owner["apiVersion"].as_str()?, owner["kind"].as_str()?)?;
        self.0.get(kind, &ObjectKey::new(object::namespace(object), owner["name"].as_str()?))
    }
}

/// Evicted Pods that are still there, not seen going, and were evicted not too long ago.
fn still_disrupted(budget: &Value, pods: &[Arc<Value>]) -> Map<String, Value> {
    let listed = budget["status"]["disruptedPods"].as_object().cloned().unwrap_or_default();
    let recent = |at: &Value| {
        let at: Option<Timestamp> = at.as_str().and_then(|at| at.parse().ok());
        at.is_some_and(|at| Timestamp::now().duration_since(at).unsigned_abs() < PATIENCE)
    };
    let stays = |name: &str| pods.iter().any(|pod| object::name(pod) == name && !object::is_terminating(pod));
    listed.into_iter().filter(|(name, at)| stays(name) && recent(at)).collect()
}

fn status(
    budget: &Value,
    disrupted: Map<String, Value>,
    [allowed, healthy, desired, expected]: [i64; 4],
) -> Value {
    let mut status = json!({"observedGeneration": object::generation(budget)});
    if !disrupted.is_empty() {
        status["disruptedPods"] = Value::Object(disrupted);
    }
    status["disruptionsAllowed"] = json!(allowed);
    status["currentHealthy"] = json!(healthy);
    status["desiredHealthy"] = json!(desired);
    status["expectedPods"] = json!(expected);
    let (holds, reason) =
        if allowed > 0 { ("True", "SufficientPods") } else { ("False", "InsufficientPods") };
    let before = condition::find(&budget["status"], "DisruptionAllowed");
    let since = before.filter(|before| before["status"] == holds);
    let since = since.map_or_else(|| json!(object::now()), |before| before["lastTransitionTime"].clone());
    let condition = json!({
        "type": "DisruptionAllowed", "status": holds, "observedGeneration": object::generation(budget),
        "lastTransitionTime": since, "reason": reason, "message": "",
    });
    condition::push(&mut status, condition);
    status
}
