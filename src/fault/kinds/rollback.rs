//! The previous revision of a Deployment is rolled out.

use crate::cluster::{ObjectRef, Right};
use crate::fault::workload::{Workload, check_rolls, generation};
use crate::fault::{
    Deed, FaultContext, FaultKind, Lasting, Plan, Planning, Prove, Refusal, Victim, caution, proof, rights,
};
use k8s_openapi::api::apps::v1::ReplicaSet;
use kube::api::ListParams;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;

/// Where a Deployment and its `ReplicaSets` have the number of their revision.
const REVISION: &str = "deployment.kubernetes.io/revision";

/// The previous revision of a Deployment is rolled out, as by `kubectl rollout undo`. That stays.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rollback {
    /// The Deployment, by its name.
    pub deployment: String,
}

impl FaultKind for Rollback {
    fn name(&self) -> &'static str {
        "rollback"
    }

    fn rights(&self, namespace: &str) -> Vec<Right> {
        let deployment = Workload::deployment(&self.deployment);
        let mut needed = deployment.rights(namespace, &["get", "list", "watch", "patch"]);
        needed.extend(rights(namespace, "apps", "replicasets", &["list", "watch"]));
        needed
    }

    fn plan<'a>(&'a self, cx: &'a FaultContext) -> Planning<'a> {
        Box::pin(async move {
            let (object, present) = Workload::deployment(&self.deployment).read(cx).await?;
            check_rolls(&present, &object)?;
            let sets = cx.cluster.api::<ReplicaSet>();
            let sets =
                cx.cluster.call("list the replica sets", sets.list(&ListParams::default())).await?.items;
            let own: Vec<Value> = sets
                .iter()
                .filter(|set| {
                    let mut owners = set.metadata.owner_references.iter().flatten();
                    owners.any(|owner| Some(&owner.uid) == object.uid.as_ref())
                })
                .filter_map(|set| serde_json::to_value(set).ok())
                .collect();
            let Some((number, set)) = previous(&present, &own) else {
                let what = format!("{object} has no earlier revision that is kept");
                return Err(Refusal::NoVictims { what, resource: "replicasets" });
            };
            let uid = set["metadata"]["uid"].as_str();
            let set_object = sets.iter().find(|one| one.metadata.uid.as_deref() == uid).map(ObjectRef::of);
            let mut proofs: Vec<Arc<dyn Prove>> = vec![Arc::new(proof::Complete {
                workload: object.clone(),
                generation: generation(&present),
            })];
            if let Some(replica_set) = set_object {
                proofs.push(Arc::new(proof::RevisionServes { deployment: object.clone(), replica_set }));
            }
            Ok(Plan {
                victims: vec![Victim {
                    object: object.clone(),
                    detail: format!("back to revision {number}"),
                }],
                deeds: vec![Deed::Change {
                    object,
                    subresource: None,
                    fields: vec![("/spec/template".to_owned(), Some(template(set)))],
                    lasting: Lasting::Stays,
                }],
                proof: Arc::new(proof::All(proofs)),
                warnings: caution::managers(&present),
            })
        })
    }
}

fn revision(object: &Value) -> Option<u64> {
    object["metadata"]["annotations"][REVISION].as_str()?.parse().ok()
}

/// The `ReplicaSet` with the next lower revision, and its number.
fn previous<'s>(deployment: &Value, sets: &'s [Value]) -> Option<(u64, &'s Value)> {
    let now = revision(deployment)?;
    let numbered = sets.iter().filter_map(|set| Some((revision(set)?, set)));
    numbered.filter(|(number, _)| *number < now).max_by_key(|(number, _)| *number)
}

/// Its template as the Deployment had it, without the hash that tells the revisions' Pods apart.
fn template(set: &Value) -> Value {
    let mut template = set["spec"]["template"].clone();
    if let Some(labels) = template.pointer_mut("/metadata/labels").and_then(Value::as_object_mut) {
        labels.remove("pod-template-hash");
    }
    template
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn numbered(number: &str) -> Value {
        json!({"metadata": {"annotations": {REVISION: number}}, "spec": {"template":
            {"metadata": {"labels": {"app": "api", "pod-template-hash": "x"}}, "spec": {"containers": []}}}})
    }

    #[test]
    fn the_next_lower_number_is_meant_and_its_hash_is_left_out() {
        let sets = [numbered("10"), numbered("2"), numbered("9"), numbered("11"), json!({})];
        let (number, set) = previous(&numbered("10"), &sets).unwrap();
        assert_eq!(number, 9);
        assert_eq!(template(set)["metadata"]["labels"], json!({"app": "api"}));
        assert!(previous(&numbered("2"), &sets).is_none());
        assert!(previous(&json!({}), &sets).is_none());
    }
}
