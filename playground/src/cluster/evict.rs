//! Evictions: deletions that ask the budgets first.

use crate::cluster::{Cluster, DeleteOptions, Part};
use crate::object;
use crate::resource::{Kind, by_kind};
use crate::selector::{LabelSelector, Selector};
use crate::status::{ApiError, Cause, Details};
use crate::store::Write;
use serde_json::{Value, json};

impl Cluster {
    /// Deletes a Pod if its PodDisruptionBudget allows, and counts it against the budget.
    ///
    /// Errors: 404; 429 with the cause `DisruptionBudget`; 500 when more than one budget covers the Pod.
    pub fn evict(&self, at: (&str, &str), options: &DeleteOptions, write: Write) -> Result<(), ApiError> {
        let pods = by_kind("v1", "Pod").ok_or_else(|| ApiError::not_implemented("pods"))?;
        let pod = self.get(pods, at.0, at.1)?;
        if needs_budget(&pod) {
            self.charge_budget(&pod, write)?;
        }
        if write == Write::Commit && !object::is_terminating(&pod) {
            self.note_disruption(pods, at)?;
        }
        self.delete(pods, at, options, write)?;
        Ok(())
    }

    fn charge_budget(&self, pod: &Value, write: Write) -> Result<(), ApiError> {
        let Some(budgets) = by_kind("policy/v1", "PodDisruptionBudget") else { return Ok(()) };
        let mut found = self.list(budgets, Some(object::namespace(pod)), &Selector::default());
        found.retain(|budget| LabelSelector::from_object(&budget["spec"]["selector"]).matches(pod));
        let budget = match found.as_slice() {
            [] => return Ok(()),
            [one] => one,
            _ => {
                let message = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";
                return Err(ApiError::new(500, "InternalError", message, Details::default()));
            }
        };
        let at = (object::namespace(budget), object::name(budget));
        let (name, healthy) = (object::name(pod).to_owned(), is_ready(pod));
        self.modify(budgets, at, Part::Status, write, |budget| charge(budget, &name, healthy)).map(|_| ())
    }

    fn note_disruption(&self, pods: &Kind, at: (&str, &str)) -> Result<(), ApiError> {
        let condition = json!({
            "type": "DisruptionTarget", "status": "True", "lastProbeTime": null, "lastTransitionTime": object::now(),
            "reason": "EvictionByEvictionAPI", "message": "Eviction API: evicting",
        });
        let noted = self.modify(pods, at, Part::Status, Write::Commit, |pod| {
            let conditions = object::child_mut(object::map_mut(pod), "status");
            let conditions = conditions.entry("conditions").or_insert_with(|| json!([]));
            if let Some(list) = conditions.as_array_mut() {
                list.retain(|one| one["type"] != "DisruptionTarget");
                list.push(condition);
            }
            Ok(())
        });
        noted.map(|_| ())
    }
}

/// A Pod that does not run yet, or no longer, disrupts nothing when it goes.
fn needs_budget(pod: &Value) -> bool {
    !matches!(object::text(pod, "/status/phase"), "Succeeded" | "Failed" | "Pending")
        && !object::is_terminating(pod)
}

fn is_ready(pod: &Value) -> bool {
    let conditions = pod["status"]["conditions"].as_array();
    conditions.into_iter().flatten().any(|one| one["type"] == "Ready" && one["status"] == "True")
}

/// Takes one disruption from the budget, or refuses.
fn charge(budget: &mut Value, pod: &str, healthy: bool) -> Result<(), ApiError> {
    let name = object::name(budget).to_owned();
    let number = |budget: &Value, key: &str| budget["status"][key].as_i64().unwrap_or(0);
    if number(budget, "observedGeneration") < object::generation(budget) {
        return Err(refusal(format!("The disruption budget {name} is still being processed by the server.")));
    }
    let (current, desired) = (number(budget, "currentHealthy"), number(budget, "desiredHealthy"));
    let always = budget["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow";
    if !healthy && (always || (current >= desired && desired > 0)) {
        return Ok(());
    }
    let allowed = number(budget, "disruptionsAllowed");
    if allowed < 1 {
        let cause =
            format!("The disruption budget {name} needs {desired} healthy pods and has {current} currently");
        return Err(refusal(cause));
    }
    budget["status"]["disruptionsAllowed"] = json!(allowed - 1);
    budget["status"]["disruptedPods"][pod] = json!(object::now());
    Ok(())
}

fn refusal(why: String) -> ApiError {
    let cause = Cause { reason: "DisruptionBudget", message: why, field: String::new() };
    let message = "Cannot evict pod as it would violate the pod's disruption budget.";
    ApiError::new(429, "TooManyRequests", message, Details { causes: vec![cause], ..Details::default() })
}
