//! `pdb`: a disruption budget lets nodes be drained.

use crate::check::count::more_than_none;
use crate::check::kubernetes::{Kubectl, in_time, named, reach, read, selected, unready};
use crate::check::{Check, CheckContext, CheckKind, Found, Probing};
use crate::cluster::{Right, rights};
use crate::journey::CompileContext;
use crate::source::{Located, Problem};
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use schemars::JsonSchema;
use serde::Deserialize;

/// A `PodDisruptionBudget` allows evictions now.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pdb {
    /// The budget.
    pub name: Located<String>,
    /// How many Pods it has to allow to be evicted now, at least; 1 when left out.
    pub allows: Option<Located<u32>>,
}

impl CheckKind for Pdb {
    fn compile(
        spec: &Located<Pdb>,
        _cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<impl Check + 'static> {
        named(&spec.value.name, problems);
        more_than_none(spec.value.allows.as_ref(), problems);
        Some(spec.value.clone())
    }
}

impl Check for Pdb {
    fn describe(&self) -> String {
        format!("disruption budget {}", self.name.value)
    }

    fn probe<'a>(&'a self, cx: &'a CheckContext) -> Probing<'a> {
        Box::pin(in_time(cx, self.ask(cx)))
    }

    fn rights(&self, namespace: &str) -> Vec<Right> {
        let mut all = rights(namespace, "policy", "poddisruptionbudgets", &["get"]);
        all.extend(rights(namespace, "", "pods", &["list"]));
        all
    }
}

impl Pdb {
    async fn ask(&self, cx: &CheckContext) -> Result<Found, Found> {
        let cluster = reach(cx).await?;
        let name = &self.name.value;
        let budget: PodDisruptionBudget =
            read(cluster, name).await.map_err(|found| found.at(self.name.mark))?;
        let status = budget.status.unwrap_or_default();
        let command = Kubectl::of(cluster).with(&format!("describe pdb {name}"));
        if status.observed_generation < budget.metadata.generation {
            let why =
                format!("PodDisruptionBudget {name} is not counted yet: its controller has not seen it");
            return Err(Found::fail(why).reproduce(command));
        }
        let (wanted, mark) =
            self.allows.as_ref().map_or((1, self.name.mark), |allows| (i64::from(allows.value), allows.mark));
        let allowed = i64::from(status.disruptions_allowed.unwrap_or(0));
        let (healthy, needed, all) = (
            status.current_healthy.unwrap_or(0),
            status.desired_healthy.unwrap_or(0),
            status.expected_pods.unwrap_or(0),
        );
        let counts = format!("{healthy} of {all} Pods are healthy, {needed} have to be");
        if allowed >= wanted {
            return Ok(Found::pass(format!("{allowed} disruptions allowed: {counts}")));
        }
        let found = Found::fail(format!(
            "PodDisruptionBudget {name} should allow at least {wanted} disruptions, but allows {allowed}: {counts}"
        ))
        .at(mark)
        .expected(format!("at least {wanted}"), allowed.to_string())
        .reproduce(command);
        let mut evidence = Vec::new();
        if needed >= all && all > 0 {
            evidence.push(
                "the budget needs every Pod: no node that runs one of them can ever be drained".to_owned(),
            );
        }
        if let Some(selector) = budget.spec.and_then(|spec| spec.selector) {
            evidence.extend(unready(&selected(cluster, &selector).await?));
        }
        Err(found.evidence(evidence))
    }
}
