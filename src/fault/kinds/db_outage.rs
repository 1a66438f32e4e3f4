//! A database cannot be reached.

use super::{Network, Partition, PodKill, Scale};
use crate::cluster::Right;
use crate::fault::proof::{All, CutOff};
use crate::fault::reach::Place;
use crate::fault::select::Pods;
use crate::fault::service::{Selecting, written};
use crate::fault::{FaultContext, FaultKind, Plan, Planning, Refusal};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A database cannot be reached, by whichever of the other faults fits it: the connections to its Service are refused
/// or swallowed, its Pods are cut off, scaled away, or killed.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DbOutage {
    /// The Service by which its clients know it.
    pub service: Option<String>,
    /// Its Pods; those of the Service when they are left out.
    pub pods: Option<Pods>,
    /// Those of its Pods that are killed: its primary, by labels such as `cnpg.io/instanceRole=primary`.
    pub primary: Option<String>,
    /// Its workload: `statefulset/postgres`, or `deployment/redis`.
    pub workload: Option<String>,
    /// How; when it is left out, the first of `refuse`, `kill` and `scale` that the database allows.
    pub by: Option<By>,
}

/// How a database is made unreachable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// Connections to its Service are refused.
    Refuse,
    /// Connections to its Service are taken and never answered.
    Blackhole,
    /// Its Pods are cut off from the network.
    Partition,
    /// Its Pods, or its primary, are killed.
    Kill,
    /// Its workload gets no replica.
    Scale,
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            By::Refuse => "refuse",
            By::Blackhole => "blackhole",
            By::Partition => "partition",
            By::Kill => "kill",
            By::Scale => "scale",
        })
    }
}

impl FaultKind for DbOutage {
    fn name(&self) -> &'static str {
        "db_outage"
    }

    fn rights(&self, namespace: &str) -> Vec<Right> {
        let of = |by: By| {
            let mut all = self.made(by, &self.known_pods()).rights(namespace);
            if self.needs_service(by) {
                all.extend(Network::default().rights(namespace).into_iter().filter(|right| {
                    matches!((right.resource.as_str(), &*right.verb), ("services", "get") | ("pods", "list"))
                        || (by == By::Scale && right.resource == "endpointslices")
                }));
            }
            all
        };
        let all: BTreeSet<Right> = self.ways().into_iter().flat_map(of).collect();
        all.into_iter().collect()
    }

    fn check(&self, lasts: Option<Duration>) -> Result<(), String> {
        let ways = self.ways();
        if ways.is_empty() {
            return Err(
                "`db_outage` does not know the database; add `service: postgres`, or `pods:`".to_owned()
            );
        }
        for by in ways {
            let lacks = match by {
                By::Refuse | By::Blackhole => self.service.is_none(),
                By::Partition => self.service.is_none() && self.pods.is_none(),
                By::Kill => self.service.is_none() && self.pods.is_none() && self.primary.is_none(),
                By::Scale => self.workload().is_none(),
            };
            if lacks {
                return Err(format!("`by: {by}` needs to know more; add {}", needed(by)));
            }
            self.made(by, &self.known_pods()).check(lasts)?;
        }
        Ok(())
    }

    fn plan<'a>(&'a self, cx: &'a FaultContext) -> Planning<'a> {
        Box::pin(async move {
            let mut refused = Vec::new();
            for by in self.ways() {
                match self.planned(cx, by).await {
                    Ok(mut plan) => {
                        for victim in &mut plan.victims {
                            victim.detail = format!("by {by}, {}", victim.detail);
                        }
                        return Ok(plan);
                    }
                    Err(error @ Refusal::Cluster(_)) => return Err(error),
                    // The one way that was asked for, or that there is, speaks for itself.
                    Err(why) if self.ways().len() == 1 => return Err(why),
                    Err(why) => refused.push(format!("{by}: {why}")),
                }
            }
            let refused = refused.join("; ");
            Err(Refusal::Unfit(format!(
                "the database allows no kind of outage ({refused}); name one by `by`"
            )))
        })
    }
}

impl DbOutage {
    /// The ways to try, the first one that is allowed being taken.
    fn ways(&self) -> Vec<By> {
        if let Some(by) = self.by {
            return vec![by];
        }
        let killable = self.service.is_some() || self.pods.is_some() || self.primary.is_some();
        let scalable = self.workload.is_some();
        let ways = [(By::Refuse, self.service.is_some()), (By::Kill, killable), (By::Scale, scalable)];
        ways.into_iter().filter(|(_, known)| *known).map(|(by, _)| by).collect()
    }

    /// The Pods as far as they are written.
    fn known_pods(&self) -> Pods {
        self.pods.clone().unwrap_or_default()
    }

    /// Whether the Pods have to be found by way of the Service.
    fn needs_service(&self, by: By) -> bool {
        match by {
            By::Refuse | By::Blackhole => false,
            By::Scale => self.service.is_some(),
            By::Partition => self.pods.is_none(),
            By::Kill => self.pods.is_none() && self.primary.is_none(),
        }
    }

