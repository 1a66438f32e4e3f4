//! `events`: the cluster warns of nothing since the deploy.

use super::rollout::one_of;
use crate::check::kubernetes::{Kubectl, Workload, in_time, list, named, reach, refused, rolled_out};
use crate::check::{Check, CheckContext, CheckKind, Found, Probing};
use crate::cluster::{Cluster, Right, rights};
use crate::journey::CompileContext;
use crate::source::{Located, Mark, Problem};
use crate::units::Span;
use k8s_openapi::api::core::v1::Event;
use k8s_openapi::jiff::Timestamp;
use kube::api::ListParams;
use schemars::JsonSchema;
use serde::Deserialize;

/// So many warnings are shown.
const SHOWN: usize = 10;

/// The namespace has no warnings since a rollout, or for some time.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Events {
    /// Since the newest rollout of this Deployment.
    pub deployment: Option<Located<String>>,
    /// Since the newest rollout of this `StatefulSet`.
    pub statefulset: Option<Located<String>>,
    /// For so long: `10m`.
    pub since: Option<Located<Span>>,
    /// Warnings that count as nothing: by their reason, or by a part of their message.
    #[serde(default)]
    pub ignore: Vec<Located<String>>,
}

/// Since when warnings count.
#[derive(Debug)]
enum Since {
    Rollout(crate::check::kubernetes::WorkloadKind, Located<String>),
    Ago(Located<Span>),
}

#[derive(Debug)]
struct Compiled {
    since: Since,
    ignore: Vec<String>,
    mark: Mark,
}

impl CheckKind for Events {
    fn compile(
        spec: &Located<Events>,
        _cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<impl Check + 'static> {
        let Events { deployment, statefulset, since, ignore } = &spec.value;
        let since = match (one_of(deployment.as_ref(), statefulset.as_ref()), since) {
            (Ok((kind, name)), None) => Since::Rollout(kind, name),
            (Err(_), Some(since)) if deployment.is_none() => Since::Ago(since.clone()),
            _ => {
                problems.push(
                    Problem::at(spec.mark, "since when warnings count has to be said once")
                        .help("write `deployment: api`, `statefulset: store` or `since: 10m`"),
                );
                return None;
            }
        };
        match &since {
            Since::Rollout(_, name) => named(name, problems),
            Since::Ago(span) if span.get().is_zero() => problems.push(
                Problem::at(span.mark, "nothing is seen in no time: this checks nothing")
                    .help("write for example `10m`"),
            ),
            Since::Ago(_) => {}
        }
        let ignore = ignore.iter().map(|text| text.value.clone()).collect();
        Some(Compiled { since, ignore, mark: spec.mark })
    }
}

impl Check for Compiled {
    fn describe(&self) -> String {
        match &self.since {
            Since::Rollout(_, name) => format!("warnings since the rollout of {}", name.value),
            Since::Ago(span) => format!("warnings of the last {}", span.value),
        }
    }

    fn probe<'a>(&'a self, cx: &'a CheckContext) -> Probing<'a> {
        Box::pin(in_time(cx, self.ask(cx)))
    }

    fn rights(&self, namespace: &str) -> Vec<Right> {
        let mut all = rights(namespace, "", "events", &["list"]);
        all.extend(match &self.since {
            Since::Rollout(kind, _) => Workload::rights(*kind, namespace),
            Since::Ago(_) => rights(namespace, "", "namespaces", &["get"]),
        });
        all
    }
}

