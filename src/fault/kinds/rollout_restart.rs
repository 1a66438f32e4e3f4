//! All Pods of a workload are replaced.

use crate::cluster::Right;
use crate::fault::workload::{Workload, check_rolls, generation, replicas};
use crate::fault::{Deed, FaultContext, FaultKind, Lasting, Plan, Planning, Refusal, Victim, caution, proof};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// Where kubectl notes a restart.
const RESTARTED: &str = "/spec/template/metadata/annotations/kubectl.kubernetes.io~1restartedAt";

/// All Pods of a workload are replaced, a few at a time, as by `kubectl rollout restart`. That stays.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RolloutRestart {
    /// A Deployment, by its name.
    pub deployment: Option<String>,
    /// A `StatefulSet`, by its name.
    pub statefulset: Option<String>,
}

impl RolloutRestart {
    fn workload(&self) -> Result<Workload, String> {
        Workload::of(self.deployment.as_deref(), self.statefulset.as_deref())
    }
}

impl FaultKind for RolloutRestart {
    fn name(&self) -> &'static str {
        "rollout_restart"
    }

    fn rights(&self, namespace: &str) -> Vec<Right> {
        let workload = self.workload();
        workload.map(|one| one.rights(namespace, &["get", "list", "watch", "patch"])).unwrap_or_default()
    }

    fn check(&self, _lasts: Option<Duration>) -> Result<(), String> {
        self.workload().map(drop)
    }

    fn plan<'a>(&'a self, cx: &'a FaultContext) -> Planning<'a> {
        Box::pin(async move {
            let (object, present) = self.workload().map_err(Refusal::Unfit)?.read(cx).await?;
            check_rolls(&present, &object)?;
            let count = replicas(&present);
            if count == 0 {
                let what = format!("{object} has no replica");
                return Err(Refusal::NoVictims { what, resource: "pods" });
            }
            let now = jiff::Timestamp::now().to_string();
            Ok(Plan {
                victims: vec![Victim {
                    object: object.clone(),
                    detail: format!("all {count} Pods, in turn"),
                }],
                deeds: vec![Deed::Change {
                    object: object.clone(),
                    subresource: None,
                    fields: vec![(RESTARTED.to_owned(), Some(json!(now)))],
                    lasting: Lasting::Stays,
                }],
                proof: Arc::new(proof::Complete { workload: object, generation: generation(&present) }),
                warnings: caution::managers(&present),
            })
        })
    }
}