    /// The fault that makes the outage.
    fn made(&self, by: By, pods: &Pods) -> Box<dyn FaultKind> {
        let service = self.service.clone().unwrap_or_default();
        match by {
            By::Refuse => Box::new(Network { service, refuse: true, ..Network::default() }),
            By::Blackhole => Box::new(Network { service, blackhole: true, ..Network::default() }),
            By::Partition => Box::new(Partition::of(pods.clone())),
            By::Kill => {
                let primary = self.primary.clone();
                let pods = primary
                    .map_or_else(|| pods.clone(), |labels| Pods { labels: Some(labels), ..pods.clone() });
                Box::new(PodKill { pods, count: None, percent: None, leave: 0, grace: None })
            }
            By::Scale => {
                let (kind, name) = self.workload().unwrap_or_default();
                let of = |known: &str| kind.eq_ignore_ascii_case(known).then(|| name.to_owned());
                let (deployment, statefulset) = (of("deployment"), of("statefulset"));
                Box::new(Scale { deployment, statefulset, replicas: 0 })
            }
        }
    }

    /// Kind and name of the workload.
    fn workload(&self) -> Option<(&str, &str)> {
        let (kind, name) = self.workload.as_ref()?.split_once('/')?;
        let known = ["deployment", "statefulset"].iter().any(|known| kind.eq_ignore_ascii_case(known));
        Some((kind, name)).filter(|_| known && !name.is_empty())
    }

    async fn planned(&self, cx: &FaultContext, by: By) -> Result<Plan, Refusal> {
        let mut pods = self.known_pods();
        if let Some(service) = self.service.as_ref().filter(|_| self.needs_service(by)) {
            pods.labels = Some(written(&Selecting::find(cx, service).await?.selector));
        }
        let mut plan = self.made(by, &pods).plan(cx).await?;
        if let (By::Scale, Some(name)) = (by, &self.service) {
            let places = Place::of_service(&Selecting::find(cx, name).await?.service).await;
            plan.proof = Arc::new(All(vec![plan.proof, Arc::new(CutOff { service: name.clone(), places })]));
        }
        Ok(plan)
    }
}

/// What a way needs to know.
fn needed(by: By) -> &'static str {
    match by {
        By::Scale => "`workload: statefulset/postgres`",
        _ => "`service: postgres`",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn outage(settings: &Value) -> DbOutage {
        serde_json::from_value(settings.clone()).unwrap()
    }

    #[test]
    fn what_is_known_decides_the_ways() {
        for (settings, ways) in [
            (json!({"service": "db"}), vec![By::Refuse, By::Kill]),
            (json!({"pods": "app=db"}), vec![By::Kill]),
            (json!({"primary": "role=primary"}), vec![By::Kill]),
            (json!({"service": "db", "by": "blackhole"}), vec![By::Blackhole]),
            (json!({}), vec![]),
        ] {
            assert_eq!(outage(&settings).ways(), ways, "{settings}");
        }
    }

    #[test]
    fn a_workload_can_be_scaled_away() {
        let settings = json!({"workload": "statefulset/pg"});
        assert_eq!((outage(&settings).ways(), outage(&settings).check(None)), (vec![By::Scale], Ok(())));
        let why = outage(&json!({"workload": "pg"})).check(None).unwrap_err();
        assert!(why.contains("add `workload: statefulset/postgres`"), "{why}");
    }

    #[test]
    fn what_is_missing_is_said() {
        for (settings, words) in [
            (json!({}), "add `service: postgres`, or `pods:`"),
            (json!({"by": "refuse", "pods": "app=db"}), "`by: refuse` needs to know more"),
            (json!({"by": "partition"}), "`by: partition` needs to know more"),
        ] {
            let why = outage(&settings).check(None).unwrap_err();
            assert!(why.contains(words), "{settings}: {why}");
        }
        assert_eq!(outage(&json!({"service": "db"})).check(None), Ok(()));
    }

    #[test]
    fn only_the_rights_of_the_possible_ways_are_needed() {
        let needs = |settings| -> Vec<String> {
            let rights = outage(&settings).rights("shop");
            rights.iter().map(|right| format!("{} {}", right.verb, right.resource)).collect()
        };
        let kill = needs(json!({"pods": "app=db"}));
        assert!(kill.contains(&"delete pods".to_owned()) && !kill.contains(&"patch services".to_owned()));
        let by_service = needs(json!({"service": "db", "by": "kill"}));
        assert!(
            by_service.contains(&"get services".to_owned())
                && !by_service.contains(&"patch services".to_owned())
        );
        let both = needs(json!({"service": "db"}));
        assert!(both.contains(&"patch services".to_owned()) && both.contains(&"delete pods".to_owned()));
    }
}
