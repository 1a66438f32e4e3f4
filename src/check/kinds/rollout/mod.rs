//! `rollout`: a workload is complete, at the image that was meant, and its Pods stay up.

mod judge;

use crate::check::count::more_than_none;
use crate::check::kubernetes::{
    Kubectl, Workload, WorkloadKind, in_time, named, reach, selected, word_rights,
};
use crate::check::{Check, CheckContext, CheckKind, Found, Probing};
use crate::cluster::{Right, cluster_rights};
use crate::journey::CompileContext;
use crate::source::{Located, Problem};
use schemars::JsonSchema;
use serde::Deserialize;

/// A workload is rolled out: all replicas new and available, none in a crash loop.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rollout {
    /// A Deployment, by its name.
    pub deployment: Option<Located<String>>,
    /// A `StatefulSet`, by its name.
    pub statefulset: Option<Located<String>>,
    /// The image that one of its containers has to run.
    pub image: Option<Located<String>>,
    /// How often the containers of one Pod may have been started again; as often as they like when left out.
    pub restarts: Option<Located<u32>>,
    /// Over how many nodes the Pods are spread, at least.
    pub nodes: Option<Located<u32>>,
    /// Over how many zones the Pods are spread, at least.
    pub zones: Option<Located<u32>>,
}

/// The workload that is meant. Errors: none is named, or two are.
pub(super) fn one_of(
    deployment: Option<&Located<String>>,
    statefulset: Option<&Located<String>>,
) -> Result<(WorkloadKind, Located<String>), &'static str> {
    match (deployment, statefulset) {
        (Some(name), None) => Ok((WorkloadKind::Deployment, name.clone())),
        (None, Some(name)) => Ok((WorkloadKind::StatefulSet, name.clone())),
        (None, None) => Err("no workload is named"),
        (Some(_), Some(_)) => Err("two workloads are named"),
    }
}

/// What to do about it.
pub(super) const NAME_ONE: &str = "name one: `deployment: api`, or `statefulset: store`";

/// A `rollout` that can be asked.
#[derive(Debug)]
struct Compiled {
    kind: WorkloadKind,
    name: Located<String>,
    spec: Rollout,
}

impl CheckKind for Rollout {
    fn compile(
        spec: &Located<Rollout>,
        _cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<impl Check + 'static> {
        match one_of(spec.value.deployment.as_ref(), spec.value.statefulset.as_ref()) {
            Ok((kind, name)) => {
                named(&name, problems);
                for spread in [&spec.value.nodes, &spec.value.zones] {
                    more_than_none(spread.as_ref(), problems);
                }
                Some(Compiled { kind, name, spec: spec.value.clone() })
            }
            Err(wrong) => {
                problems.push(Problem::at(spec.mark, wrong).help(NAME_ONE));
                None
            }
        }
    }
}

impl Check for Compiled {
    fn describe(&self) -> String {
        format!("rollout of {}", self.name.value)
    }

    fn probe<'a>(&'a self, cx: &'a CheckContext) -> Probing<'a> {
        Box::pin(in_time(cx, self.ask(cx)))
    }

    fn rights(&self, namespace: &str) -> Vec<Right> {
        let mut all = Workload::rights(self.kind, namespace);
        all.extend(word_rights(namespace));
        let zones = self.spec.zones.as_ref().map(|_| cluster_rights("", "nodes", &["get"]));
        all.extend(zones.into_iter().flatten());
        all
    }
}

impl Compiled {
    async fn ask(&self, cx: &CheckContext) -> Result<Found, Found> {
        let cluster = reach(cx).await?;
        let workload = Workload::read(cluster, self.kind, &self.name.value)
            .await
            .map_err(|found| found.at(self.name.mark))?;
        let pods = selected(cluster, &workload.selector).await?;
        let kubectl = Kubectl::of(cluster);
        judge::stays_up(cluster, &kubectl, &workload, &pods).await?;
        judge::image(&self.spec, &kubectl, &workload)?;
        judge::complete(&kubectl, &workload, &pods)?;
        judge::restarts(cluster, &self.spec, &kubectl, &workload, &pods).await?;
        judge::spread(cluster, &self.spec, &kubectl, &pods).await?;
        let image = workload.images().join(", ");
        Ok(Found::pass(format!("{} of {} replicas available at {image}", workload.wanted, workload.wanted)))
    }
}
