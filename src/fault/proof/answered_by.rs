//! A Service that sends to certain Pods alone.

use super::endpoints::endpoints;
use super::look::Look;
use super::{Effect, Prove, Proving};
use crate::cluster::is_ready;
use crate::fault::FaultContext;
use crate::fault::service::{selected, written};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::time::Instant;

/// How long one list of the Pods is trusted.
const AGAIN: Duration = Duration::from_secs(3);

/// The ready endpoints of the Service are exactly the ready Pods with these labels, and there is at least one.
#[derive(Debug, Clone)]
pub struct AnsweredBy {
    /// The Service's name.
    pub service: String,
    /// The labels.
    pub labels: BTreeMap<String, String>,
}

impl Prove for AnsweredBy {
    fn what(&self) -> String {
        format!("the endpoints of Service/{} are the Pods with {}", self.service, written(&self.labels))
    }

    fn prove<'a>(&'a self, cx: &'a FaultContext, within: Duration) -> Proving<'a> {
        Box::pin(async move {
            let deadline = Instant::now() + within;
            loop {
                // Pods may be replaced meanwhile, so they are listed again now and then.
                let pods = match selected(cx, &self.labels).await {
                    Ok(pods) => {
                        pods.into_iter().filter(is_ready).filter_map(|pod| pod.metadata.name).collect()
                    }
                    Err(error) => return Effect::Unproven(error.to_string()),
                };
                let left = deadline.saturating_duration_since(Instant::now());
                let judge = |ready: &BTreeSet<String>| self.compare(ready, &pods);
                let seen = endpoints(cx, &self.service, left.min(AGAIN), judge).await;
                if matches!(seen, Effect::Proven(_)) || left <= AGAIN {
                    return seen;
                }
            }
        })
    }
}

impl AnsweredBy {
    fn compare(&self, endpoints: &BTreeSet<String>, pods: &BTreeSet<String>) -> Look {
        if let Some(other) = endpoints.difference(pods).next() {
            return Look::NotYet(format!("{other} was still an endpoint"));
        }
        match pods.difference(endpoints).next() {
            Some(pod) => Look::NotYet(format!("Pod/{pod} was not yet an endpoint")),
            None if pods.is_empty() => Look::NotYet("no endpoint was ready".to_owned()),
            None => Look::Seen(format!("{} endpoints, all with {}", pods.len(), written(&self.labels))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn not_one_more_and_not_one_less() {
        let set = |names: &str| names.split_whitespace().map(ToOwned::to_owned).collect();
        let labels = BTreeMap::from([("app".to_owned(), "web".to_owned())]);
        let proof = AnsweredBy { service: "web".to_owned(), labels };
        for (endpoints, pods, expected) in [
            ("a b", "a b", Look::Seen("2 endpoints, all with app=web".to_owned())),
            ("a b", "a", Look::NotYet("b was still an endpoint".to_owned())),
            ("a", "a b", Look::NotYet("Pod/b was not yet an endpoint".to_owned())),
            ("", "", Look::NotYet("no endpoint was ready".to_owned())),
        ] {
            assert_eq!(proof.compare(&set(endpoints), &set(pods)), expected);
        }
    }
}
