//! `job`: a Job is complete, has failed, or runs.

use crate::check::kubernetes::{
    Kubectl, in_time, last_words, named, reach, read, selected, unready, word_rights,
};
use crate::check::{Check, CheckContext, CheckKind, Found, Probing};
use crate::cluster::{Cluster, Right, rights};
use crate::journey::CompileContext;
use crate::source::{Located, Problem};
use k8s_openapi::api::batch::v1::Job as Object;
use schemars::JsonSchema;
use serde::Deserialize;
use std::fmt;

/// A Job is as it should be.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// The Job.
    pub name: Located<String>,
    /// How it should be; `complete` when left out.
    pub state: Option<Located<JobState>>,
}

/// How a Job is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// All its Pods have succeeded.
    #[default]
    Complete,
    /// It was given up.
    Failed,
    /// It is at work.
    Running,
}

impl fmt::Display for JobState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            JobState::Complete => "complete",
            JobState::Failed => "failed",
            JobState::Running => "running",
        })
    }
}

impl CheckKind for Job {
    fn compile(
        spec: &Located<Job>,
        _cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<impl Check + 'static> {
        named(&spec.value.name, problems);
        Some(spec.value.clone())
    }
}

impl Check for Job {
    fn describe(&self) -> String {
        format!("job {}", self.name.value)
    }

    fn probe<'a>(&'a self, cx: &'a CheckContext) -> Probing<'a> {
        Box::pin(in_time(cx, self.ask(cx)))
    }

    fn rights(&self, namespace: &str) -> Vec<Right> {
        let mut all = rights(namespace, "batch", "jobs", &["get"]);
        all.extend(word_rights(namespace));
        all
    }
}

impl Job {
    async fn ask(&self, cx: &CheckContext) -> Result<Found, Found> {
        let cluster = reach(cx).await?;
        let name = &self.name.value;
        let job: Object = read(cluster, name).await.map_err(|found| found.at(self.name.mark))?;
        let (state, words) = state(&job);
        let wanted = self.state.as_ref().map_or(JobState::default(), |state| state.value);
        if state == Some(wanted) {
            return Ok(Found::pass(words));
        }
        let next = match (state, wanted) {
            (Some(JobState::Running) | None, JobState::Complete) => "; give it time with `eventually`",
            _ => "",
        };
        let found = Found::fail(format!("Job {name} should be {wanted}, but {words}{next}"))
            .at(self.state.as_ref().map_or(self.name.mark, |state| state.mark))
            .expected(wanted.to_string(), words)
            .reproduce(Kubectl::of(cluster).with(&format!("describe job {name}")))
            .evidence(evidence(cluster, &job).await);
        // What has ended does not begin again.
        let ended = matches!(state, Some(JobState::Complete | JobState::Failed));
        Err(if ended { found.for_good() } else { found })
    }
}

/// How a Job is, if it is under way at all, and that in words.
fn state(job: &Object) -> (Option<JobState>, String) {
    let status = job.status.clone().unwrap_or_default();
    let condition = |kind: &str| {
        let mut all = status.conditions.iter().flatten();
        all.find(|one| one.type_ == kind && one.status == "True")
    };
    let (succeeded, failed) = (status.succeeded.unwrap_or(0), status.failed.unwrap_or(0));
    let counts = format!("{succeeded} Pods succeeded, {failed} failed");
    if condition("Complete").is_some() {
        return (Some(JobState::Complete), format!("it is complete: {counts}"));
    }
    if let Some(why) = condition("Failed") {
        let why = [why.reason.as_deref(), why.message.as_deref()];
        let why: Vec<&str> = why.into_iter().flatten().collect();
        return (Some(JobState::Failed), format!("it has failed: {} ({counts})", why.join(": ")));
    }
    if condition("Suspended").is_some() {
        return (None, "it is suspended".to_owned());
    }
    match status.active.unwrap_or(0) {
        0 => (None, format!("it has no Pod at work: {counts}")),
        active => (Some(JobState::Running), format!("it is running: {active} Pods at work, {counts}")),
    }
}

/// What its Pods tell.
async fn evidence(cluster: &Cluster, job: &Object) -> Vec<String> {
    let Some(selector) = job.spec.as_ref().and_then(|spec| spec.selector.clone()) else { return Vec::new() };
    let pods = match selected(cluster, &selector).await {
        Ok(pods) => pods,
        Err(found) => return vec![found.reason],
    };
    let mut failed = pods
        .iter()
        .filter(|pod| pod.status.as_ref().and_then(|status| status.phase.as_deref()) == Some("Failed"));
    match failed.next_back() {
        Some(pod) => last_words(cluster, pod).await,
        None => unready(&pods),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_conditions_of_a_job_tell_how_it_is() {
        let condition = |kind: &str| json!([{"type": kind, "status": "True", "reason": "R", "message": "m"}]);
        for (status, expected, words) in [
            (
                json!({"conditions": condition("Complete"), "succeeded": 1}),
                Some(JobState::Complete),
                "1 Pods succ",
            ),
            (json!({"conditions": condition("Failed"), "failed": 2}), Some(JobState::Failed), "failed: R: m"),
            (
                json!({"conditions": condition("FailureTarget"), "active": 1}),
                Some(JobState::Running),
                "1 Pods at",
            ),
            (json!({"conditions": condition("Suspended")}), None, "suspended"),
            (json!({"active": 2}), Some(JobState::Running), "running"),
            (json!({}), None, "no Pod at work"),
        ] {
            let job: Object = serde_json::from_value(json!({"metadata": {}, "status": status})).unwrap();
            let (state, told) = state(&job);
            assert!(state == expected && told.contains(words), "{status}: {told}");
        }
    }
}