impl Compiled {
    async fn ask(&self, cx: &CheckContext) -> Result<Found, Found> {
        let cluster = reach(cx).await?;
        let (from, words) = self.from(cluster).await?;
        let warnings = ListParams::default().fields("type=Warning");
        let mut warnings: Vec<Event> = list(cluster, &warnings).await?;
        warnings.retain(|event| seen(event).is_some_and(|at| at >= from));
        let all = warnings.len();
        if all == 0 {
            // Nothing warns where nothing is.
            cluster.find_namespace().await.map_err(|error| refused(&error).at(self.mark))?;
        }
        warnings.retain(|event| !self.ignore.iter().any(|text| is_meant(event, text)));
        if warnings.is_empty() {
            let ignored = if all == 0 { String::new() } else { format!(", {all} ignored") };
            return Ok(Found::pass(format!("no warnings {words}{ignored}")));
        }
        warnings.sort_by_key(|event| std::cmp::Reverse(seen(event)));
        let newest = warnings.first().map(line).unwrap_or_default();
        let left = warnings.len().saturating_sub(SHOWN);
        let more = (left > 0).then(|| format!("and {left} more"));
        let count = warnings.len();
        let warned = if count == 1 { "1 warning".to_owned() } else { format!("{count} warnings") };
        Err(Found::fail(format!("{warned} {words}, the newest: {newest}"))
            .at(self.mark)
            .expected("no warnings", &warned)
            .reproduce(
                Kubectl::of(cluster)
                    .with("get events --field-selector type=Warning --sort-by=.lastTimestamp"),
            )
            .evidence(warnings.iter().take(SHOWN).map(line).chain(more)))
    }

    /// Since when warnings count, and that in words.
    async fn from(&self, cluster: &Cluster) -> Result<(Timestamp, String), Found> {
        match &self.since {
            Since::Rollout(kind, name) => {
                let workload = Workload::read(cluster, *kind, &name.value).await;
                let workload = workload.map_err(|found| found.at(name.mark))?;
                let from = rolled_out(&workload)?;
                Ok((from, format!("since {} was rolled out", workload.title)))
            }
            Since::Ago(span) => {
                let ago = Timestamp::now() - span.get();
                Ok((ago, format!("within the last {}", span.value)))
            }
        }
    }
}

/// When it was seen last.
fn seen(event: &Event) -> Option<Timestamp> {
    let series = event.series.as_ref().and_then(|series| series.last_observed_time.as_ref());
    let all = [
        series.map(|time| time.0),
        event.last_timestamp.as_ref().map(|time| time.0),
        event.event_time.as_ref().map(|time| time.0),
        event.first_timestamp.as_ref().map(|time| time.0),
        event.metadata.creation_timestamp.as_ref().map(|time| time.0),
    ];
    all.into_iter().flatten().max()
}

fn is_meant(event: &Event, text: &str) -> bool {
    event.reason.as_deref() == Some(text)
        || event.message.as_deref().is_some_and(|message| message.contains(text))
}

/// `Pod/api-1: Unhealthy: readiness probe failed`.
fn line(event: &Event) -> String {
    let about = &event.involved_object;
    let part = |text: &Option<String>| text.clone().unwrap_or_default();
    let times = event.count.filter(|count| *count > 1).map(|count| format!(" ({count} times)"));
    let message = part(&event.message);
    let message = message.lines().next().unwrap_or_default();
    format!(
        "{}/{}: {}: {message}{}",
        part(&about.kind),
        part(&about.name),
        part(&event.reason),
        times.unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_event_is_as_new_as_its_newest_time_and_known_by_reason_or_message() {
        let event: Event = serde_json::from_value(json!({
            "metadata": {}, "involvedObject": {"kind": "Pod", "name": "api-1"}, "count": 3,
            "reason": "Unhealthy", "message": "Readiness probe failed: 503\nmore",
            "firstTimestamp": "2026-01-01T00:00:00Z", "lastTimestamp": "2026-01-01T00:05:00Z",
        }))
        .unwrap();
        assert_eq!(seen(&event).unwrap().to_string(), "2026-01-01T00:05:00Z");
        assert_eq!(line(&event), "Pod/api-1: Unhealthy: Readiness probe failed: 503 (3 times)");
        for (text, meant) in
            [("Unhealthy", true), ("probe failed", true), ("Unhealth", false), ("BackOff", false)]
        {
            assert_eq!(is_meant(&event, text), meant, "{text}");
        }
    }
}
