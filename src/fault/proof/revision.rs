//! Revisions of a Deployment that serve.

use super::look::{Look, look_for};
use super::{Prove, Proving};
use crate::cluster::ObjectRef;
use crate::fault::FaultContext;
use k8s_openapi::api::apps::v1::ReplicaSet;
use kube::runtime::watcher;
use std::sync::Arc;
use std::time::Duration;

/// All replicas of a Deployment are of this `ReplicaSet`, and its other ones have none.
#[derive(Debug, Clone)]
pub struct RevisionServes {
    /// The Deployment.
    pub deployment: ObjectRef,
    /// The `ReplicaSet`.
    pub replica_set: ObjectRef,
}

impl Prove for RevisionServes {
    fn what(&self) -> String {
        format!("all Pods of {} are of {}", self.deployment, self.replica_set)
    }

    fn prove<'a>(&'a self, cx: &'a FaultContext, within: Duration) -> Proving<'a> {
        let sets = cx.cluster.api::<ReplicaSet>();
        Box::pin(look_for(sets, watcher::Config::default(), within, |sets| self.look(sets)))
    }
}

impl RevisionServes {
    fn look(&self, sets: &[Arc<ReplicaSet>]) -> Look {
        let own = sets.iter().filter(|set| {
            let mut owners = set.metadata.owner_references.iter().flatten();
            owners.any(|owner| Some(&owner.uid) == self.deployment.uid.as_ref())
        });
        let (this, others): (Vec<_>, Vec<_>) = own.partition(|set| set.metadata.uid == self.replica_set.uid);
        let of = |set: &ReplicaSet| {
            let wanted = set.spec.replicas.unwrap_or(0);
            let available = set.status.as_ref().and_then(|status| status.available_replicas).unwrap_or(0);
            (wanted, available, set.status.as_ref().map_or(0, |status| status.replicas))
        };
        let Some((wanted, available, _)) = this.first().map(|set| of(set)) else {
            return Look::Never(format!("{} is gone", self.replica_set));
        };
        let rest: i32 = others.iter().map(|set| of(set)).map(|(wanted, _, there)| wanted.max(there)).sum();
        if rest == 0 && wanted > 0 && available == wanted {
            return Look::Seen(format!("all {wanted} Pods are of {}", self.replica_set));
        }
        Look::NotYet(format!(
            "{available} of {wanted} Pods of {} were available, {rest} of others left",
            self.replica_set
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::super::look::objects;
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn the_old_revision_serves_when_it_alone_has_pods_and_all_are_available() {
        let set = |uid: &str, wanted: i32, available: i32| -> Value {
            json!({"metadata": {"name": uid, "uid": uid, "ownerReferences":
                [{"apiVersion": "apps/v1", "kind": "Deployment", "name": "api", "uid": "d"}]},
                "spec": {"replicas": wanted, "selector": {}},
                "status": {"replicas": wanted, "availableReplicas": available}})
        };
        for (now, seen) in [
            (json!([set("old", 0, 0), set("new", 2, 2)]), false),
            (json!([set("old", 2, 1), set("new", 0, 0)]), false),
            (json!([set("old", 2, 2), set("new", 1, 0)]), false),
            (json!([set("old", 2, 2), set("new", 0, 0)]), true),
        ] {
            let sets = objects::<ReplicaSet>(now.clone());
            let replica_set = ObjectRef::of(sets[0].as_ref());
            let deployment = ObjectRef { uid: Some("d".to_owned()), ..replica_set.clone() };
            let look = RevisionServes { deployment, replica_set }.look(&sets);
            assert_eq!(matches!(look, Look::Seen(_)), seen, "{now}: {look:?}");
        }
    }
}
