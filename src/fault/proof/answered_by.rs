//! A Service that sends to certain Pods alone.

use super::endpoints::Endpoints;
use super::{Effect, Prove, Proving};
use crate::cluster::is_ready;
use crate::fault::FaultContext;
use crate::fault::service::{selected, written};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

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
            let mut missing = "the endpoints could not be watched".to_owned();
            let search = async {
                let mut endpoints = Endpoints::of(cx, &self.service);
                loop {
                    match self.compared(cx, &mut endpoints).await {
                        Ok(count) => return count,
                        Err(what) => missing = what,
                    }
                }
            };
            match tokio::time::timeout(within, search).await {
                Ok(count) => Effect::Proven(format!("{count} endpoints, all with {}", written(&self.labels))),
                Err(_) => Effect::Unproven(format!("within {} s {missing}", within.as_secs())),
            }
        })
    }
}

impl AnsweredBy {
    /// Waits for a change of the endpoints and compares them with the Pods; how many there are.
    async fn compared(&self, cx: &FaultContext, endpoints: &mut Endpoints) -> Result<usize, String> {
        let ready = endpoints.next().await?;
        let pods = selected(cx, &self.labels).await.map_err(|error| error.to_string())?;
        let pods: BTreeSet<String> =
            pods.into_iter().filter(is_ready).filter_map(|pod| pod.metadata.name).collect();
        compare(&ready, &pods)
    }
}

fn compare(endpoints: &BTreeSet<String>, pods: &BTreeSet<String>) -> Result<usize, String> {
    if let Some(other) = endpoints.difference(pods).next() {
        return Err(format!("{other} was still an endpoint"));
    }
    match pods.difference(endpoints).next() {
        Some(pod) => Err(format!("Pod/{pod} was not yet an endpoint")),
        None if pods.is_empty() => Err("no endpoint was ready".to_owned()),
        None => Ok(pods.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn not_one_more_and_not_one_less() {
        let set = |names: &str| names.split_whitespace().map(ToOwned::to_owned).collect();
        for (endpoints, pods, expected) in [
            ("a b", "a b", Ok(2)),
            ("a b", "a", Err("b was still an endpoint")),
            ("a", "a b", Err("Pod/b was not yet an endpoint")),
            ("", "", Err("no endpoint was ready")),
        ] {
            assert_eq!(compare(&set(endpoints), &set(pods)), expected.map_err(ToOwned::to_owned));
        }
    }
}
