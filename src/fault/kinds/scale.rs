//! A workload gets another number of replicas.

use crate::cluster::{ObjectRef, Right};
use crate::fault::workload::{Workload, generation, replicas};
use crate::fault::{Deed, FaultContext, FaultKind, Lasting, Plan, Planning, Refusal, Victim, caution, proof};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// A workload gets another number of replicas: none is an outage, one takes its spare ones away.
///
/// The field is changed on the workload itself and not by its `scale` subresource: that takes no annotations, and the
/// old number must be noted on the object by the same write that changes it, or a crash between two writes would lose
/// it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    /// A Deployment, by its name.
    pub deployment: Option<String>,
    /// A `StatefulSet`, by its name.
    pub statefulset: Option<String>,
    /// How many replicas it gets.
    pub replicas: u32,
}

impl Scale {
    fn workload(&self) -> Result<Workload, String> {
        Workload::of(self.deployment.as_deref(), self.statefulset.as_deref())
    }
}

impl FaultKind for Scale {
    fn name(&self) -> &'static str {
        "scale"
    }

    fn rights(&self, namespace: &str) -> Vec<Right> {
        let Ok(workload) = self.workload() else { return Vec::new() };
        let mut needed = workload.rights(namespace, &["get", "list", "watch", "patch"]);
        needed.extend(workload.rights_of_notes(namespace));
        needed.extend(caution::autoscaler_rights(namespace));
        needed
    }

    fn check(&self, _lasts: Option<Duration>) -> Result<(), String> {
        self.workload().map(drop)
    }

    fn plan<'a>(&'a self, cx: &'a FaultContext) -> Planning<'a> {
        Box::pin(async move {
            let (object, present) = self.workload().map_err(Refusal::Unfit)?.read(cx).await?;
            let change = change(&object, &present, self.replicas)?;
            let mut warnings = caution::managers(&present);
            warnings.extend(caution::autoscalers(cx, &object, self.replicas).await?);
            if self.replicas == 0 {
                warnings.push(format!("{object} has no replica meanwhile: whoever needs it fails"));
            }
            let detail = format!("{} replicas, {} meanwhile", replicas(&present), self.replicas);
            Ok(Plan {
                victims: vec![Victim { object: object.clone(), detail }],
                deeds: vec![change],
                proof: Arc::new(proof::Replicas {
                    workload: object,
                    generation: generation(&present),
                    wanted: self.replicas,
                }),
                warnings,
            })
        })
    }
}

/// The change of the number. Errors: it is that already, or volumes would be deleted with the replicas.
fn change(object: &ObjectRef, present: &Value, wanted: u32) -> Result<Deed, Refusal> {
    if replicas(present) == wanted {
        return Err(Refusal::Unfit(format!(
            "{object} has {wanted} replicas already; ask for another number"
        )));
    }
    // Also upwards: the way back would delete the volumes of replicas that had run here before.
    if present["spec"]["persistentVolumeClaimRetentionPolicy"]["whenScaled"] == "Delete" {
        let why = "its volumes are deleted with its replicas; set \
                   `persistentVolumeClaimRetentionPolicy.whenScaled: Retain`, or use `pod_kill`";
        return Err(Refusal::dangerous(object.clone(), why.to_owned()));
    }
    Ok(Deed::Change {
        object: object.clone(),
        subresource: None,
        fields: vec![("/spec/replicas".to_owned(), Some(json!(wanted)))],
        lasting: Lasting::UntilUndone,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_number_and_volumes_that_would_be_deleted_are_refused() {
        let object = ObjectRef {
            api_version: "apps/v1".to_owned(),
            kind: "StatefulSet".to_owned(),
            namespace: None,
            name: "store".to_owned(),
            uid: None,
        };
        let policy = |when: &str| json!({"whenScaled": when, "whenDeleted": "Delete"});
        for (spec, wanted, expected) in [
            (json!({"replicas": 2}), 0, Ok(())),
            (json!({"replicas": 2}), 2, Err("2 replicas already")),
            (json!({}), 1, Err("1 replicas already")),
            (json!({"replicas": 2, "persistentVolumeClaimRetentionPolicy": policy("Retain")}), 0, Ok(())),
            (
                json!({"replicas": 2, "persistentVolumeClaimRetentionPolicy": policy("Delete")}),
                0,
                Err("Retain"),
            ),
            (
                json!({"replicas": 2, "persistentVolumeClaimRetentionPolicy": policy("Delete")}),
                3,
                Err("Retain"),
            ),
        ] {
            match (change(&object, &json!({"spec": spec}), wanted), expected) {
                (Ok(_), Ok(())) => {}
                (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
                other => panic!("{spec}: {other:?}"),
            }
        }
    }
}
